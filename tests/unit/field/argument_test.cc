#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

constexpr int64_t at_fdcwd = -100;

TEST_CASE("flags are shown by their names") {
    Machine machine;
    machine.after("openat",
                  {{"fd", 3}, {"dirfd", at_fdcwd}, {"name", "/tmp/x"}, {"flags", 2 | 4 | 0x100}, {"mode", 0644}});
    CHECK(machine.compared("evt.arg.flags") == "O_TRUNC|O_CREAT|O_WRONLY");
    CHECK(machine.compared("evt.arg.name") == "/tmp/x");
    CHECK(machine.compared("evt.arg.mode") == "0644");
    CHECK(machine.compared("evt.arg.dirfd") == "AT_FDCWD");
    CHECK(machine.compared("evt.arg[3]") == "O_TRUNC|O_CREAT|O_WRONLY");
}

TEST_CASE("a number without a name is shown as it is") {
    Machine machine;
    machine.after("bpf", {{"fd", -1}, {"cmd", 0xff}});
    CHECK(machine.compared("evt.arg.cmd") == "255");
    machine.after("bpf", {{"fd", -1}, {"cmd", 5}});
    CHECK(machine.compared("evt.arg.cmd") == "BPF_PROG_LOAD");
    machine.after("socket", {{"fd", 3}, {"domain", 1}});
    CHECK(machine.compared("evt.arg.domain") == "AF_LOCAL|AF_UNIX");
    machine.after("socket", {{"fd", 3}, {"domain", 17}, {"type", 3}});
    CHECK(machine.compared("evt.arg.domain") == "AF_PACKET");
    machine.after("ptrace", {{"res", 0}, {"request", 11}});
    CHECK(machine.compared("evt.arg.request") == "PTRACE_ATTACH");
    machine.after("chmod", {{"res", 0}, {"filename", "/x"}, {"mode", 0x800 | 0x40}});
    CHECK(machine.compared("evt.arg.mode") == "S_IXUSR|S_ISUID");
}

TEST_CASE("an absent argument has a text of its own, an argument of other events has none") {
    Machine machine;
    machine.after("openat", {{"fd", 3}});
    CHECK(machine.compared("evt.arg.name") == "<NA>");
    CHECK(machine.compared("evt.arg.path") == absent);
    CHECK(machine.compared("evt.arg[40]") == absent);
    CHECK(machine.compared("evt.rawarg.name") == absent);
    machine.after("write", {{"res", 3}});
    CHECK(machine.compared("evt.arg.data") == "NULL");
    CHECK(machine.compared("evt.buffer") == absent);
    machine.after("connect", {{"res", 0}});
    CHECK(machine.compared("evt.arg.tuple") == "NULL");
    CHECK(machine.compared("evt.arg.addr") == "<NA>");
}

TEST_CASE("every argument name that upstream rules use is absent where the event lacks it") {
    Machine machine;
    machine.after("getdents", {{"res", 0}});
    for (const std::string_view name : {"cmd", "domain", "filename", "flags", "linkpath", "mode", "name", "newpath",
                                        "oldpath", "path", "request", "target", "uid"}) {
        CAPTURE(name);
        CHECK(machine.compared("evt.arg." + std::string(name)) == absent);
    }
    machine.after("mkdir", {{"res", 0}});
    CHECK(machine.compared("evt.arg.fd") == absent);
}

TEST_CASE("descriptors are shown with what they refer to") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    machine.after("fchmod", {{"res", 0}, {"fd", 3}, {"mode", 0x800}});
    CHECK(machine.compared("evt.arg.fd") == "<f>/etc/shadow");
    machine.after("fchmod", {{"res", -9}, {"fd", 77}});
    CHECK(machine.compared("evt.arg.fd") == "77");
    machine.after("openat", {{"fd", -2}, {"name", "/x"}});
    CHECK(machine.compared("evt.arg.fd") == "ENOENT");
    event::Descriptor socket;
    socket.type = event::DescriptorType::Ipv4;
    socket.l4proto = event::L4Proto::Tcp;
    socket.role = event::Descriptor::Role::Client;
    socket.local = endpoint("10.0.0.1", 40000);
    socket.remote = endpoint("10.0.0.2", 443);
    machine.open(5, socket);
    machine.after("fstat", {{"res", 0}, {"fd", 5}});
    CHECK(machine.compared("evt.arg.fd") == "<4t>10.0.0.1:40000->10.0.0.2:443");
}

