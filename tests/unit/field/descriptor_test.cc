#include <doctest/doctest.h>

#include <sys/sysmacros.h>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

using event::Descriptor;
using event::DescriptorType;

constexpr int64_t at_fdcwd = -100;

void open_file(Machine& machine, const char* path, int64_t flags = 1, int64_t fd = 3) {
    machine.after("openat", {{"fd", fd}, {"dirfd", at_fdcwd}, {"name", path}, {"flags", flags}, {"mode", 0}});
}

TEST_CASE("an opened file has a number, a name and its parts") {
    Machine machine;
    open_file(machine, "//etc/./ssl/../shadow");
    CHECK(machine.compared("fd.num") == "3");
    CHECK(machine.compared("fd.name") == "/etc/shadow");
    CHECK(machine.compared("fd.nameraw") == "/etc/./ssl/../shadow");
    CHECK(machine.compared("fd.directory") == "/etc");
    CHECK(machine.compared("fd.filename") == "shadow");
    CHECK(machine.compared("fd.type") == "file");
    CHECK(machine.compared("fd.typechar") == "f");
    CHECK(machine.compared("fd.l4proto") == "<NA>");
    CHECK(machine.compared("fd.connected") == "false");
    CHECK(machine.compared("fd.uid") == "403");
    CHECK(machine.compared("fd.containername") == "host:/etc/shadow");
    CHECK(machine.compared("fd.containerdirectory") == "host:/etc");
}

TEST_CASE("a file in the root directory has the root as its directory") {
    Machine machine;
    open_file(machine, "/vmlinuz");
    CHECK(machine.compared("fd.directory") == "/");
    CHECK(machine.compared("fd.filename") == "vmlinuz");
}

TEST_CASE("relative names start from the working directory") {
    Machine machine;
    open_file(machine, "../etc/passwd");
    CHECK(machine.compared("fd.name") == "/etc/passwd");
    CHECK(machine.compared("fd.nameraw") == "../etc/passwd");
}

TEST_CASE("what is opened as a directory is its own directory and has no file name") {
    Machine machine;
    open_file(machine, "/etc/ssl", 1 | 0x400);
    CHECK(machine.compared("fd.type") == "directory");
    CHECK(machine.compared("fd.typechar") == "d");
    CHECK(machine.compared("fd.directory") == "/etc/ssl");
    CHECK(machine.compared("fd.filename") == absent);
}

