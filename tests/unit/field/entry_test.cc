// The look before the call: what may be told then must be true after it, whatever the call returns.
#include <doctest/doctest.h>

#include <sys/socket.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

using event::Descriptor;
using event::DescriptorType;

constexpr int64_t at_fdcwd = -100;

std::string maybe(std::string_view value) { return std::string(unknown) + "=" + std::string(value); }

void before_open(Machine& machine, const char* path, int64_t flags) {
    machine.before("openat", {{"dirfd", at_fdcwd}, {"name", path}, {"flags", flags}, {"mode", 0}});
}

TEST_CASE("results are unknown before the call") {
    Machine machine;
    before_open(machine, "/etc/shadow", 1);
    for (const std::string_view field : {"evt.res",
                                         "evt.rawres",
                                         "evt.failed",
                                         "evt.count.error",
                                         "evt.count.error.file",
                                         "evt.args",
                                         "evt.info",
                                         "evt.arg.fd",
                                         "evt.rawarg.fd",
                                         "evt.arg[0]",
                                         "evt.num",
                                         "evt.time",
                                         "evt.rawtime",
                                         "evt.reltime",
                                         "evt.deltatime",
                                         "evt.buflen",
                                         "fd.num",
                                         "fd.uid",
                                         "fd.ino",
                                         "fd.dev",
                                         "fd.is_upper_layer",
                                         "fd.name_changed",
                                         "fd.types",
                                         "proc.duration",
                                         "proc.vmsize",
                                         "proc.fdopencount",
                                         "proc.nthreads",
                                         "container.duration",
                                         "util.cnt",
                                         "bewit.path.real",
                                         "proc.stdin.type",
                                         "evt.around[5]"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == unknown);
    }
}

TEST_CASE("the event's kind and the process are known before the call") {
    Machine machine;
    before_open(machine, "/etc/shadow", 1);
    CHECK(machine.compared("evt.type") == "openat");
    CHECK(machine.compared("evt.category") == "file");
    CHECK(machine.compared("evt.is_io") == "false");
    CHECK(machine.compared("proc.name") == "cat");
    CHECK(machine.compared("proc.cmdline") == "cat /etc/shadow -n");
    CHECK(machine.compared("proc.aname[2]") == "nginx");
    CHECK(machine.compared("proc.aname") == "(sh,nginx,init)");
    CHECK(machine.compared("user.name") == "root");
    CHECK(machine.compared("user.loginuid") == "-1");
    CHECK(machine.compared("proc.cwd") == "/srv/");
    CHECK(machine.compared("container.id") == "host");
    CHECK(machine.compared("thread.tid") == "40");
    CHECK(machine.compared("evt.count") == "1");
}

TEST_CASE("before an open its name is known, and what could be absent comes with its value") {
    Machine machine;
    before_open(machine, "../etc/./shadow", 1);
    CHECK(machine.compared("fd.name") == "/etc/shadow");
    CHECK(machine.compared("fd.nameraw") == "../etc/./shadow");
    CHECK(machine.compared("fd.directory") == "/etc");
    CHECK(machine.compared("fd.typechar") == "f");
    CHECK(machine.compared("fd.containername") == "host:/etc/shadow");
    CHECK(machine.compared("fd.filename") == maybe("shadow"));
    CHECK(machine.compared("fd.type") == maybe("file"));
    CHECK(machine.compared("fd.l4proto") == maybe("<NA>"));
    CHECK(machine.compared("fs.path.name") == maybe("/etc/shadow"));
    CHECK(machine.compared("fd.ip") == absent);
    CHECK(machine.compared("fd.sport") == absent);
    CHECK(machine.compared("fd.sockfamily") == absent);
}

