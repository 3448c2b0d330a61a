#include "engine/event/view.h"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>

#include "tests/unit/event/records.h"

using namespace bewit;
using namespace bewit::event;
using namespace bewit::event::testing;

namespace {

using Bytes = std::vector<std::byte>;

// A record written byte by byte, so that it can be as wrong as a test wants.
struct Raw {
    uint16_t type;
    uint32_t nparams;
    std::vector<uint32_t> lengths;
    std::string payload;
    size_t length_width = 2;
    int64_t len_error = 0;

    Bytes bytes() const {
        Bytes out(BEWIT_EVENT_HEADER_SIZE);
        for (uint32_t length : lengths) {
            const auto span = std::as_bytes(std::span{&length, 1}).first(length_width);
            out.insert(out.end(), span.begin(), span.end());
        }
        const Bytes tail = bytes_of(payload);
        out.insert(out.end(), tail.begin(), tail.end());
        const bewit_event_header header{7, 9, static_cast<uint32_t>(static_cast<int64_t>(out.size()) + len_error), type,
                                        nparams};
        std::memcpy(out.data(), &header, sizeof(header));
        return out;
    }
};

bool parses(const Raw& raw) { return View::parse(raw.bytes()).has_value(); }

Bytes copy_of(const View& view) { return {view.bytes().begin(), view.bytes().end()}; }

// Reads all that can be read of a record and returns something that depends on it.
size_t read_all(const View& view) {
    size_t sum = index(view.kind()) + view.name().size() + static_cast<size_t>(view.result().value_or(0));
    for (size_t i = 0; i < view.info().params.size() + 1; ++i) {
        const Param param = view.param(i);
        for (std::byte byte : param.bytes) sum += std::to_integer<size_t>(byte);
        sum += param.as_uint() + param.as_text().size();
    }
    return sum;
}

constexpr uint16_t close_id = 5;
constexpr uint16_t chdir_id = 95;
constexpr uint16_t plugin_id = 322;

std::string number(int64_t value) {
    std::string out(sizeof(value), '\0');
    std::memcpy(out.data(), &value, sizeof(value));
    return out;
}

}  // namespace

TEST_CASE("a whole record of a known type is read") {
    const Bytes bytes = Raw{close_id, 2, {8, 8}, number(-9) + number(3)}.bytes();
    const auto view = View::parse(bytes);
    REQUIRE(view.has_value());
    CHECK(view->time_ns() == 7);
    CHECK(view->tid() == Tid{9});
    CHECK(view->id() == EventId{close_id});
    CHECK(view->name() == "close");
    CHECK(view->param_count() == 2);
    CHECK(view->param("fd").as_int() == 3);
    CHECK(view->param(1).as_uint() == 3);
    CHECK(view->result() == -9);
}

TEST_CASE("a record may have fewer parameters than its type") {
    const Bytes bytes = Raw{close_id, 1, {8}, number(0)}.bytes();
    const auto view = View::parse(bytes);
    REQUIRE(view.has_value());
    CHECK(view->param_count() == 1);
    CHECK(view->param("fd").info->name == "fd");
    CHECK_FALSE(view->param("fd").present());
    CHECK(view->param("fd").as_int() == 0);
    CHECK(view->param(2).info == nullptr);
    CHECK(view->param("nothing").info == nullptr);
    CHECK_FALSE(view->param("nothing").present());
    CHECK(parses({close_id, 0, {}, ""}));
}

TEST_CASE("a record that is not whole is refused") {
    Builder builder;
    const Bytes whole = copy_of(filled(builder, *find_event("openat")));
    for (size_t size = 0; size < whole.size(); ++size) {
        CHECK_FALSE(View::parse({whole.data(), size}).has_value());
    }
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    CHECK_FALSE(View::parse(longer).has_value());
}

TEST_CASE("a length of the record that is wrong is refused") {
    CHECK_FALSE(parses({close_id, 2, {8, 8}, number(0) + number(3), 2, -1}));
    CHECK_FALSE(parses({close_id, 2, {8, 8}, number(0) + number(3), 2, 1}));
    CHECK_FALSE(parses({close_id, 2, {8, 8}, number(0) + number(3), 2, -30}));
}

TEST_CASE("an unknown type is refused") {
    for (uint16_t type : {0, 2, 4, 273, 454, 65535}) CHECK_FALSE(parses({type, 0, {}, ""}));
}

TEST_CASE("more parameters than the type has are refused") {
    CHECK_FALSE(parses({close_id, 3, {8, 8, 8}, number(0) + number(3) + number(4)}));
    CHECK_FALSE(parses({close_id, UINT32_MAX, {}, ""}));
    CHECK_FALSE(parses({close_id, 0x80000000u, {}, ""}));
}

TEST_CASE("lengths that do not add up are refused") {
    CHECK_FALSE(parses({close_id, 2, {8, 8}, number(0)}));
    CHECK_FALSE(parses({close_id, 2, {8, 8}, number(0) + number(3) + "x"}));
    CHECK_FALSE(parses({close_id, 2, {8}, ""}));
    CHECK_FALSE(parses({chdir_id, 2, {8, 65535}, number(0) + "/tmp"}));
    CHECK_FALSE(parses({chdir_id, 2, {8, 4}, number(0) + "/tmp/"}));
}