TEST_CASE("a failed open has the number -1 and the name that was asked for") {
    Machine machine;
    open_file(machine, "/etc/../etc/shadow", 1, -13);
    CHECK(machine.compared("fd.num") == "-1");
    CHECK(machine.compared("fd.name") == "/etc/shadow");
    CHECK(machine.compared("fd.nameraw") == "/etc/../etc/shadow");
    CHECK(machine.compared("fd.directory") == "/etc");
    CHECK(machine.compared("fd.typechar") == "f");
    for (const std::string_view field :
         {"fd.filename", "fd.type", "fd.l4proto", "fd.connected", "fd.name_changed", "fd.sip", "fd.dev", "fd.ino",
          "fd.is_upper_layer", "fd.is_server", "fd.sockfamily"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
}

TEST_CASE("a failed open() shows an absolute name as it was given, and a relative one made absolute") {
    Machine machine;
    machine.after("open", {{"fd", -2}, {"name", "/a/../b"}, {"flags", 1}});
    CHECK(machine.compared("fd.name") == "/a/../b");
    machine.after("open", {{"fd", -2}, {"name", "b"}, {"flags", 1}});
    CHECK(machine.compared("fd.name") == "/srv/b");
    CHECK(machine.compared("fd.nameraw") == "/srv/b");
    CHECK(machine.compared("fd.typechar") == "f");
    machine.after("creat", {{"fd", -2}, {"name", "/c"}});
    CHECK(machine.compared("fd.name") == "/c");
    machine.after("openat", {{"fd", -14}, {"dirfd", at_fdcwd}});
    CHECK(machine.compared("fd.name") == absent);
    CHECK(machine.compared("fd.nameraw") == absent);
}

TEST_CASE("events that are about no descriptor have none of these fields") {
    Machine machine;
    machine.after("mkdir", {{"res", 0}, {"path", "/x"}});
    for (const std::string_view field :
         {"fd.num",           "fd.type",     "fd.typechar", "fd.name",        "fd.nameraw",   "fd.directory",
          "fd.filename",      "fd.ip",       "fd.cip",      "fd.sip",         "fd.lip",       "fd.rip",
          "fd.port",          "fd.sport",    "fd.lport",    "fd.rport",       "fd.net",       "fd.snet",
          "fd.cnet",          "fd.rnet",     "fd.l4proto",  "fd.sockfamily",  "fd.connected", "fd.name_changed",
          "fd.sip.name",      "fd.cip.name", "fd.lip.name", "fd.rip.name",    "fd.is_server", "fd.uid",
          "fd.containername", "fd.types",    "fd.types[0]", "bewit.path.real"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
}

TEST_CASE("the descriptor is the one that the call names, whatever it is called") {
    Machine machine;
    for (int32_t fd = 3; fd < 10; ++fd) machine.open(fd, file("/f" + std::to_string(fd)));
    const auto name = [&](std::string_view event, std::initializer_list<Argument> arguments) {
        machine.after(event, arguments);
        return machine.compared("fd.num") + machine.compared("fd.name");
    };
    CHECK(name("read", {{"res", 1}, {"fd", 4}}) == "4/f4");
    CHECK(name("copy_file_range", {{"res", 1}, {"fdout", 5}, {"fdin", 6}}) == "5/f5");
    CHECK(name("sendfile", {{"res", 1}, {"out_fd", 7}, {"in_fd", 8}}) == "7/f7");
    CHECK(name("splice", {{"res", 1}, {"fd_in", 3}, {"fd_out", 4}}) == "3/f3");
    CHECK(name("unlinkat", {{"res", 0}, {"dirfd", 9}, {"name", "x"}}) == "9/f9");
    CHECK(name("symlinkat", {{"res", 0}, {"target", "t"}, {"linkdirfd", 9}, {"linkpath", "x"}}) == "9/f9");
    CHECK(name("mmap", {{"res", 0}, {"fd", 6}}) == "6/f6");
    CHECK(name("fcntl", {{"res", 0}, {"fd", 6}, {"cmd", 4}}) == "6/f6");
    CHECK(name("readv", {{"res", 0}, {"fd", 6}}) == "6/f6");
}

TEST_CASE("duplicates are the new descriptor, and the old one where the call failed") {
    Machine machine;
    machine.open(3, file("/old"));
    machine.open(0, file("/new"));
    machine.after("dup2", {{"res", 0}, {"oldfd", 3}, {"newfd", 0}});
    CHECK(machine.compared("fd.num") == "0");
    CHECK(machine.compared("fd.name") == "/new");
    machine.after("dup2", {{"res", -9}, {"oldfd", 3}, {"newfd", 0}});
    CHECK(machine.compared("fd.num") == "3");
    CHECK(machine.compared("fd.name") == "/old");
    machine.after("fcntl", {{"res", 0}, {"fd", 3}, {"cmd", 1}});
    CHECK(machine.compared("fd.num") == "0");
    machine.after("fcntl", {{"res", -1}, {"fd", 3}, {"cmd", 1}});
    CHECK(machine.compared("fd.num") == "3");
}

TEST_CASE("of a pair the second is meant") {
    Machine machine;
    Descriptor pipe;
    pipe.type = DescriptorType::Fifo;
    machine.open(5, pipe);
    machine.after("pipe", {{"res", 0}, {"fd1", 4}, {"fd2", 5}});
    CHECK(machine.compared("fd.num") == "5");
    CHECK(machine.compared("fd.type") == "pipe");
    machine.after("pipe", {{"res", -24}});
    CHECK(machine.compared("fd.num") == "-1");
    CHECK(machine.compared("fd.typechar") == "p");
}

TEST_CASE("a descriptor that nobody knows has an empty name and the letter that the call would have made") {
    Machine machine;
    machine.after("fstat", {{"res", -9}, {"fd", 66}});
    CHECK(machine.compared("fd.num") == "66");
    CHECK(machine.compared("fd.name") == "");
    CHECK(machine.compared("fd.typechar") == "o");
    CHECK(machine.compared("fd.type") == absent);
    machine.after("eventfd2", {{"res", -24}});
    CHECK(machine.compared("fd.typechar") == "e");
    machine.after("socket", {{"fd", -24}});
    CHECK(machine.compared("fd.typechar") == "4");
}

TEST_CASE("every type of descriptor has its letter and its word") {
    Machine machine;
    const auto look = [&](DescriptorType type) {
        Descriptor what;
        what.type = type;
        machine.open(3, what);
        machine.after("fstat", {{"res", 0}, {"fd", 3}});
        return machine.compared("fd.typechar") + " " + machine.compared("fd.type");
    };
    CHECK(look(DescriptorType::File) == "f file");
    CHECK(look(DescriptorType::Ipv4) == "4 ipv4");
    CHECK(look(DescriptorType::Ipv4Server) == "4 ipv4");
    CHECK(look(DescriptorType::Ipv6) == "6 ipv6");
    CHECK(look(DescriptorType::Ipv6Server) == "6 ipv6");
    CHECK(look(DescriptorType::Unix) == "u unix");
    CHECK(look(DescriptorType::Fifo) == "p pipe");
    CHECK(look(DescriptorType::Event) == "e event");
    CHECK(look(DescriptorType::Signal) == "s signalfd");
    CHECK(look(DescriptorType::EventPoll) == "l eventpoll");
    CHECK(look(DescriptorType::Inotify) == "i inotify");
    CHECK(look(DescriptorType::Timer) == "t timerfd");
    CHECK(look(DescriptorType::Netlink) == "n netlink");
    CHECK(look(DescriptorType::Bpf) == "b bpf");
    CHECK(look(DescriptorType::Userfault) == "u userfaultfd");
    CHECK(look(DescriptorType::IoUring) == "r io_uring");
    CHECK(look(DescriptorType::Memfd) == "m memfd");
    CHECK(look(DescriptorType::Pidfd) == "P pidfd");
    CHECK(look(DescriptorType::Unknown) == "o <NA>");
    CHECK(look(DescriptorType::Unsupported) == "X <NA>");
    CHECK(look(DescriptorType::Uninitialized) == "? <NA>");
}

TEST_CASE("device, inode and layer are those of the open") {
    Machine machine;
    machine.after("openat", {{"fd", 3},
                             {"dirfd", at_fdcwd},
                             {"name", "/x"},
                             {"flags", 1 | 0x8000},
                             {"mode", 0},
                             {"dev", static_cast<int64_t>(makedev(8, 3))},
                             {"ino", 99}});
    CHECK(machine.compared("fd.dev") == "803");
    CHECK(machine.compared("fd.dev.major") == "8");
    CHECK(machine.compared("fd.dev.minor") == "3");
    CHECK(machine.compared("fd.ino") == "99");
    CHECK(machine.compared("fd.is_upper_layer") == "true");
    CHECK(machine.compared("fd.is_lower_layer") == "false");
}

TEST_CASE("the types of all open descriptors are listed once each") {
    Machine machine;
    machine.open(0, file("/dev/null"));
    machine.open(1, file("/dev/null"));
    Descriptor pipe;
    pipe.type = DescriptorType::Fifo;
    machine.open(4, pipe);
    machine.process(40).fd_count = 3;
    machine.after("fstat", {{"res", 0}, {"fd", 0}});
    CHECK(machine.compared("fd.types") == "(file,pipe)");
    CHECK(machine.compared("fd.types[4]") == "pipe");
    CHECK(machine.compared("fd.types[5]") == absent);
}

TEST_CASE("standard streams have types and names") {
    Machine machine;
    machine.open(0, file("/dev/pts/0"));
    machine.after("mkdir", {{"res", 0}});
    CHECK(machine.compared("proc.stdin.type") == "file");
    CHECK(machine.compared("proc.stdin.name") == "/dev/pts/0");
    CHECK(machine.compared("proc.stdout.type") == absent);
    CHECK(machine.compared("proc.stderr.name") == absent);
}

TEST_CASE("the kernel's own path is told where the name given leads elsewhere") {
    Machine machine;
    machine.open(3, file("/etc/shadow"));
    open_file(machine, "/tmp/link/../shadow");
    CHECK(machine.compared("fd.name") == "/tmp/shadow");
    CHECK(machine.compared("bewit.path.real") == "/etc/shadow");
    open_file(machine, "/tmp/x", 1, -2);
    CHECK(machine.compared("bewit.path.real") == absent);
}

TEST_CASE("the descriptors that poll waits for are listed") {
    Machine machine;
    machine.open(3, file("/x"));
    Descriptor socket;
    socket.type = DescriptorType::Ipv4;
    socket.role = Descriptor::Role::Server;
    socket.local = endpoint("10.0.0.1", 80);
    socket.remote = endpoint("10.0.0.2", 40000);
    machine.open(4, socket);
    machine.after("poll", {{"res", 1}, {"fds", poll_list({{3, 1}, {4, 1}, {9, 1}})}});
    CHECK(machine.compared("fdlist.nums") == "3,4,9");
    CHECK(machine.compared("fdlist.names") == "/x,10.0.0.2:40000->10.0.0.1:80,<NA>");
    CHECK(machine.compared("fdlist.cips") == "10.0.0.2");
    CHECK(machine.compared("fdlist.sips") == "10.0.0.1");
    CHECK(machine.compared("fdlist.cports") == "40000");
    CHECK(machine.compared("fdlist.sports") == "80");
    machine.after("poll", {{"res", 0}, {"fds", poll_list({{3, 1}})}});
    CHECK(machine.compared("fdlist.cips") == absent);
    machine.after("read", {{"res", 0}});
    CHECK(machine.compared("fdlist.nums") == absent);
}

}  // namespace
}  // namespace bewit::field::test
