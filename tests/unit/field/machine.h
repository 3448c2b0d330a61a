// A machine that exists only in memory: processes and descriptors that a test writes down, and events that it makes
// happen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/event/builder.h"
#include "engine/event/witness.h"
#include "engine/field/extract.h"
#include "engine/state/state.h"

namespace bewit::field::test {

inline constexpr std::string_view absent = "<absent>";
inline constexpr std::string_view unknown = "<unknown>", one_of = "<one of>";

class MemoryWitness final : public event::Witness {
public:
    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, event::Descriptor& out) override;

    std::map<int64_t, event::ProcessFacts> processes;
    std::map<std::pair<int64_t, int32_t>, event::Descriptor> descriptors;
};

using Bytes = std::vector<std::byte>;
struct Argument {
    std::string_view name;
    std::variant<int64_t, std::string_view, Bytes> value;

    Argument(std::string_view n, int v) : name(n), value(int64_t{v}) {}
    Argument(std::string_view n, int64_t v) : name(n), value(v) {}
    Argument(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
    Argument(std::string_view n, Bytes v) : name(n), value(std::move(v)) {}
};

// Parameters as records carry them.
Bytes inet_tuple(std::string_view source, uint16_t source_port, std::string_view destination,
                 uint16_t destination_port);
Bytes inet_address(std::string_view address, uint16_t port);
Bytes unix_tuple(uint64_t source, uint64_t peer, std::string_view path);
Bytes poll_list(std::initializer_list<std::pair<int64_t, int16_t>> items);
Bytes bytes_of(std::string_view text);

event::Endpoint endpoint(std::string_view address, uint16_t port);
event::Descriptor file(std::string_view path);

class Machine {
public:
    // Knows the family tree 10 "init" -> 20 "nginx" -> 30 "sh" -> 40 "cat", and thread 41 of process 40.
    Machine();

    // An event of thread 40 after the call: arguments that are not named are absent.
    void after(std::string_view event, std::initializer_list<Argument> arguments = {});
    // The look before it.
    void before(std::string_view event, std::initializer_list<Argument> arguments = {});

    // The value of a field for that event, as text: lists as (a,b); `absent` and `unknown` where it is so. Behind
    // "unknown" stands "=value" when the value is either that or absent, and behind `one_of` the list of those that it
    // may be.
    std::string compared(std::string_view field) { return evaluate(field, false); }
    std::string shown(std::string_view field) { return evaluate(field, true); }
    // The same of an expression: `tolower(proc.name)`.
    std::string expression(std::string_view text);

    event::ProcessFacts& process(int64_t tid) { return witness.processes.at(tid); }
    event::Descriptor& open(int32_t fd, event::Descriptor descriptor);

    MemoryWitness witness;
    state::State state;
    Scratch scratch;
    int64_t tid = 40;
    uint64_t time_ns = 1'700'000'000'123'456'789;
    uint64_t number = 7;
    std::string hostname;
    uint64_t first_time_ns = 0, previous_time_ns = 0;
    bool truncated = false;

    // For tests that look at more than text.
    Presence extract_value(const Field& field, bool is_shown, Value& value);

private:
    void make(std::string_view event, std::initializer_list<Argument> arguments);
    std::string evaluate(std::string_view field, bool is_shown);
    Context context(bool is_shown);

    event::Builder builder_;
    std::vector<event::View> event_;
    bool at_entry_ = false;
};

}  // namespace bewit::field::test