TEST_CASE("what an open says before the call holds after success and after failure") {
    for (const int64_t flags : {int64_t{1}, int64_t{2 | 4}, int64_t{1 | 0x400}}) {
        for (const char* path : {"/etc/shadow", "x", "/a/../b", "..", "/", "/x/"}) {
            for (const std::string_view event : {"openat", "open"}) {
                Machine machine;
                CAPTURE(event);
                CAPTURE(std::string(path));
                CAPTURE(flags);
                const auto look = [&](std::initializer_list<std::string_view> fields) {
                    std::vector<std::string> values;
                    for (const std::string_view field : fields) values.push_back(machine.compared(field));
                    return values;
                };
                const auto fields = {std::string_view("fd.name"),
                                     std::string_view("fd.nameraw"),
                                     std::string_view("fd.directory"),
                                     std::string_view("fd.filename"),
                                     std::string_view("fd.type"),
                                     std::string_view("fd.typechar"),
                                     std::string_view("fd.l4proto"),
                                     std::string_view("evt.is_open_write"),
                                     std::string_view("evt.is_open_create"),
                                     std::string_view("evt.arg.flags"),
                                     std::string_view("evt.arg.name"),
                                     std::string_view("fd.ip"),
                                     std::string_view("fs.path.name")};
                machine.before(event, {{"name", path}, {"flags", flags}, {"mode", 0}});
                const auto before = look(fields);
                for (const int64_t result : {int64_t{3}, int64_t{-2}, int64_t{-1}}) {
                    CAPTURE(result);
                    machine.after(event, {{"fd", result}, {"name", path}, {"flags", flags}, {"mode", 0}});
                    const auto after = look(fields);
                    for (size_t i = 0; i < before.size(); ++i) {
                        CAPTURE(i);
                        CAPTURE(before[i]);
                        CAPTURE(after[i]);
                        const bool holds =
                            before[i] == after[i] || before[i] == unknown ||
                            (before[i].starts_with(unknown) && (after[i] == absent || before[i] == maybe(after[i]))) ||
                            before[i].starts_with(std::string(one_of) + "(" + after[i] + ",") ||
                            (before[i].starts_with(one_of) && before[i].ends_with("," + after[i] + ")"));
                        CHECK(holds);
                    }
                }
            }
        }
    }
}

TEST_CASE("before an open of a directory its letter is not known, and its directory is one of two") {
    Machine machine;
    before_open(machine, "/etc/ssl", 1 | 0x400);
    CHECK(machine.compared("fd.name") == "/etc/ssl");
    CHECK(machine.compared("fd.directory") == std::string(one_of) + "(/etc/ssl,/etc)");
    CHECK(machine.compared("fd.containerdirectory") == unknown);
    CHECK(machine.compared("fd.typechar") == unknown);
    CHECK(machine.compared("fd.type") == maybe("directory"));
    CHECK(machine.compared("fd.filename") == absent);
}

TEST_CASE("before an open whose name could not be read nothing is told of it") {
    Machine machine;
    machine.before("openat", {{"dirfd", at_fdcwd}});
    for (const std::string_view field :
         {"fd.name", "fd.nameraw", "fd.directory", "fd.filename", "fd.type", "fd.typechar", "evt.is_open_read",
          "evt.is_open_exec", "evt.is_open_create", "evt.arg.name", "evt.abspath", "fs.path.name"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == unknown);
    }
}

TEST_CASE("flags of an open are known before the call but for what the kernel adds") {
    Machine machine;
    before_open(machine, "/x", 3);
    CHECK(machine.compared("evt.is_open_read") == "true");
    CHECK(machine.compared("evt.is_open_write") == "true");
    CHECK(machine.compared("evt.is_open_exec") == "false");
    CHECK(machine.compared("evt.is_open_create") == "false");
    CHECK(machine.compared("evt.arg.flags") == unknown);
    CHECK(machine.compared("evt.arg.name") == "/x");
    before_open(machine, "/x", 2 | 4);
    CHECK(machine.compared("evt.is_open_create") == unknown);
    before_open(machine, "/x", 2 | 0x2000);
    CHECK(machine.compared("evt.is_open_create") == unknown);
}

TEST_CASE("an exec may change everything, so nothing of the process is told before it") {
    for (const std::string_view event : {"execve", "execveat"}) {
        Machine machine;
        machine.before(event, {{"exe", "x"}});
        for (const std::string_view field : {"proc.name",    "proc.cmdline",
                                             "proc.exepath", "proc.pname",
                                             "proc.aname",   "proc.aname[2]",
                                             "proc.tty",     "proc.cwd",
                                             "proc.env",     "proc.pid",
                                             "proc.vpid",    "proc.is_exe_upper_layer",
                                             "proc.sname",   "thread.cap_effective",
                                             "thread.tid",   "user.name",
                                             "user.uid",     "user.loginuid",
                                             "group.gid",    "evt.arg.exe",
                                             "evt.arg.args"}) {
            CAPTURE(field);
            CHECK(machine.compared(field) == unknown);
        }
        CHECK(machine.compared("container.id") == "host");
    }
}

