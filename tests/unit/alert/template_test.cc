#include "engine/alert/template.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "engine/event/builder.h"

namespace bewit::alert {
namespace {

// Knows one process and nothing else.
class OneProcess final : public event::Witness {
public:
    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override {
        facts.pid = static_cast<Pid>(raw(tid));
        facts.comm = "cat";
        facts.argv = {"cat", "/etc/shadow"};
        return wanted & (event::IdentityFacts | event::CommFact | event::ImageFacts);
    }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
};

// An openat of /etc/shadow by a process called cat.
struct Fixture {
    OneProcess witness;
    state::State state{witness, event::CommFact | event::ImageFacts};
    field::Scratch scratch;
    event::Builder builder;
    event::View event = open();
    field::Context context{.event = event, .state = state, .scratch = scratch, .number = 7, .shown = true};

    event::View open() {
        builder.begin(*event::find_event("openat"), 1'700'000'000'000'000'000, Tid{10});
        builder.add_int(3);
        builder.add_int(-100);
        builder.add_text("/etc/shadow");
        builder.add_int(1);
        return builder.finish();
    }
    Fixture() { state.apply(event); }

    std::string fill(std::string_view text) {
        auto compiled = Template::compile(text);
        REQUIRE_MESSAGE(compiled.has_value(), text);
        std::string out;
        compiled->fill(context, out);
        return out;
    }
};

TEST_CASE("fields are filled in, text around them stays") {
    Fixture f;
    CHECK(f.fill("read (file=%fd.name by=%proc.name type=%evt.type)") == "read (file=/etc/shadow by=cat type=openat)");
    CHECK(f.fill("nothing to fill") == "nothing to fill");
    CHECK(f.fill("") == "");
}

TEST_CASE("a token ends where no longer text names a field") {
    Fixture f;
    CHECK(f.fill("%proc.name.") == "cat.");
    CHECK(f.fill("%proc.name: %proc.name_x") == "cat: cat_x");
    CHECK(f.fill("%evt.arg.name|%evt.arg[2]") == "/etc/shadow|/etc/shadow");
}

TEST_CASE("a missing value prints as <NA>") {
    Fixture f;
    CHECK(f.fill("parent=%proc.pname.") == "parent=<NA>.");
}

TEST_CASE("a width cuts and pads") {
    Fixture f;
    CHECK(f.fill("[%2proc.name][%6proc.name]") == "[ca][cat   ]");
}

TEST_CASE("transformers may stand in a template") {
    Fixture f;
    CHECK(f.fill("%toupper(proc.name)!") == "CAT!");
}

TEST_CASE("what names nothing is an error with its place") {
    for (const char* bad : {"x %nonsense.field y", "%proc.", "% proc.name", "100%", "%12"}) {
        CAPTURE(bad);
        CHECK_FALSE(Template::compile(bad).has_value());
    }
    CHECK(Template::compile("ab %nonsense.field").error().offset == 3);
    CHECK(Template::compile("%99999999999proc.name").error().message.find("width") != std::string::npos);
}

TEST_CASE("output_fields hold plain fields as their JSON types, null where missing") {
    Fixture f;
    auto compiled = Template::compile("%evt.num %fd.name %proc.pname %evt.is_open_read %toupper(proc.name)");
    REQUIRE(compiled.has_value());
    nlohmann::json object = nlohmann::json::object();
    compiled->fields(f.context, object);
    CHECK(object["evt.num"] == 7);
    CHECK(object["fd.name"] == "/etc/shadow");
    CHECK(object["proc.pname"].is_null());
    CHECK(object["evt.is_open_read"] == true);
    CHECK(object["proc.name"] == "cat");
    CHECK(object.size() == 5);
}

}  // namespace
}  // namespace bewit::alert