TEST_CASE("processes, users, errors and signals are shown by name") {
    Machine machine;
    machine.state.users().load_passwd("www:x:33:33::/:/\n");
    machine.state.users().load_group("web:x:33:\n");
    machine.after("kill", {{"res", -1}, {"pid", 20}, {"sig", 9}});
    CHECK(machine.compared("evt.arg.pid") == "nginx");
    CHECK(machine.compared("evt.arg.sig") == "SIGKILL");
    CHECK(machine.compared("evt.arg.res") == "EPERM");
    machine.after("kill", {{"res", 0}, {"pid", 5555}, {"sig", 0}});
    CHECK(machine.compared("evt.arg.pid") == "5555");
    CHECK(machine.compared("evt.arg.sig") == "0");
    CHECK(machine.compared("evt.arg.res") == "0");
    machine.after("setuid", {{"res", 0}, {"uid", 33}});
    CHECK(machine.compared("evt.arg.uid") == "www");
    machine.after("setuid", {{"res", 0}, {"uid", 34}});
    CHECK(machine.compared("evt.arg.uid") == "<NA>");
    machine.after("setresuid", {{"res", 0}, {"ruid", -1}});
    CHECK(machine.compared("evt.arg.ruid") == "<NONE>");
    machine.after("setgid", {{"res", 0}, {"gid", 33}});
    CHECK(machine.compared("evt.arg.gid") == "web");
}

TEST_CASE("relative paths are made absolute, absolute ones stay as they are") {
    Machine machine;
    machine.open(9, file("/data/dir"));
    machine.after("unlink", {{"res", 0}, {"path", "../x/./y//z"}});
    CHECK(machine.compared("evt.arg.path") == "/x/y/z");
    machine.after("unlink", {{"res", 0}, {"path", "/a/../b"}});
    CHECK(machine.compared("evt.arg.path") == "/a/../b");
    machine.after("unlink", {{"res", 0}, {"path", ""}});
    CHECK(machine.compared("evt.arg.path") == "");
    machine.after("renameat2",
                  {{"res", 0}, {"olddirfd", at_fdcwd}, {"oldpath", "a"}, {"newdirfd", 9}, {"newpath", "b"}});
    CHECK(machine.compared("evt.arg.oldpath") == "/srv/a");
    CHECK(machine.compared("evt.arg.newpath") == "/data/dir/b");
    machine.after("mkdirat", {{"res", 0}, {"dirfd", 55}, {"path", "b"}});
    CHECK(machine.compared("evt.arg.path") == "<UNKNOWN>b");
    machine.after("symlink", {{"res", 0}, {"target", "etc"}, {"linkpath", "l"}});
    CHECK(machine.compared("evt.arg.target") == "etc");
    CHECK(machine.compared("evt.arg.linkpath") == "/srv/l");
}

TEST_CASE("buffers show dots for what cannot be printed") {
    Machine machine;
    machine.after("write", {{"res", 4}, {"data", bytes_of(std::string_view("a\0\x80z", 4))}});
    CHECK(machine.compared("evt.arg.data") == "a..z");
    CHECK(machine.shown("evt.buffer") == "a..z");
    Value value;
    REQUIRE(machine.extract_value(*resolve("evt.buffer"), false, value) == Presence::Present);
    CHECK(value.form == Value::Form::Bytes);
    CHECK(value.text == std::string_view("a\0\x80z", 4));
    machine.after("close", {{"res", 0}});
    CHECK(machine.compared("evt.buffer") == absent);
}

TEST_CASE("socket addresses and tuples are shown as text") {
    Machine machine;
    machine.after("sendto", {{"res", 1}, {"tuple", inet_tuple("10.0.0.1", 5, "192.0.2.7", 53)}});
    CHECK(machine.compared("evt.arg.tuple") == "10.0.0.1:5->192.0.2.7:53");
    machine.after("sendto", {{"res", 1}, {"tuple", inet_tuple("2001:db8::1", 5, "::1", 53)}});
    CHECK(machine.compared("evt.arg.tuple") == "2001:db8::1:5->::1:53");
    machine.after("sendto", {{"res", 1}, {"tuple", inet_tuple("::ffff:10.0.0.1", 5, "::ffff:10.0.0.2", 53)}});
    CHECK(machine.compared("evt.arg.tuple") == "10.0.0.1:5->10.0.0.2:53");
    machine.after("sendto", {{"res", 1}, {"tuple", unix_tuple(0xabc, 0xdef, "/run/x.sock")}});
    CHECK(machine.compared("evt.arg.tuple") == "abc->def /run/x.sock");
    machine.after("bind", {{"res", 0}, {"addr", inet_address("0.0.0.0", 80)}});
    CHECK(machine.compared("evt.arg.addr") == "0.0.0.0:80");
    machine.after("bind", {{"res", 0}, {"addr", inet_address("::", 80)}});
    CHECK(machine.compared("evt.arg.addr") == ":::80");
}

