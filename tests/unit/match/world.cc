#include "tests/unit/match/world.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/match/single_rule.h"

namespace bewit::match {
namespace {

event::ProcessFacts process_facts(int64_t pid, int64_t parent, std::string comm) {
    event::ProcessFacts facts;
    facts.pid = Pid{pid};
    facts.parent = Pid{parent};
    facts.vpid = facts.vtid = facts.sid = facts.pgid = facts.vpgid = pid;
    facts.start_time_ns = 1000;
    facts.argv = {comm, "-x"};
    facts.exe_path = "/usr/bin/" + comm;
    facts.environment = {"HOME=/root"};
    facts.cwd = "/srv";
    facts.fd_count = 2;
    facts.comm = std::move(comm);
    return facts;
}

void add(event::Builder& builder, const Argument& argument) {
    if (const auto* number = std::get_if<int64_t>(&argument)) {
        builder.add_int(*number);
        return;
    }
    const auto& text = std::get<std::string>(argument);
    const bool is_bytes = builder.next()->type == event::ParamType::ByteBuf;
    if (is_bytes) {
        builder.add_bytes(std::as_bytes(std::span(text)));
    } else {
        builder.add_text(text);
    }
}

}  // namespace

uint32_t FakeWitness::process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) {
    const auto known = processes.find(raw(tid));
    if (known == processes.end()) return 0;
    facts = known->second;
    return wanted;
}

bool FakeWitness::descriptor(Tid tid, Fd fd, event::Descriptor& out) {
    const auto known = descriptors.find({raw(tid), raw(fd)});
    if (known == descriptors.end()) return false;
    out = known->second;
    return true;
}

World::World() : state(witness, ~uint32_t{0}) {
    witness.processes[10] = process_facts(10, 0, "init");
    witness.processes[50] = process_facts(50, 10, "bash");
    witness.processes[100] = process_facts(100, 50, "nginx");
    event::Descriptor file;
    file.type = event::DescriptorType::File;
    file.name = "/etc/passwd";
    witness.descriptors[{100, 3}] = file;
}

event::View World::record(std::string_view kind, const Arguments& arguments, Tid tid) {
    const std::optional<event::Kind> known = event::find_kind(kind);
    REQUIRE(known.has_value());
    const event::EventInfo* info = event::kind_event(*known);
    REQUIRE(info != nullptr);
    builder_.begin(*info, 5'000'000'000, tid);
    while (const event::ParamInfo* next = builder_.next()) {
        const auto given = std::ranges::find(arguments, next->name, &Arguments::value_type::first);
        if (given == arguments.end()) {
            builder_.add_absent();
        } else {
            add(builder_, given->second);
        }
    }
    return builder_.finish();
}

field::Context World::context(const event::View& event, bool at_entry) {
    return {.event = event, .state = state, .scratch = scratch, .number = 1, .at_entry = at_entry};
}

bool World::holds(std::string_view text, const event::View& event) {
    const SingleRule rule(text);
    REQUIRE_MESSAGE(rule.refusal().empty(), text);
    scratch.clear();
    state.apply(event);
    field::Context looked = context(event);
    const bool result = rule.matches(looked);
    state.finish(event);
    return result;
}

event::Address ipv4(std::string_view text) {
    event::Address address;
    address.family = AF_INET;
    REQUIRE(inet_pton(AF_INET, std::string(text).c_str(), address.bytes.data()) == 1);
    return address;
}

event::Descriptor connection(std::string_view local, uint16_t local_port, std::string_view remote,
                             uint16_t remote_port) {
    event::Descriptor socket;
    socket.type = event::DescriptorType::Ipv4;
    socket.l4proto = event::L4Proto::Tcp;
    socket.role = event::Descriptor::Role::Client;
    socket.connected = true;
    socket.socket_family = AF_INET;
    socket.local = {ipv4(local), local_port};
    socket.remote = {ipv4(remote), remote_port};
    return socket;
}

std::string error_of(std::string_view text) { return SingleRule(text).refusal(); }

rule::RuleSet rule_set(const std::vector<std::pair<std::string, std::string>>& rules) {
    rule::RuleSet set;
    for (const auto& [name, condition] : rules) {
        rule::Rule rule;
        REQUIRE_MESSAGE(make_rule(name, condition, rule).empty(), condition);
        set.rules.push_back(std::move(rule));
    }
    return set;
}

std::vector<std::string> matches(const Rules& rules, World& world, const event::View& event) {
    world.scratch.clear();
    world.state.apply(event);
    field::Context context = world.context(event);
    std::vector<std::string> names;
    rules.match(context, [&](const CompiledRule& rule) { names.push_back(rule.rule->name); });
    world.state.finish(event);
    return names;
}

}  // namespace bewit::match
