#include "tests/unit/field/machine.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include <doctest/doctest.h>

#include "engine/field/expression.h"
#include "engine/filter/parser.h"

namespace bewit::field::test {
namespace {

using event::ProcessFacts;

template <class T>
void put(Bytes& out, const T& value) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&value);
    out.insert(out.end(), bytes, bytes + sizeof(value));
}

void put_address(Bytes& out, std::string_view address, uint16_t port) {
    const event::Endpoint end = endpoint(address, port);
    const size_t size = end.address.family == AF_INET ? 4 : 16;
    for (size_t i = 0; i < size; ++i) out.push_back(std::byte{end.address.bytes[i]});
    put(out, port);
}

uint8_t family_of(std::string_view address) { return endpoint(address, 0).address.family; }

ProcessFacts make_process(int64_t pid, int64_t parent, std::string comm, std::vector<std::string> argv) {
    ProcessFacts facts;
    facts.pid = static_cast<Pid>(pid);
    facts.parent = static_cast<Pid>(parent);
    facts.vpid = facts.vtid = pid;
    facts.sid = facts.pgid = facts.vpgid = 10;
    facts.start_time_ns = 1'600'000'000'000'000'000 + static_cast<uint64_t>(pid);
    facts.comm = std::move(comm);
    facts.exe_path = "/usr/bin/" + facts.comm;
    facts.argv = std::move(argv);
    facts.cwd = "/srv";
    facts.environment = {"HOME=/home/of/" + facts.comm, "PATH=/bin:/usr/bin"};
    return facts;
}

// In place, so that texts keep their memory.
void copy(const ProcessFacts& from, uint32_t groups, ProcessFacts& to) {
    if ((groups & event::IdentityFacts) != 0) {
        to.pid = from.pid;
        to.parent = from.parent;
        to.vpid = from.vpid;
        to.vtid = from.vtid;
        to.sid = from.sid;
        to.pgid = from.pgid;
        to.vpgid = from.vpgid;
        to.tty = from.tty;
        to.start_time_ns = from.start_time_ns;
    }
    if ((groups & event::CommFact) != 0) to.comm = from.comm;
    if ((groups & event::ImageFacts) != 0) {
        to.argv = from.argv;
        to.exe_path = from.exe_path;
        to.exe_inode = from.exe_inode;
        to.exe_ctime_ns = from.exe_ctime_ns;
        to.exe_mtime_ns = from.exe_mtime_ns;
        to.exe_writable = from.exe_writable;
        to.exe_upper_layer = from.exe_upper_layer;
        to.exe_lower_layer = from.exe_lower_layer;
        to.exe_from_memfd = from.exe_from_memfd;
    }
    if ((groups & event::EnvironmentFact) != 0) to.environment = from.environment;
    if ((groups & event::CredentialFacts) != 0) {
        to.uid = from.uid;
        to.gid = from.gid;
        to.cap_inheritable = from.cap_inheritable;
        to.cap_permitted = from.cap_permitted;
        to.cap_effective = from.cap_effective;
    }
    if ((groups & event::WorkingDirectory) != 0) to.cwd = from.cwd;
    if ((groups & event::LoginUidFact) != 0) to.login_uid = from.login_uid;
    if ((groups & event::CgroupFacts) != 0) to.cgroups = from.cgroups;
    if ((groups & event::ResourceFacts) == 0) return;
    to.vm_size_kb = from.vm_size_kb;
    to.vm_rss_kb = from.vm_rss_kb;
    to.vm_swap_kb = from.vm_swap_kb;
    to.faults_major = from.faults_major;
    to.faults_minor = from.faults_minor;
    to.fd_limit = from.fd_limit;
    to.fd_count = from.fd_count;
    to.threads = from.threads;
}

std::string text_of(Presence presence, const Value& value, PrintFormat format) {
    std::string text;
    append_text(value, format, text);
    switch (presence) {
        case Presence::Absent:
            return std::string(absent);
        case Presence::Present:
            return text;
        case Presence::OneOf:
            return std::string(one_of) + text;
        case Presence::Unknown:
            break;
    }
    return std::string(unknown) + (value.form == Value::Form::None ? "" : "=" + text);
}

}  // namespace

uint32_t MemoryWitness::process(Tid tid, uint32_t wanted, ProcessFacts& facts) {
    const auto found = processes.find(raw(tid));
    if (found == processes.end()) return 0;
    copy(found->second, wanted, facts);
    return wanted;
}

bool MemoryWitness::descriptor(Tid tid, Fd fd, event::Descriptor& out) {
    const auto found = descriptors.find({raw(tid), raw(fd)});
    if (found == descriptors.end()) return false;
    out = found->second;
    return true;
}

event::Endpoint endpoint(std::string_view address, uint16_t port) {
    event::Endpoint end;
    end.address.family = address.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
    REQUIRE(inet_pton(end.address.family, std::string(address).c_str(), end.address.bytes.data()) == 1);
    end.port = port;
    return end;
}