TEST_CASE("lengths of four bytes that overflow together are refused") {
    const auto u32 = std::string(4, '\0');
    CHECK(parses({plugin_id, 2, {4, 5}, u32 + "event", 4}));
    CHECK_FALSE(parses({plugin_id, 2, {4, UINT32_MAX}, u32 + "event", 4}));
    CHECK_FALSE(parses({plugin_id, 2, {4, UINT32_MAX - 3}, u32, 4}));
    CHECK_FALSE(parses({plugin_id, 2, {4, 5}, u32 + "event", 2}));
}

TEST_CASE("a value of a fixed width has that width or is absent") {
    CHECK_FALSE(parses({close_id, 2, {4, 8}, std::string(12, '\1')}));
    CHECK_FALSE(parses({close_id, 2, {8, 9}, std::string(17, '\1')}));
    CHECK(parses({close_id, 2, {0, 8}, number(3)}));
    CHECK(parses({close_id, 2, {0, 0}, ""}));
}

TEST_CASE("records of changed bytes are refused or safe to read") {
    Builder builder;
    for (const EventInfo& info : all_events()) {
        const Bytes whole = copy_of(filled(builder, info));
        for (size_t i = 0; i < whole.size(); ++i) {
            Bytes changed = whole;
            changed[i] ^= std::byte{0x81};
            // A copy of its own size, so that a sanitizer sees any read past the end.
            const auto exact = std::make_unique<std::byte[]>(changed.size());
            std::memcpy(exact.get(), changed.data(), changed.size());
            const auto view = View::parse({exact.get(), changed.size()});
            if (!view) continue;
            size_t total = BEWIT_EVENT_HEADER_SIZE;
            for (size_t p = 0; p < view->info().params.size(); ++p) total += view->param(p).bytes.size();
            CHECK(total <= changed.size());
            CHECK(read_all(*view) == read_all(*View::parse(changed)));
        }
    }
}

TEST_CASE("a text ends at its NUL, with or without one") {
    const auto text_of = [](const std::string& payload) {
        const Bytes bytes = Raw{chdir_id, 2, {8, static_cast<uint32_t>(payload.size())}, number(0) + payload}.bytes();
        const auto view = View::parse(bytes);
        REQUIRE(view.has_value());
        return std::string(view->param("path").as_text());
    };
    CHECK(text_of(std::string("/tmp\0", 5)) == "/tmp");
    CHECK(text_of("/tmp") == "/tmp");
    CHECK(text_of(std::string("/tmp\0/etc\0", 10)) == "/tmp");
    CHECK(text_of(std::string("\0", 1)).empty());
    CHECK(text_of("").empty());
}

TEST_CASE("byte buffers keep their NULs") {
    const std::string args("a\0b\0", 4);
    const Bytes bytes = Raw{7, 2, {8, 4}, number(4) + args}.bytes();
    const auto view = View::parse(bytes);
    REQUIRE(view.has_value());
    CHECK(view->param("data").as_text() == args);
}

TEST_CASE("what is no integer reads as 0") {
    Builder builder;
    const View view = filled(builder, *find_event("task_file_socket_inet6"));
    CHECK(view.param("local_ip").present());
    CHECK(view.param("local_ip").as_int() == 0);
    const View open = filled(builder, *find_event("open"));
    CHECK(open.param("name").as_int() == 0);
}

TEST_CASE("the result is known when the call is over, and never for a type that has none") {
    Builder builder;
    const auto result_of = [&builder](std::string_view name, bool over) {
        builder.begin(*find_event(name), 0, Tid{1});
        over ? builder.add_int(-2) : builder.add_absent();
        return builder.finish().result();
    };
    CHECK(result_of("openat", true) == -2);
    CHECK(result_of("close", true) == -2);
    CHECK(result_of("clone", true) == -2);
    CHECK(result_of("memfd_create", true) == -2);
    CHECK_FALSE(result_of("openat", false).has_value());
    CHECK_FALSE(result_of("close", false).has_value());
    CHECK_FALSE(result_of("procexit", true).has_value());
    CHECK_FALSE(result_of("task_file_pipe", true).has_value());
}

TEST_CASE("a generic record is of the kind that its ID names") {
    Builder builder;
    const Kind kind = *find_kind("getrandom");
    builder.begin(*find_event(EventId::Generic), 0, Tid{1});
    builder.add_uint(index(kind));
    builder.add_uint(318);
    const View view = builder.finish();
    CHECK(view.kind() == kind);
    CHECK(view.name() == "getrandom");
    CHECK(view.param("nativeID").as_uint() == 318);
    CHECK_FALSE(view.result().has_value());
    CHECK(View::parse(view.bytes())->kind() == kind);
}

TEST_CASE("a generic record that names nothing is of the kind unknown") {
    CHECK(View::parse(Raw{1, 2, {2, 2}, "\xff\xff\1\1"}.bytes())->name() == "unknown");
    const auto open = static_cast<char>(index(*find_kind("accept")));
    CHECK(View::parse(Raw{1, 2, {2, 2}, std::string{open, '\0', '\1', '\1'}}.bytes())->name() == "unknown");
}
