#include "engine/event/catalogue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace bewit::event;

namespace {

const EventInfo& event_called(std::string_view name) {
    const EventInfo* info = find_event(name);
    REQUIRE(info != nullptr);
    return *info;
}

bool takes_names(ParamType type) {
    const std::string_view name = type_name(type);
    return name.find("FLAGS") != std::string_view::npos || type == ParamType::Mode;
}

std::string spell(const EventInfo& info) {
    std::string out;
    for (const ParamInfo& param : info.params) {
        if (!out.empty()) out += ", ";
        out += std::string(param.name) + ":" + std::string(type_name(param.type));
    }
    return out;
}

}  // namespace

TEST_CASE("events rise by id and each is found by its id") {
    EventId last{0};
    for (const EventInfo& info : all_events()) {
        CHECK(info.id > last);
        CHECK(find_event(info.id) == &info);
        last = info.id;
    }
}

TEST_CASE("the catalogue holds the current types without the enter events that bewit never makes") {
    CHECK(all_events().size() == 191);
    for (uint16_t enter : {2, 22, 58, 306, 326}) CHECK(find_event(EventId{enter}) == nullptr);
    for (uint16_t old : {0, 4, 12, 13, 102, 154, 273}) CHECK(find_event(EventId{old}) == nullptr);
    CHECK(find_event(EventId{454}) == nullptr);
    CHECK(find_event(EventId{UINT16_MAX}) == nullptr);
}

TEST_CASE("names of parameters are unique within an event, and none is empty") {
    for (const EventInfo& info : all_events()) {
        std::set<std::string_view> names;
        for (const ParamInfo& param : info.params) {
            CHECK_FALSE(param.name.empty());
            CHECK_MESSAGE(names.insert(param.name).second, info.name, " ", param.name);
            CHECK(param.type != ParamType::None);
        }
    }
}

TEST_CASE("flags, enumerations and modes have a table of names, and nothing else has") {
    for (const EventInfo& info : all_events()) {
        for (const ParamInfo& param : info.params) {
            CHECK_MESSAGE(param.names.empty() != takes_names(param.type), info.name, " ", param.name);
        }
    }
}

TEST_CASE("every event comes from one kind of source") {
    constexpr uint32_t sources = SyscallCategory | TracepointCategory | MetaCategory | PluginCategory | IterCategory;
    for (const EventInfo& info : all_events()) {
        const uint32_t source = info.flags & sources;
        CHECK_MESSAGE(source != 0, info.name);
        CHECK_MESSAGE((source & (source - 1)) == 0, info.name);
    }
}

TEST_CASE("parameters are those of the reference") {
    CHECK(spell(event_called("open")) == "fd:FD, name:FSPATH, flags:FLAGS32, mode:UINT32, dev:UINT32, ino:UINT64");
    CHECK(spell(event_called("connect")) == "res:ERRNO, tuple:SOCKTUPLE, fd:FD, addr:SOCKADDR");
    CHECK(spell(event_called("getpeername")).empty());
    CHECK(spell(event_called("procexit")) == "status:ERRNO, ret:ERRNO, sig:SIGTYPE, core:UINT8, reaper_tid:PID");
    CHECK(spell(event_called("keyctl")) == "res:ERRNO, operation:ENUMFLAGS32, arg2:DYN, arg3:DYN, arg4:DYN, arg5:DYN");
    CHECK(spell(event_called("task_file_socket_inet6")) ==
          "fd:FD32, sk_type:UINT16, sk_proto:UINT16, local_ip:IPV6ADDR, local_port:PORT, remote_ip:IPV6ADDR, "
          "remote_port:PORT, ino_num:UINT64");
    CHECK(event_called("task").params.size() == 32);
    CHECK(event_called("execve").params.size() == 31);
    CHECK(event_called("execve").params.back().name == "filename");
    CHECK(event_called("execveat").params.back().name == "gid");
}

