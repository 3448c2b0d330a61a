#include <doctest/doctest.h>

#include "engine/field/catalogue.h"
#include "engine/field/event_parameters.h"
#include "engine/field/nearest_name.h"

namespace bewit::field {
namespace {

std::string error_of(std::string_view text) {
    const auto field = resolve(text);
    return field ? "no error" : field.error();
}

Field resolved(std::string_view text) {
    const auto field = resolve(text);
    REQUIRE_MESSAGE(field.has_value(), field.error());
    return *field;
}

TEST_CASE("a name alone is its field") {
    const Field field = resolved("proc.name");
    CHECK(field.definition == find_definition("proc.name"));
    CHECK(field.text == "proc.name");
    CHECK(field.type == ParamType::CharBuf);
    CHECK_FALSE(field.has_argument());
}

TEST_CASE("an argument in brackets is a number where the field takes one") {
    const Field field = resolved("proc.aname[2]");
    CHECK(field.index == 2);
    CHECK(field.argument.empty());
    CHECK(field.text == "proc.aname[2]");
    CHECK_FALSE(field.any_ancestor());
}

TEST_CASE("an argument in brackets is a key where the field takes one") {
    CHECK(resolved("proc.env[HOME]").argument == "HOME");
    CHECK(resolved("container.mount.dest[/proc*]").argument == "/proc*");
    CHECK(resolved("container.mount.dest[0]").index == 0);
    CHECK(resolved("k8s.pod.label[app.kubernetes.io/name]").argument == "app.kubernetes.io/name");
    CHECK(resolved("thread.cgroup[cpu]").argument == "cpu");
    CHECK(resolved("proc.env['A B']").argument == "A B");
}

TEST_CASE("an argument behind a dot belongs to the longest name that exists") {
    const Field flags = resolved("evt.arg.flags");
    CHECK(flags.definition == find_definition("evt.arg"));
    CHECK(flags.argument == "flags");
    CHECK(flags.text == "evt.arg.flags");
    CHECK(resolved("k8s.pod.label.app").definition == find_definition("k8s.pod.label"));
    CHECK(resolved("k8s.pod.labels").definition == find_definition("k8s.pod.labels"));
    CHECK(resolved("container.label.a.b").argument == "a.b");
    CHECK(resolved("thread.cgroup.memory").argument == "memory");
    CHECK(resolved("evt.abspath.dst").argument == "dst");
    CHECK(resolved("evt.type.is.open").argument == "open");
    CHECK(resolved("evt.type.is.307").index == 307);
}

TEST_CASE("the parts that a parser has split give the same field") {
    const auto field = resolve("proc.aname", "2", true);
    REQUIRE(field.has_value());
    CHECK(*field == resolved("proc.aname[2]"));
    REQUIRE(resolve("evt.arg.flags", "", false).has_value());
}

TEST_CASE("fields that stand for every ancestor do so without an argument") {
    CHECK(resolved("proc.aname").any_ancestor());
    CHECK(resolved("proc.apid").any_ancestor());
    CHECK_FALSE(resolved("proc.aargs").any_ancestor());
    CHECK_FALSE(resolved("proc.aenv[HOME]").any_ancestor());
}

TEST_CASE("fd.types is a list until a number picks one") {
    CHECK(resolved("fd.types").is_list());
    CHECK_FALSE(resolved("fd.types[3]").is_list());
}

TEST_CASE("an unknown field is refused in Falco's words, with the name that was meant") {
    CHECK(error_of("proc.nane") == "filter_check called with nonexistent field proc.nane; did you mean `proc.name`?");
    CHECK(
        error_of("container.image.repo") ==
        "filter_check called with nonexistent field container.image.repo; did you mean `container.image.repository`?");
    CHECK(
        error_of("something.quite.different") ==
        "filter_check called with nonexistent field something.quite.different; `bewit fields` lists those that exist");
}

TEST_CASE("an argument on a field that takes none makes the field nonexistent") {
    CHECK(error_of("proc.name[1]") ==
          "filter_check called with nonexistent field proc.name[1]; `proc.name` takes no argument");
    CHECK(error_of("proc.aname[x]") ==
          "filter_check called with nonexistent field proc.aname[x]; its argument is a number, as in `proc.aname[1]`");
    CHECK(error_of("proc.aname[-1]").starts_with("filter_check called with nonexistent field proc.aname[-1]"));
}

TEST_CASE("a missing argument is asked for") {
    CHECK(error_of("evt.arg") == "filter syntax error: evt.arg; it needs an argument, as in `evt.arg.flags`");
    CHECK(error_of("thread.cgroup") ==
          "filter syntax error: thread.cgroup; it needs an argument, as in `thread.cgroup.memory`");
    CHECK(error_of("k8s.pod.label") ==
          "filter syntax error: k8s.pod.label; it needs an argument, as in `k8s.pod.label.app`");
    CHECK(error_of("proc.env[]").starts_with("filter syntax error: proc.env[]"));
    CHECK(error_of("proc.aname[1") == "the field 'proc.aname' requires an argument but ']' is not found");
}

TEST_CASE("evt.abspath needs no argument though the catalogue asks for one") {
    CHECK(resolved("evt.abspath").argument.empty());
    CHECK(error_of("evt.abspath.both").find(".src or .dst") != std::string::npos);
}

TEST_CASE("an event argument must exist in some event") {
    CHECK(error_of("evt.arg.flag") == "unknown event argument flag; did you mean `evt.arg.flags`?");
    CHECK(error_of("evt.rawarg.nonsense_of_this_kind").starts_with("unknown event argument nonsense_of_this_kind; "));
    CHECK(error_of("evt.rawarg[0]").starts_with("evt.arg fields must be expressed explicitly"));
    CHECK(resolve("evt.arg[0]").has_value());
    CHECK(resolve("evt.arg.image").has_value());  // of an event that no longer exists
}

TEST_CASE("evt.rawarg has the type of the first event that ever had such an argument") {
    CHECK(resolved("evt.rawarg.uid").type == ParamType::Uint32);
    CHECK(resolved("evt.rawarg.euid").type == ParamType::Uid);
    CHECK(resolved("evt.rawarg.request").type == ParamType::Uint64);
    CHECK(resolved("evt.rawarg.request").format == PrintFormat::Hex);
    CHECK(resolved("evt.rawarg.res").type == ParamType::Errno);
    CHECK(resolved("evt.rawarg.fd").type == ParamType::Fd);
    CHECK(resolved("evt.arg.uid").type == ParamType::CharBuf);
}

TEST_CASE("numbers that fit nowhere are refused") {
    CHECK(error_of("proc.aname[99999999999999999999]") == "99999999999999999999 is not a valid number");
    CHECK(error_of("evt.type.is.99999999999999999999") == "99999999999999999999 is not a valid number");
    CHECK(
        error_of("evt.type.is.nothing").starts_with("filter_check called with nonexistent field evt.type.is.nothing"));
}

TEST_CASE("the distance of names counts what has to be corrected") {
    CHECK(edit_distance("proc.name", "proc.name") == 0);
    CHECK(edit_distance("proc.nmae", "proc.name") == 1);
    CHECK(edit_distance("proc.nam", "proc.name") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

}  // namespace
}  // namespace bewit::field