TEST_CASE("an execveat that succeeds is an execve") {
    Machine machine;
    machine.before("execveat");
    CHECK(machine.compared("evt.type") == unknown);
    CHECK(machine.compared("syscall.type") == unknown);
    CHECK(machine.compared("evt.type.is.execve") == unknown);
    machine.before("execve");
    CHECK(machine.compared("evt.type") == "execve");
}

TEST_CASE("calls that change credentials hide them, and nothing else of the process") {
    for (const std::string_view event : {"setuid", "setgid", "setresuid", "capset", "unshare", "setns", "prctl"}) {
        CAPTURE(event);
        Machine machine;
        machine.before(event);
        for (const std::string_view field :
             {"user.name", "user.uid", "group.gid", "thread.cap_effective", "thread.cap_permitted"}) {
            CAPTURE(field);
            CHECK(machine.compared(field) == unknown);
        }
        CHECK(machine.compared("proc.exepath") == "/usr/bin/cat");
        CHECK(machine.compared("proc.name") == (event == "prctl" ? std::string(unknown) : "cat"));
    }
    Machine machine;
    machine.before("setuid", {{"uid", 0}});
    CHECK(machine.compared("evt.arg.uid") == "<NA>");
    CHECK(machine.compared("user.loginuid") == "-1");
}

TEST_CASE("calls that move the working directory hide it and what is relative to it") {
    Machine machine;
    machine.before("chdir", {{"path", "x"}});
    CHECK(machine.compared("proc.cwd") == unknown);
    CHECK(machine.compared("proc.name") == "cat");
    machine.before("rename", {{"oldpath", "a"}, {"newpath", "/b"}});
    CHECK(machine.compared("evt.arg.oldpath") == unknown);
    CHECK(machine.compared("evt.arg.newpath") == "/b");
    CHECK(machine.compared("fs.path.source") == unknown);
    CHECK(machine.compared("fs.path.target") == maybe("/b"));
    machine.before("mkdir", {{"path", "a"}});
    CHECK(machine.compared("evt.arg.path") == "/srv/a");
    CHECK(machine.compared("fs.path.name") == maybe("/srv/a"));
}

TEST_CASE("the terminal may come with an open by the session's leader, and with an ioctl") {
    Machine machine;
    before_open(machine, "/dev/tty1", 3);
    CHECK(machine.compared("proc.tty") == "0");
    machine.before("ioctl");
    CHECK(machine.compared("proc.tty") == unknown);
    Machine leader;
    leader.process(40).sid = 40;
    before_open(leader, "/dev/tty1", 3);
    CHECK(leader.compared("proc.tty") == unknown);
}

TEST_CASE("the descriptor that a call uses is known before it") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    machine.before("fchmod", {{"fd", 3}, {"mode", 0x800}});
    CHECK(machine.compared("fd.num") == "3");
    CHECK(machine.compared("fd.name") == "/etc/shadow");
    CHECK(machine.compared("fd.type") == "file");
    CHECK(machine.compared("fd.filename") == "shadow");
    CHECK(machine.compared("fd.connected") == "false");
    CHECK(machine.compared("fd.name_changed") == "false");
    CHECK(machine.compared("evt.arg.fd") == "<f>/etc/shadow");
    CHECK(machine.compared("evt.arg.mode") == "S_ISUID");
    CHECK(machine.compared("evt.rawarg.mode") == "04000");
    CHECK(machine.compared("fs.path.name") == maybe("/etc/shadow"));
    machine.before("fchmod", {{"fd", 9}});
    CHECK(machine.compared("fd.type") == absent);
    CHECK(machine.compared("fd.name") == "");
}

