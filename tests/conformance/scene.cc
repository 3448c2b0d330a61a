#include "tests/conformance/scene.h"

#include <sys/socket.h>

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "tests/conformance/case_files.h"

namespace bewit::conformance {
namespace {

using event::Descriptor;
using event::DescriptorType;
using event::ProcessFacts;
using field::test::Bytes;

constexpr uint64_t default_time_ns = 1'700'000'000'123'456'789;

template <class T>
void set(const YAML::Node& node, T& member) {
    if (node) member = node.as<T>();
}
void set(const YAML::Node& node, std::vector<std::string>& member) {
    if (node) member = texts(node);
}
template <class T>
void set(const YAML::Node& node, std::optional<T>& member) {
    if (node) member = node.as<T>();
}

const std::map<std::string, DescriptorType> descriptor_types = {
    {"file", DescriptorType::File2},
    {"directory", DescriptorType::Directory},
    {"ipv4", DescriptorType::Ipv4},
    {"ipv6", DescriptorType::Ipv6},
    {"ipv4server", DescriptorType::Ipv4Server},
    {"ipv6server", DescriptorType::Ipv6Server},
    {"pipe", DescriptorType::Fifo},
    {"unix", DescriptorType::Unix},
    {"event", DescriptorType::Event},
    {"signalfd", DescriptorType::Signal},
    {"eventpoll", DescriptorType::EventPoll},
    {"inotify", DescriptorType::Inotify},
    {"timerfd", DescriptorType::Timer},
    {"netlink", DescriptorType::Netlink},
    {"bpf", DescriptorType::Bpf},
    {"userfaultfd", DescriptorType::Userfault},
    {"io_uring", DescriptorType::IoUring},
    {"memfd", DescriptorType::Memfd},
    {"pidfd", DescriptorType::Pidfd},
    {"unknown", DescriptorType::Unknown},
    {"unsupported", DescriptorType::Unsupported},
};

const std::map<std::string, event::L4Proto> protocols = {
    {"tcp", event::L4Proto::Tcp},
    {"udp", event::L4Proto::Udp},
    {"icmp", event::L4Proto::Icmp},
    {"raw", event::L4Proto::Raw},
};

// "10.0.0.1:80", "[2001:db8::1]:80"
event::Endpoint endpoint_of(const std::string& text) {
    const size_t colon = text.rfind(':');
    REQUIRE(colon != std::string::npos);
    std::string address = text.substr(0, colon);
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    return field::test::endpoint(address, static_cast<uint16_t>(std::stoi(text.substr(colon + 1))));
}

std::string host_of(const event::Endpoint& end) {
    std::string text;
    field::append_address(end.address, text);
    return text;
}

// How scenes write what no scalar is: {tuple: [A, B]}, {address: A}, {unix: [source, peer, path]}, {poll: [[fd,
// events]]}, {hex: 0102}, {strings: [a, b]}.
Bytes bytes_of(const YAML::Node& node) {
    if (const YAML::Node tuple = node["tuple"]) {
        const event::Endpoint from = endpoint_of(tuple[0].Scalar()), to = endpoint_of(tuple[1].Scalar());
        return field::test::inet_tuple(host_of(from), from.port, host_of(to), to.port);
    }
    if (const YAML::Node address = node["address"]) {
        const event::Endpoint end = endpoint_of(address.Scalar());
        return field::test::inet_address(host_of(end), end.port);
    }
    if (const YAML::Node ends = node["unix"]) {
        return field::test::unix_tuple(ends[0].as<uint64_t>(), ends[1].as<uint64_t>(), ends[2].Scalar());
    }
    Bytes out;
    const auto put = [&](auto value) {
        const auto* raw = reinterpret_cast<const std::byte*>(&value);
        out.insert(out.end(), raw, raw + sizeof value);
    };
    if (const YAML::Node items = node["poll"]) {
        put(static_cast<uint16_t>(items.size()));
        for (const YAML::Node& item : items) {
            put(item[0].as<int64_t>());
            put(item[1].as<int16_t>());
        }
    } else if (const YAML::Node hex = node["hex"]) {
        const std::string text = hex.Scalar();
        for (size_t i = 0; i + 1 < text.size(); i += 2)
            put(static_cast<uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    } else if (const YAML::Node strings = node["strings"]) {
        for (const std::string& text : texts(strings)) {
            const Bytes more = field::test::bytes_of(text);
            out.insert(out.end(), more.begin(), more.end());
            out.push_back(std::byte{0});
        }
    } else {
        FAIL("an argument must be a scalar or one of tuple, address, unix, poll, hex, strings");
    }
    return out;
}

bool is_text(event::ParamType type) {
    using enum event::ParamType;
    return type == CharBuf || type == FsPath || type == FsRelPath;
}

void add_argument(event::Builder& builder, const event::ParamInfo& param, const YAML::Node& node) {
    if (node.IsNull()) {
        builder.add_absent();
    } else if (!node.IsScalar()) {
        builder.add_bytes(bytes_of(node));
    } else if (is_text(param.type)) {
        builder.add_text(node.Scalar());
    } else if (param.type == event::ParamType::ByteBuf) {
        builder.add_bytes(field::test::bytes_of(node.Scalar()));
    } else {
        builder.add_int(static_cast<int64_t>(std::stoll(node.Scalar(), nullptr, 0)));
    }
}

}  // namespace

Scene::Scene(const YAML::Node& description) {
    for (const YAML::Node& node : description["processes"]) add_process(node);
    for (const YAML::Node& node : description["descriptors"]) add_descriptor(node);
    for (const auto& user : description["users"]) {
        const YAML::Node& node = user.second;
        state::User entry{node.IsMap() ? node["name"].Scalar() : node.Scalar(), "", "", user.first.as<uint32_t>(), 0};
        if (node.IsMap()) {
            set(node["home"], entry.home);
            set(node["shell"], entry.shell);
        }
        machine_.state.users().set_user(entry);
    }
    for (const auto& group : description["groups"]) {
        machine_.state.users().set_group(group.first.as<uint32_t>(), group.second.Scalar());
    }
    if (description["container"]) set_container(description["container"]);
    for (const YAML::Node& node : description["before"]) {
        happen(node);
        machine_.state.finish(event());
    }
    happen(description["event"]);
}

void Scene::add_process(const YAML::Node& node) {
    check_keys(node, {"pid",   "tid",         "parent",    "comm",      "argv",    "exe",      "env",   "cwd",
                      "uid",   "gid",         "sid",       "pgid",      "vpgid",   "vpid",     "vtid",  "tty",
                      "start", "loginuid",    "inode",     "ctime",     "mtime",   "writable", "upper", "lower",
                      "memfd", "inheritable", "permitted", "effective", "cgroups", "vmsize",   "vmrss", "vmswap",
                      "major", "minor",       "fdlimit",   "fdcount",   "threads"});
    const auto pid = node["pid"].as<int64_t>();
    const int64_t tid = node["tid"] ? node["tid"].as<int64_t>() : pid;
    ProcessFacts& facts = machine_.witness.processes[tid];
    if (raw(facts.pid) == -1) {
        facts.vpid = pid;
        facts.vtid = tid;
        facts.sid = facts.pgid = facts.vpgid = pid;
        facts.start_time_ns = 1'600'000'000'000'000'000 + static_cast<uint64_t>(pid);
    }
    facts.pid = static_cast<Pid>(pid);
    if (node["parent"]) facts.parent = static_cast<Pid>(node["parent"].as<int64_t>());
    set(node["comm"], facts.comm);
    set(node["argv"], facts.argv);
    set(node["exe"], facts.exe_path);
    set(node["env"], facts.environment);
    set(node["cwd"], facts.cwd);
    set(node["uid"], facts.uid);
    set(node["gid"], facts.gid);
    set(node["sid"], facts.sid);
    set(node["pgid"], facts.pgid);
    set(node["vpgid"], facts.vpgid);
    set(node["vpid"], facts.vpid);
    set(node["vtid"], facts.vtid);
    set(node["tty"], facts.tty);
    set(node["start"], facts.start_time_ns);
    set(node["loginuid"], facts.login_uid);
    set(node["inode"], facts.exe_inode);
    set(node["ctime"], facts.exe_ctime_ns);
    set(node["mtime"], facts.exe_mtime_ns);
    set(node["writable"], facts.exe_writable);
    set(node["upper"], facts.exe_upper_layer);
    set(node["lower"], facts.exe_lower_layer);
    set(node["memfd"], facts.exe_from_memfd);
    set(node["inheritable"], facts.cap_inheritable);
    set(node["permitted"], facts.cap_permitted);
    set(node["effective"], facts.cap_effective);
    set(node["cgroups"], facts.cgroups);
    set(node["vmsize"], facts.vm_size_kb);
    set(node["vmrss"], facts.vm_rss_kb);
    set(node["vmswap"], facts.vm_swap_kb);
    set(node["major"], facts.faults_major);
    set(node["minor"], facts.faults_minor);
    set(node["fdlimit"], facts.fd_limit);
    set(node["fdcount"], facts.fd_count);
    set(node["threads"], facts.threads);
}

void Scene::add_descriptor(const YAML::Node& node) {
    check_keys(node, {"pid", "fd", "type", "name", "raw", "local", "remote", "role", "proto", "connected", "flags",
                      "device", "inode", "source", "peer"});
    Descriptor what;
    REQUIRE(descriptor_types.contains(node["type"].Scalar()));
    what.type = descriptor_types.at(node["type"].Scalar());
    set(node["name"], what.name);
    what.name_raw = text_or(node["raw"], what.name);
    if (node["local"]) what.local = endpoint_of(node["local"].Scalar());
    if (node["remote"]) what.remote = endpoint_of(node["remote"].Scalar());
    const std::string role = text_or(node["role"], "");
    what.role = role == "client"   ? Descriptor::Role::Client
                : role == "server" ? Descriptor::Role::Server
                                   : Descriptor::Role::None;
    if (node["proto"]) what.l4proto = protocols.at(node["proto"].Scalar());
    set(node["connected"], what.connected);
    set(node["flags"], what.open_flags);
    set(node["device"], what.device);
    set(node["inode"], what.inode);
    set(node["source"], what.unix_source);
    set(node["peer"], what.unix_peer);
    if (what.is_inet()) what.socket_family = what.local.address.family != 0 ? what.local.address.family : AF_INET;
    if (what.type == DescriptorType::Unix) what.socket_family = AF_UNIX;
    const int64_t pid = node["pid"] ? node["pid"].as<int64_t>() : 40;
    machine_.witness.descriptors[{pid, node["fd"].as<int32_t>()}] = what;
}

void Scene::set_container(const YAML::Node& node) {
    check_keys(node, {"id",        "full_id",    "name",    "type",   "image",    "image_id",     "repository", "tag",
                      "digest",    "privileged", "start",   "ip",     "host_pid", "host_network", "host_ipc",   "pod",
                      "namespace", "pod_uid",    "sandbox", "pod_ip", "labels",   "pod_labels",   "mounts"});
    state::Container& container = machine_.state.container();
    set(node["id"], container.id);
    set(node["full_id"], container.full_id);
    set(node["name"], container.name);
    set(node["type"], container.type);
    set(node["image"], container.image);
    set(node["image_id"], container.image_id);
    set(node["repository"], container.image_repository);
    set(node["tag"], container.image_tag);
    set(node["digest"], container.image_digest);
    set(node["privileged"], container.privileged);
    set(node["start"], container.start_time_ns);
    set(node["ip"], container.ip);
    set(node["host_pid"], container.host_pid);
    set(node["host_network"], container.host_network);
    set(node["host_ipc"], container.host_ipc);
    set(node["pod"], container.pod_name);
    set(node["namespace"], container.pod_namespace);
    set(node["pod_uid"], container.pod_uid);
    set(node["sandbox"], container.pod_sandbox_id);
    set(node["pod_ip"], container.pod_ip);
    for (const auto& label : node["labels"]) container.labels[label.first.Scalar()] = label.second.Scalar();
    for (const auto& label : node["pod_labels"]) container.pod_labels[label.first.Scalar()] = label.second.Scalar();
    if (!node["mounts"]) return;
    container.mounts.emplace();
    for (const YAML::Node& mount : node["mounts"]) {
        container.mounts->push_back(
            {mount[0].Scalar(), mount[1].Scalar(), mount[2].Scalar(), mount[4].Scalar(), mount[3].as<bool>()});
    }
}

void Scene::happen(const YAML::Node& node) {
    REQUIRE(node.IsMap());
    check_keys(node, {"type", "thread", "time", "number", "args", "hostname", "truncated"});
    const std::string type = node["type"].Scalar();
    const event::EventInfo* info = event::find_event(type);
    if (info == nullptr) info = event::find_event(event::EventId::Generic);
    REQUIRE_MESSAGE(event::find_kind(type).has_value(), "no such event: " << type);
    const bool generic = info->id == event::EventId::Generic;
    const YAML::Node arguments = node["args"];
    for (const auto& argument : arguments) {
        const std::string name = argument.first.Scalar();
        REQUIRE_MESSAGE(info->param(name).has_value(), "no such argument: " << name);
    }
    const uint64_t time = node["time"] ? node["time"].as<uint64_t>() : default_time_ns;
    if (first_time_ns_ == 0) first_time_ns_ = time;
    if (!events_.empty()) previous_time_ns_ = events_.back().time_ns();
    set(node["number"], number_);
    set(node["hostname"], hostname_);
    set(node["truncated"], truncated_);
    builder_.begin(*info, time, static_cast<Tid>(node["thread"] ? node["thread"].as<int64_t>() : 40));
    while (const event::ParamInfo* param = builder_.next()) {
        const YAML::Node given = arguments ? arguments[std::string(param->name)] : YAML::Node();
        if (generic && param->name == "ID") {
            builder_.add_int(static_cast<int64_t>(*event::find_kind(type)));
        } else if (given) {
            add_argument(builder_, *param, given);
        } else {
            builder_.add_absent();
        }
    }
    events_.assign(1, builder_.finish());
    machine_.state.apply(event());
}

field::Context Scene::context(bool shown) {
    field::Context result{event(), machine_.state, machine_.scratch};
    result.number = number_;
    result.shown = shown;
    result.hostname = hostname_;
    result.first_time_ns = first_time_ns_;
    result.previous_time_ns = previous_time_ns_;
    result.truncated = truncated_;
    return result;
}

}  // namespace bewit::conformance
