#include "engine/event/builder.h"

#include <doctest/doctest.h>

#include "tests/unit/event/records.h"

using namespace bewit;
using namespace bewit::event;
using namespace bewit::event::testing;

namespace {

// `value` as a number of that type keeps it.
int64_t narrowed(ParamType type, int64_t value) {
    const std::string_view name = type_name(type);
    const bool keeps_sign =
        name.starts_with("INT") || name == "ERRNO" || name.starts_with("FD") || name.starts_with("PID");
    const size_t bits = type_width(type) * 8;
    if (bits == 64 || keeps_sign) return value;
    return static_cast<int64_t>(static_cast<uint64_t>(value) & ((uint64_t{1} << bits) - 1));
}

}  // namespace

TEST_CASE("every event type is written and read back") {
    Builder builder;
    for (const EventInfo& info : all_events()) {
        CAPTURE(info.name);
        const View written = filled(builder, info);
        const auto view = View::parse(written.bytes());
        REQUIRE(view.has_value());
        CHECK(&view->info() == &info);
        CHECK(view->kind() == written.kind());
        CHECK(view->time_ns() == 1'700'000'000'123'456'789);
        CHECK(view->tid() == Tid{4321});
        CHECK(view->param_count() == info.params.size());
        CHECK_FALSE(builder.truncated());
        CHECK(builder.next() == nullptr);
        for (size_t i = 0; i < info.params.size(); ++i) {
            CAPTURE(info.params[i].name);
            const Param param = view->param(info.params[i].name);
            const size_t width = type_width(info.params[i].type);
            CHECK(param.info == &info.params[i]);
            REQUIRE(param.present());
            if (width == 0) {
                CHECK(param.as_text() == text_at(i));
            } else if (width <= sizeof(int64_t)) {
                CHECK(param.bytes.size() == width);
                CHECK(param.as_int() == narrowed(info.params[i].type, number_at(i)));
            } else {
                CHECK(param.bytes.size() == width);
            }
        }
    }
}

TEST_CASE("what is not added is absent") {
    Builder builder;
    for (const EventInfo& info : all_events()) {
        filled(builder, info);
        builder.begin(info, 1, Tid{2});
        const View view = builder.finish();
        REQUIRE(View::parse(view.bytes()).has_value());
        CHECK(view.param_count() == info.params.size());
        for (size_t i = 0; i < info.params.size(); ++i) CHECK_FALSE(view.param(i).present());
    }
}

TEST_CASE("the next parameter is the one that an addition fills") {
    Builder builder;
    builder.begin(*find_event("close"), 0, Tid{1});
    CHECK(builder.next()->name == "res");
    builder.add_absent();
    CHECK(builder.next()->name == "fd");
    builder.add_int(7);
    CHECK(builder.next() == nullptr);
    const View view = builder.finish();
    CHECK_FALSE(view.param("res").present());
    CHECK(view.param("fd").as_int() == 7);
}

TEST_CASE("a text keeps its final NUL, and an empty text is present") {
    Builder builder;
    builder.begin(*find_event("chdir"), 0, Tid{1});
    builder.add_int(0);
    builder.add_text("");
    const View view = builder.finish();
    CHECK(view.param("path").present());
    CHECK(view.param("path").bytes.size() == 1);
    CHECK(view.param("path").as_text().empty());
}

TEST_CASE("empty bytes are absent") {
    Builder builder;
    builder.begin(*find_event("read"), 0, Tid{1});
    builder.add_int(0);
    builder.add_bytes({});
    CHECK_FALSE(builder.finish().param("data").present());
}

TEST_CASE("a text that is too long is cut and still ends in a NUL") {
    Builder builder;
    const std::string longest(100'000, 'x');
    builder.begin(*find_event("chdir"), 0, Tid{1});
    builder.add_int(0);
    builder.add_text(longest);
    const View view = builder.finish();
    CHECK(builder.truncated());
    CHECK(view.bytes().size() == BEWIT_EVENT_MAX_SIZE);
    CHECK(view.param("path").bytes.back() == std::byte{0});
    CHECK(view.param("path").as_text().size() == view.param("path").bytes.size() - 1);
    CHECK(View::parse(view.bytes()).has_value());
}

TEST_CASE("values of a fixed width have room behind bytes that fill the record") {
    Builder builder;
    const std::vector<std::byte> data(100'000, std::byte{'x'});
    builder.begin(*find_event("read"), 0, Tid{1});
    builder.add_int(100'000);
    builder.add_bytes(data);
    builder.add_int(5);
    builder.add_uint(100'000);
    const View view = builder.finish();
    CHECK(builder.truncated());
    CHECK(view.bytes().size() == BEWIT_EVENT_MAX_SIZE);
    CHECK(view.param("fd").as_int() == 5);
    CHECK(view.param("size").as_uint() == 100'000);
    CHECK(View::parse(view.bytes()).has_value());
}

TEST_CASE("a text for which nothing is left is absent, and said to be cut") {
    Builder builder;
    const std::string longest(100'000, 'x');
    builder.begin(*find_event("rename"), 0, Tid{1});
    builder.add_int(0);
    builder.add_text(longest);
    builder.add_text("/other");
    const View view = builder.finish();
    CHECK(builder.truncated());
    CHECK_FALSE(view.param("newpath").present());
    CHECK(View::parse(view.bytes()).has_value());
}

TEST_CASE("a new record does not remember that the one before was cut") {
    Builder builder;
    builder.begin(*find_event("chdir"), 0, Tid{1});
    builder.add_int(0);
    builder.add_text(std::string(100'000, 'x'));
    REQUIRE(builder.truncated());
    builder.begin(*find_event("chdir"), 0, Tid{1});
    builder.add_int(0);
    builder.add_text("/tmp");
    CHECK_FALSE(builder.truncated());
    CHECK(builder.finish().param("path").as_text() == "/tmp");
}

TEST_CASE("a large event has lengths of four bytes") {
    Builder builder;
    builder.begin(*find_event("container"), 0, Tid{1});
    builder.add_text("{}");
    const View view = builder.finish();
    CHECK(view.bytes().size() == BEWIT_EVENT_HEADER_SIZE + 4 + 3);
    CHECK(view.param("json").as_text() == "{}");
}