TEST_CASE("a duplicate is what it was made from, but for its number") {
    Machine machine;
    machine.open(3, file("/x"));
    machine.before("dup2", {{"oldfd", 3}, {"newfd", 0}});
    CHECK(machine.compared("fd.num") == unknown);
    CHECK(machine.compared("fd.type") == "file");
    CHECK(machine.compared("fd.name") == "/x");
    CHECK(machine.compared("evt.arg.newfd") == unknown);
    machine.before("fcntl", {{"fd", 3}, {"cmd", 1}});
    CHECK(machine.compared("fd.num") == unknown);
    CHECK(machine.compared("fd.name") == "/x");
}

TEST_CASE("what a call makes is unknown before it") {
    Machine machine;
    for (const std::string_view event :
         {"accept", "accept4", "socket", "pipe2", "memfd_create", "open_by_handle_at", "eventfd2"}) {
        CAPTURE(event);
        machine.before(event);
        CHECK(machine.compared("fd.num") == unknown);
        CHECK(machine.compared("fd.name") == unknown);
        CHECK(machine.compared("fd.type") == unknown);
        CHECK(machine.compared("fd.typechar") == unknown);
    }
    machine.before("accept");
    CHECK(machine.compared("fd.sip") == unknown);
    CHECK(machine.compared("fd.cport") == unknown);
}

TEST_CASE("the kernel's word on a connection comes after the call") {
    Machine machine;
    Descriptor fresh;
    fresh.type = DescriptorType::Ipv4;
    fresh.socket_family = AF_INET;
    fresh.l4proto = event::L4Proto::Tcp;
    machine.open(3, fresh);
    machine.before("connect", {{"fd", 3}, {"addr", inet_address("192.0.2.7", 80)}});
    CHECK(machine.compared("fd.num") == "3");
    CHECK(machine.compared("fd.typechar") == "4");
    CHECK(machine.compared("fd.type") == "ipv4");
    CHECK(machine.compared("fd.sockfamily") == "ip");
    for (const std::string_view field :
         {"fd.name", "fd.sip", "fd.ip", "fd.snet", "fd.sport", "fd.l4proto", "fd.connected", "fd.name_changed",
          "fd.is_server", "fd.sip.name", "evt.arg.addr", "evt.arg.fd", "evt.arg.tuple"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == unknown);
    }
    fresh.socket_family = AF_INET6;
    machine.open(4, fresh);
    machine.before("connect", {{"fd", 4}});
    CHECK(machine.compared("fd.typechar") == unknown);
}

TEST_CASE("sending on a connected stream changes nothing, sending a datagram may") {
    Machine machine;
    Descriptor stream;
    stream.type = DescriptorType::Ipv4;
    stream.socket_family = AF_INET;
    stream.l4proto = event::L4Proto::Tcp;
    stream.role = Descriptor::Role::Client;
    stream.connected = true;
    stream.local = endpoint("10.0.0.1", 40000);
    stream.remote = endpoint("192.0.2.7", 80);
    machine.open(3, stream);
    machine.before("sendto", {{"fd", 3}, {"data", bytes_of("x")}});
    CHECK(machine.compared("fd.sip") == "192.0.2.7");
    CHECK(machine.compared("fd.name_changed") == "false");
    CHECK(machine.compared("fd.connected") == "true");
    stream.l4proto = event::L4Proto::Udp;
    machine.open(3, stream);
    machine.before("sendto", {{"fd", 3}, {"data", bytes_of("x")}});
    CHECK(machine.compared("fd.sip") == unknown);
    CHECK(machine.compared("fd.name_changed") == unknown);
    CHECK(machine.compared("evt.buffer") == "x");
    machine.before("recvfrom", {{"fd", 3}});
    CHECK(machine.compared("evt.buffer") == unknown);
    CHECK(machine.compared("evt.arg.data") == unknown);
}

TEST_CASE("an argument that the event never has is absent before the call as well") {
    Machine machine;
    machine.before("mkdir", {{"path", "/x"}});
    CHECK(machine.compared("evt.arg.flags") == absent);
    CHECK(machine.compared("evt.arg[77]") == absent);
    CHECK(machine.compared("evt.arg.res") == unknown);
    CHECK(machine.compared("fd.name") == absent);
}

}  // namespace
}  // namespace bewit::field::test