TEST_CASE("ids are those of the reference") {
    const std::pair<std::string_view, uint16_t> expected[] = {
        {"syscall", 1},     {"open", 3},           {"accept", 247},
        {"openat", 307},    {"openat2", 327},      {"execve", 293},
        {"execveat", 331},  {"clone", 223},        {"clone3", 335},
        {"procexit", 186},  {"switch", 152},       {"drop", 149},
        {"container", 324}, {"pluginevent", 322},  {"asyncevent", 402},
        {"useradded", 354}, {"groupdeleted", 360}, {"signaldeliver", 232},
        {"keyctl", 453},    {"close_range", 451},  {"task_file_anon_inode", 448}};
    for (const auto& entry : expected)
        CHECK_MESSAGE(event_called(entry.first).id == EventId{entry.second}, entry.first);
}

TEST_CASE("formats are those of the reference") {
    const EventInfo& open = event_called("open");
    CHECK(open.params[0].format == PrintFormat::Dec);
    CHECK(open.params[1].format == PrintFormat::None);
    CHECK(open.params[2].format == PrintFormat::Hex);
    CHECK(open.params[3].format == PrintFormat::Oct);
}

TEST_CASE("flags and categories are those of the reference") {
    const EventInfo& close = event_called("close");
    CHECK(close.category == Category::IoOther);
    CHECK(close.flags == (UsesFd | DestroysFd | ModifiesState | SyscallCategory));
    const EventInfo& copy = event_called("copy_file_range");
    CHECK(copy.category == Category::File);
    CHECK(copy.flags == (UsesFd | ReadsFd | WritesFd | SyscallCategory));
    CHECK(event_called("poll").flags == (Waits | SyscallCategory));
    CHECK(event_called("poll").category == Category::Wait);
    CHECK(event_called("socket").flags == (CreatesFd | ModifiesState | SyscallCategory));
    CHECK(event_called("read").category == Category::IoRead);
    CHECK(event_called("sendmsg").category == Category::IoWrite);
    CHECK(event_called("pipe").category == Category::Ipc);
    CHECK(event_called("drop").flags == (SkipParse | MetaCategory));
    CHECK(event_called("drop").category == Category::Internal);
    CHECK(event_called("switch").category == Category::Scheduler);
    CHECK(event_called("switch").flags == TracepointCategory);
    CHECK(event_called("container").flags == (ModifiesState | LargePayload | MetaCategory));
    CHECK(event_called("pluginevent").flags == (LargePayload | PluginCategory));
    CHECK(event_called("task").flags == (ModifiesState | IterCategory));
}

TEST_CASE("only pluginevent, asyncevent and container may be large") {
    std::set<std::string_view> large;
    for (const EventInfo& info : all_events()) {
        if (info.has(LargePayload)) large.insert(info.name);
    }
    CHECK(large == std::set<std::string_view>{"pluginevent", "asyncevent", "container"});
}

TEST_CASE("the return value is the first parameter of a syscall that has any and is not generic") {
    for (std::string_view name : {"open", "openat", "accept4", "bpf", "memfd_create", "close", "clone", "brk", "setsid",
                                  "process_vm_readv", "fcntl", "execve", "getuid", "getegid"}) {
        CHECK_MESSAGE(event_called(name).has_result(), name);
    }
    for (std::string_view name :
         {"getsockname", "getpeername", "procexit", "syscall", "switch", "task_file_pipe", "container", "page_fault"}) {
        CHECK_MESSAGE(!event_called(name).has_result(), name);
    }
}

TEST_CASE("the first parameter of a syscall is a return value by its name") {
    const std::set<std::string_view> names{"res", "fd", "uid", "euid", "gid", "egid"};
    for (const EventInfo& info : all_events()) {
        if (info.has_result()) CHECK_MESSAGE(names.contains(info.params.front().name), info.name);
    }
}

TEST_CASE("a parameter is found by its name") {
    CHECK(event_called("openat").param("flags") == 3);
    CHECK(event_called("openat").param("fd") == 0);
    CHECK_FALSE(event_called("openat").param("filename").has_value());
    CHECK_FALSE(event_called("getsockname").param("").has_value());
}