event::Descriptor file(std::string_view path) {
    event::Descriptor what;
    what.type = event::DescriptorType::File2;
    what.name = path;
    what.name_raw = path;
    return what;
}

Bytes inet_tuple(std::string_view source, uint16_t source_port, std::string_view destination,
                 uint16_t destination_port) {
    Bytes out;
    put(out, family_of(source));
    put_address(out, source, source_port);
    put_address(out, destination, destination_port);
    return out;
}

Bytes inet_address(std::string_view address, uint16_t port) {
    Bytes out;
    put(out, family_of(address));
    put_address(out, address, port);
    return out;
}

Bytes unix_tuple(uint64_t source, uint64_t peer, std::string_view path) {
    Bytes out;
    put(out, uint8_t{AF_UNIX});
    put(out, source);
    put(out, peer);
    const Bytes name = bytes_of(path);
    out.insert(out.end(), name.begin(), name.end());
    out.push_back(std::byte{0});
    return out;
}

Bytes poll_list(std::initializer_list<std::pair<int64_t, int16_t>> items) {
    Bytes out;
    put(out, static_cast<uint16_t>(items.size()));
    for (const auto& [fd, events] : items) {
        put(out, fd);
        put(out, events);
    }
    return out;
}

Bytes bytes_of(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return {bytes, bytes + text.size()};
}

Machine::Machine() : state(witness, 0) {
    witness.processes[10] = make_process(10, -1, "init", {"/sbin/init"});
    witness.processes[20] = make_process(20, 10, "nginx", {"nginx:", "worker", "process"});
    witness.processes[30] = make_process(30, 20, "sh", {"/bin/sh", "-c", "cat /etc/shadow"});
    witness.processes[40] = make_process(40, 30, "cat", {"cat", "/etc/shadow", "-n"});
    witness.processes[41] = witness.processes[40];
    witness.processes[41].comm = "cat-worker";
    witness.processes[41].vtid = 41;
}

event::Descriptor& Machine::open(int32_t fd, event::Descriptor descriptor) {
    return witness.descriptors[{tid, fd}] = std::move(descriptor);
}

void Machine::make(std::string_view event, std::initializer_list<Argument> arguments) {
    const bool generic = event == "syscall";
    const event::EventInfo* info = generic ? event::find_event(event::EventId::Generic) : event::find_event(event);
    REQUIRE_MESSAGE(info != nullptr, "no such event: " << event);
    for (const Argument& argument : arguments) {
        REQUIRE_MESSAGE(info->param(argument.name).has_value(), "no such argument: " << argument.name);
    }
    builder_.begin(*info, time_ns, static_cast<Tid>(tid));
    while (const event::ParamInfo* param = builder_.next()) {
        const auto given = std::ranges::find(arguments, param->name, &Argument::name);
        if (given == arguments.end()) {
            builder_.add_absent();
        } else if (const auto* number_value = std::get_if<int64_t>(&given->value)) {
            builder_.add_int(*number_value);
        } else if (const auto* text = std::get_if<std::string_view>(&given->value)) {
            builder_.add_text(*text);
        } else {
            builder_.add_bytes(std::get<Bytes>(given->value));
        }
    }
    if (!event_.empty()) state.finish(event_.front());
    event_.assign(1, builder_.finish());
    scratch.clear();
    state.apply(event_.front());
}

void Machine::after(std::string_view event, std::initializer_list<Argument> arguments) {
    at_entry_ = false;
    make(event, arguments);
}

void Machine::before(std::string_view event, std::initializer_list<Argument> arguments) {
    at_entry_ = true;
    make(event, arguments);
}

Context Machine::context(bool is_shown) {
    REQUIRE(!event_.empty());
    Context result{event_.front(), state, scratch};
    result.number = number;
    result.at_entry = at_entry_;
    result.shown = is_shown;
    result.hostname = hostname;
    result.first_time_ns = first_time_ns;
    result.previous_time_ns = previous_time_ns;
    result.truncated = truncated;
    return result;
}

Presence Machine::extract_value(const Field& field, bool is_shown, Value& value) {
    Context all = context(is_shown);
    return extract(field, all, value);
}

std::string Machine::evaluate(std::string_view text, bool is_shown) {
    const auto field = resolve(text);
    REQUIRE_MESSAGE(field.has_value(), field.error());
    Value value;
    const Presence presence = extract_value(*field, is_shown, value);
    return text_of(presence, value, field->format);
}

std::string Machine::expression(std::string_view text) {
    const auto prefix = filter::parse_operand_prefix(text);
    REQUIRE_MESSAGE(prefix.has_value(), prefix.error().message);
    REQUIRE(prefix->length == text.size());
    const auto compiled = Expression::compile(*prefix->operand);
    if (!compiled) return "error: " + compiled.error().message;
    Context all = context(false);
    Value value;
    const Presence presence = compiled->evaluate(all, value);
    return text_of(presence, value, compiled->format());
}

}  // namespace bewit::field::test
