#include "tracer/decode_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

using namespace bewit;
using namespace bewit::tracer;
using event::ParamType;

namespace {

bool is_text(ParamType type) {
    return type == ParamType::CharBuf || type == ParamType::FsPath || type == ParamType::FsRelPath;
}
bool is_bytes(ParamType type) {
    return type == ParamType::ByteBuf || type == ParamType::SockAddr || type == ParamType::SockTuple ||
           type == ParamType::Dyn || type == ParamType::FdList || type == ParamType::CharBufArray;
}

bool fits(Field::Shape shape, ParamType type) {
    switch (shape) {
        case Field::Shape::None:
            return true;
        case Field::Shape::Text:
            return is_text(type);
        case Field::Shape::Bytes:
            return is_bytes(type);
        case Field::Shape::Number:
            return !is_text(type) && !is_bytes(type);
    }
    return false;
}

constexpr std::array<std::string_view, 6> births_and_execs = {"clone", "clone3", "fork", "vfork", "execve", "execveat"};

}  // namespace

TEST_CASE("every call of the table has a field of a fitting shape for every parameter of the catalogue") {
    for (const CallFields& call : decode_table()) {
        INFO(call.event);
        const event::EventInfo* info = event::find_event(call.event);
        REQUIRE(info != nullptr);
        REQUIRE(call.fields.size() == info->params.size());
        for (size_t i = 0; i < call.fields.size(); ++i) {
            INFO(info->params[i].name);
            CHECK(fits(call.fields[i].shape, info->params[i].type));
            CHECK(bool(call.fields[i].write != nullptr));
            CHECK(call.fields[i].slot < std::tuple_size_v<decltype(PendingCall::memory)>);
        }
    }
}

TEST_CASE("no call is in the table twice") {
    std::set<std::string_view> seen;
    for (const CallFields& call : decode_table()) {
        INFO(call.event);
        CHECK(seen.insert(call.event).second);
    }
}

TEST_CASE("every syscall that has an event of its own is in the table, or is a birth or an exec") {
    for (const event::Abi abi : {event::Abi::X86_64, event::Abi::I386, event::Abi::Aarch64}) {
        for (const event::Syscall& syscall : event::syscalls(abi)) {
            const event::Kind kind = event::syscall_kind(abi, syscall.number).value();
            if (event::kind_event(kind) == nullptr) continue;
            const std::string_view name = event::kind_name(kind);
            INFO(syscall.name, " makes ", name);
            const bool special = std::ranges::find(births_and_execs, name) != births_and_execs.end();
            const bool listed =
                std::ranges::any_of(decode_table(), [&](const CallFields& call) { return call.event == name; });
            CHECK(special != listed);
        }
    }
}

TEST_CASE("the result is the first field wherever the catalogue has one") {
    for (const CallFields& call : decode_table()) {
        INFO(call.event);
        const event::EventInfo* info = event::find_event(call.event);
        if (info->has_result()) CHECK(bool(call.fields.front().write == fields::result().write));
    }
}

TEST_CASE("slots that are read do not overlap") {
    for (const CallFields& call : decode_table()) {
        INFO(call.event);
        std::set<unsigned> slots;
        for (const Field& field : call.fields) {
            if (field.read != nullptr) CHECK(slots.insert(field.slot).second);
        }
    }
}