TEST_CASE("kinds are dense, and each is found by its name") {
    CHECK(kind_count() == 463);
    CHECK(kind_count() <= max_kinds);
    std::set<std::string_view> names;
    for (size_t i = 0; i < kind_count(); ++i) {
        const Kind kind{static_cast<uint16_t>(i)};
        CHECK(find_kind(kind_name(kind)) == kind);
        names.insert(kind_name(kind));
    }
    CHECK(names.size() == kind_count());
    CHECK_FALSE(find_kind("").has_value());
    CHECK_FALSE(find_kind("pread64").has_value());
    CHECK_FALSE(find_kind("zzz").has_value());
    CHECK_FALSE(find_kind("Open").has_value());
}

TEST_CASE("every event has the kind of its name") {
    for (const EventInfo& info : all_events()) {
        if (info.id == EventId::Generic) continue;
        const Kind kind = kind_of(info.id, 0);
        CHECK(kind_name(kind) == info.name);
        CHECK(kind_event(kind)->name == info.name);
        CHECK(kind_of(info.id, 77) == kind);
    }
}

TEST_CASE("events that share a name share the kind, and it stands for the last of them") {
    CHECK(kind_of(EventId{148}, 0) == kind_of(EventId{149}, 0));
    CHECK(event_called("drop").id == EventId{149});
}

TEST_CASE("a generic syscall has a kind and no event") {
    for (std::string_view name :
         {"getrandom", "_newselect", "waitpid", "unknown", "mount_setattr", "fchmodat2", "exit"}) {
        const auto kind = find_kind(name);
        REQUIRE_MESSAGE(kind.has_value(), name);
        CHECK(kind_event(*kind) == nullptr);
        CHECK(find_event(name) == nullptr);
        CHECK(kind_of(EventId::Generic, static_cast<uint16_t>(index(*kind))) == *kind);
    }
}

TEST_CASE("a generic record that names no generic syscall is of the kind unknown") {
    const Kind unknown = *find_kind("unknown");
    const auto open = static_cast<uint16_t>(index(*find_kind("open")));
    CHECK(kind_of(EventId::Generic, open) == unknown);
    CHECK(kind_of(EventId::Generic, static_cast<uint16_t>(kind_count())) == unknown);
    CHECK(kind_of(EventId::Generic, UINT16_MAX) == unknown);
    CHECK(kind_of(EventId{0}, 0) == unknown);
    CHECK(kind_name(Kind{UINT16_MAX}) == "unknown");
    CHECK(kind_event(Kind{UINT16_MAX}) == nullptr);
}

TEST_CASE("a generic syscall has a number of its own in captures, and is found by it") {
    std::set<uint16_t> seen;
    for (size_t i = 0; i < kind_count(); ++i) {
        const Kind kind{static_cast<uint16_t>(i)};
        if (kind_event(kind) != nullptr) {
            CHECK(capture_syscall_id(kind) == 0);
            continue;
        }
        CHECK(seen.insert(capture_syscall_id(kind)).second);
        CHECK(kind_of_capture_syscall_id(capture_syscall_id(kind)) == kind);
    }
    CHECK(capture_syscall_id(*find_kind("unknown")) == 0);
    CHECK(capture_syscall_id(*find_kind("restart_syscall")) == 1);
    CHECK(capture_syscall_id(*find_kind("getpid")) == 16);
    CHECK(capture_syscall_id(*find_kind("rseq_slice_yield")) == 453);
    CHECK(capture_syscall_id(Kind{UINT16_MAX}) == 0);
}

TEST_CASE("a number that captures give to no generic syscall is of the kind unknown") {
    for (uint16_t id : {uint16_t{5}, uint16_t{454}, uint16_t{UINT16_MAX}}) {
        CHECK(kind_name(kind_of_capture_syscall_id(id)) == "unknown");
    }
}
