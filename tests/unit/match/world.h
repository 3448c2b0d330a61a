// A small workload without a kernel: processes and descriptors that a test makes up, and events of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/event/builder.h"
#include "engine/event/witness.h"
#include "engine/field/extract.h"
#include "engine/filter/parser.h"
#include "engine/match/rules.h"
#include "engine/rule/rule_set.h"
#include "engine/state/state.h"

namespace bewit::match {

class FakeWitness final : public event::Witness {
public:
    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, event::Descriptor& out) override;

    std::map<int64_t, event::ProcessFacts> processes;
    std::map<std::pair<int64_t, int32_t>, event::Descriptor> descriptors;
};

// A parameter by its name; everything that a test does not name is absent.
using Argument = std::variant<int64_t, std::string>;
using Arguments = std::vector<std::pair<std::string_view, Argument>>;

// Process 100 is `nginx`, child of 50 `bash`, child of 10 `init`. Descriptor 3 of it is /etc/passwd.
class World {
public:
    World();

    // Valid until the next record.
    event::View record(std::string_view kind, const Arguments& arguments = {}, Tid tid = Tid{100});
    field::Context context(const event::View& event, bool at_entry = false);
    // Compiles the condition and evaluates it on the event, the state brought up to it.
    bool holds(std::string_view condition, const event::View& event);

    FakeWitness witness;
    state::State state;
    field::Scratch scratch;

private:
    event::Builder builder_;
};

// An IPv4 address of dotted text.
event::Address ipv4(std::string_view text);
// A connected TCP socket.
event::Descriptor connection(std::string_view local, uint16_t local_port, std::string_view remote,
                             uint16_t remote_port);

// The sentence with which the condition is refused; empty when it compiles.
std::string error_of(std::string_view condition);

// Rules of these names and conditions, in this order, made without a file.
rule::RuleSet rule_set(const std::vector<std::pair<std::string, std::string>>& rules);

// Names of the rules that match the event.
std::vector<std::string> matches(const Rules& rules, World& world, const event::View& event);

}  // namespace bewit::match