TEST_CASE("tuples that are too short or of another family are said to be so") {
    Machine machine;
    machine.after("sendto", {{"res", 1}, {"tuple", Bytes{std::byte{2}, std::byte{1}}}});
    CHECK(machine.compared("evt.arg.tuple") == "INVALID IPv4");
    machine.after("sendto", {{"res", 1}, {"tuple", Bytes{std::byte{10}}}});
    CHECK(machine.compared("evt.arg.tuple") == "INVALID IPv6");
    machine.after("sendto", {{"res", 1}, {"tuple", Bytes{std::byte{1}}}});
    CHECK(machine.compared("evt.arg.tuple") == "INVALID PATH");
    machine.after("sendto", {{"res", 1}, {"tuple", Bytes{std::byte{16}}}});
    CHECK(machine.compared("evt.arg.tuple") == "family 16");
}

TEST_CASE("lists of descriptors, times and tagged values are shown as text") {
    setenv("TZ", "UTC", 1);
    tzset();
    Machine machine;
    machine.open(3, file("/x"));
    machine.after("poll", {{"res", 1}, {"fds", poll_list({{3, 1}, {8, 0x41}})}});
    CHECK(machine.compared("evt.arg.fds") == "3:f1 8:?41");
    machine.after("nanosleep", {{"res", 0}, {"interval", 1'500'000'000}});
    CHECK(machine.compared("evt.arg.interval") == "1.5s");
    machine.after("nanosleep", {{"res", 0}, {"interval", -1}});
    CHECK(machine.compared("evt.arg.interval") == "none");
    Bytes tagged{std::byte{2}, std::byte{7}, std::byte{0}, std::byte{0}, std::byte{0}};
    machine.after("setsockopt", {{"res", 0}, {"val", tagged}});
    CHECK(machine.compared("evt.arg.val") == "7");
    tagged[0] = std::byte{77};
    machine.after("setsockopt", {{"res", 0}, {"val", tagged}});
    CHECK(machine.compared("evt.arg.val") == "INVALID DYNAMIC PARAMETER");
    machine.after("execve", {{"res", -2}, {"exe_ino_ctime", 1'700'000'000'000'000'005}});
    CHECK(machine.compared("evt.arg.exe_ino_ctime") == "2023-11-14 22:13:20.000000005 +0000");
    machine.after("ppoll", {{"res", 0}, {"sigmask", 1 | (1 << 14)}});
    CHECK(machine.compared("evt.arg.sigmask") == "SIGHUP SIGTERM");
}

TEST_CASE("all arguments are shown with the bare value and what it stands for") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    machine.after("fchmod", {{"res", 0}, {"fd", 3}, {"mode", 0x800}});
    CHECK(machine.shown("evt.args") == "res=0 fd=3(<f>/etc/shadow) mode=04000(S_ISUID)");
    CHECK(machine.shown("evt.info") == machine.shown("evt.args"));
    machine.after("symlink", {{"res", -17}, {"target", "/etc"}, {"linkpath", "l"}});
    CHECK(machine.shown("evt.args") == "res=-17(EEXIST) target=/etc linkpath=l(/srv/l)");
}

TEST_CASE("raw arguments are the numbers and texts themselves") {
    Machine machine;
    machine.after("openat", {{"fd", -2}, {"dirfd", at_fdcwd}, {"name", "x"}, {"flags", 5}, {"mode", 0644}});
    CHECK(machine.compared("evt.rawarg.fd") == "-2");
    CHECK(machine.compared("evt.rawarg.dirfd") == "-100");
    CHECK(machine.compared("evt.rawarg.flags") == "5");
    CHECK(machine.compared("evt.rawarg.name") == "x");
    machine.after("setuid", {{"res", 0}, {"uid", 33}});
    CHECK(machine.compared("evt.rawarg.uid") == "33");
    // Compiled for an unsigned number of 64 bits; this event has one of 16.
    machine.after("ptrace", {{"res", 0}, {"request", 16}});
    CHECK(machine.compared("evt.rawarg.request") == "10");
}

TEST_CASE("generic calls show no arguments but their own name") {
    Machine machine;
    const auto kind = event::find_kind("getrandom");
    REQUIRE(kind.has_value());
    machine.after("syscall", {{"ID", static_cast<int64_t>(event::index(*kind))}, {"nativeID", 318}});
    CHECK(machine.compared("evt.type") == "getrandom");
    CHECK(machine.compared("evt.arg.ID") == "getrandom");
    CHECK(machine.compared("evt.arg.nativeID") == "318");
    CHECK(machine.shown("evt.args") == "");
    CHECK(machine.compared("evt.res") == absent);
    CHECK(machine.compared("fd.num") == absent);
}

}  // namespace
}  // namespace bewit::field::test
