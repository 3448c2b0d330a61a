#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

struct InUtc {
    InUtc() {
        setenv("TZ", "UTC", 1);
        tzset();
    }
};

TEST_CASE("numbers and names of the event") {
    Machine machine;
    machine.hostname = "box";
    machine.after("openat", {{"fd", 3}, {"name", "/etc/passwd"}, {"flags", 1}});
    CHECK(machine.compared("evt.num") == "7");
    CHECK(machine.compared("evt.type") == "openat");
    CHECK(machine.compared("syscall.type") == "openat");
    CHECK(machine.compared("evt.dir") == "<");
    CHECK(machine.compared("evt.source") == "syscall");
    CHECK(machine.compared("evt.is_async") == "false");
    CHECK(machine.compared("evt.asynctype") == absent);
    CHECK(machine.compared("evt.hostname") == "box");
    CHECK(machine.compared("evt.count") == "1");
    CHECK(machine.compared("evt.count.exit") == "1");
    CHECK(machine.compared("evt.count.procinfo") == "0");
    CHECK(machine.compared("evt.type.is.openat") == "1");
    CHECK(machine.compared("evt.type.is.open") == "0");
    CHECK(machine.compared("evt.type.is.307") == "1");
}

TEST_CASE("what cannot exist here is absent or a constant") {
    Machine machine;
    machine.after("close");
    for (const std::string_view field :
         {"evt.pluginname", "evt.plugininfo", "evt.cpu", "evt.hostname", "evt.infra.docker.name", "thread.cpu",
          "thread.cpu.user", "container.healthcheck", "k8s.rc.name", "k8s.svc.label.x", "proc.is_container_healthcheck",
          "container.cni.json"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    CHECK(machine.compared("evt.latency") == "0");
    CHECK(machine.compared("evt.latency.ns") == "000000000");
    CHECK(machine.compared("evt.latency.human") == "0ns");
    CHECK(machine.compared("evt.wait_latency") == "0");
}

TEST_CASE("times of the event") {
    InUtc utc;
    Machine machine;
    machine.first_time_ns = machine.time_ns - 2'000'000'003;
    machine.previous_time_ns = machine.time_ns - 1'000'000'001;
    machine.after("close");
    CHECK(machine.compared("evt.rawtime") == "1700000000123456789");
    CHECK(machine.compared("evt.rawtime.s") == "1700000000");
    CHECK(machine.compared("evt.rawtime.ns") == "123456789");
    CHECK(machine.compared("evt.time") == "22:13:20.123456789");
    CHECK(machine.compared("evt.time.s") == "22:13:20");
    CHECK(machine.compared("evt.datetime") == "2023-11-14 22:13:20.123456789");
    CHECK(machine.compared("evt.datetime.s") == "2023-11-14 22:13:20");
    CHECK(machine.compared("evt.time.iso8601") == "2023-11-14T22:13:20.123456789+0000");
    CHECK(machine.compared("evt.outputtime") == "22:13:20.123456789");
    CHECK(machine.compared("evt.reltime") == "2000000003");
    CHECK(machine.compared("evt.reltime.s") == "2");
    CHECK(machine.compared("evt.reltime.ns") == "000000003");
    CHECK(machine.compared("evt.deltatime") == "1000000001");
    CHECK(machine.compared("evt.deltatime.s") == "1");
    CHECK(machine.compared("evt.deltatime.ns") == "000000001");
    CHECK(machine.compared("evt.around[1700000000123456700]") == "89");
    CHECK(machine.compared("evt.around[1700000000123456800]") == "11");
    CHECK(machine.shown("evt.around[1]") == absent);
}

TEST_CASE("the first event is no time after itself") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("evt.reltime") == "000000000");
    CHECK(machine.compared("evt.deltatime") == "0");
}

TEST_CASE("the result is SUCCESS or the name of the error") {
    Machine machine;
    machine.after("mkdir", {{"res", 0}});
    CHECK(machine.compared("evt.res") == "SUCCESS");
    CHECK(machine.compared("evt.rawres") == "0");
    CHECK(machine.compared("evt.failed") == "false");
    CHECK(machine.compared("evt.count.error") == "0");
    machine.after("mkdir", {{"res", -2}});
    CHECK(machine.compared("evt.res") == "ENOENT");
    CHECK(machine.compared("evt.rawres") == "-2");
    CHECK(machine.compared("evt.failed") == "true");
    machine.after("openat", {{"fd", -13}});
    CHECK(machine.compared("evt.res") == "EACCES");
    machine.after("openat", {{"fd", 4}});
    CHECK(machine.compared("evt.res") == "SUCCESS");
    CHECK(machine.compared("evt.rawres") == "4");
}

TEST_CASE("events that return nothing have no result") {
    Machine machine;
    machine.after("procexit", {{"status", 0}});
    for (const std::string_view field : {"evt.res", "evt.rawres", "evt.failed", "evt.count.error"}) {
        CAPTURE(field);
        CHECK(machine.compared(field) == absent);
    }
    CHECK(machine.compared("evt.dir") == ">");
    CHECK(machine.compared("syscall.type") == absent);
}

TEST_CASE("errors are counted by what the call is about") {
    Machine machine;
    machine.after("openat", {{"fd", -2}, {"name", "/x"}});
    CHECK(machine.compared("evt.count.error.file") == "1");
    CHECK(machine.compared("evt.count.error.net") == absent);
    CHECK(machine.compared("evt.count.error.other") == absent);
    machine.after("accept", {{"fd", -11}});
    CHECK(machine.compared("evt.count.error.net") == "1");
    CHECK(machine.compared("evt.count.error.file") == absent);
    machine.after("mprotect", {{"res", -12}});
    CHECK(machine.compared("evt.count.error.memory") == "1");
    CHECK(machine.compared("evt.count.error.other") == absent);
    machine.after("kill", {{"res", -3}});
    CHECK(machine.compared("evt.count.error.other") == "1");
    CHECK(machine.compared("evt.count.error.memory") == absent);
    machine.open(3, file("/x"));
    machine.after("fchmod", {{"res", -1}, {"fd", 3}});
    CHECK(machine.compared("evt.count.error.file") == "1");
}

TEST_CASE("input and output are known by their kind") {
    Machine machine;
    machine.open(3, file("/dev/log"));
    machine.after("write", {{"res", 5}, {"fd", 3}, {"data", bytes_of("hello")}});
    CHECK(machine.compared("evt.is_io") == "true");
    CHECK(machine.compared("evt.is_io_write") == "true");
    CHECK(machine.compared("evt.is_io_read") == "false");
    CHECK(machine.compared("evt.io_dir") == "write");
    CHECK(machine.compared("evt.is_wait") == "false");
    CHECK(machine.compared("evt.is_syslog") == "true");
    CHECK(machine.compared("evt.buflen") == "5");
    CHECK(machine.compared("evt.buflen.out") == "5");
    CHECK(machine.compared("evt.buflen.in") == absent);
    CHECK(machine.compared("evt.buflen.file.out") == "5");
    CHECK(machine.compared("evt.buflen.net") == absent);
    CHECK(machine.compared("evt.category") == "file");
    machine.after("close", {{"res", 0}, {"fd", 3}});
    CHECK(machine.compared("evt.io_dir") == absent);
    CHECK(machine.compared("evt.is_io") == "false");
    CHECK(machine.compared("evt.is_syslog") == "false");
    machine.after("poll");
    CHECK(machine.compared("evt.is_wait") == "true");
    CHECK(machine.compared("evt.category") == "wait");
}

TEST_CASE("the category of input and output is that of the descriptor") {
    Machine machine;
    event::Descriptor what;
    for (const auto& [type, category] : std::initializer_list<std::pair<event::DescriptorType, std::string_view>>{
             {event::DescriptorType::Directory, "file"},
             {event::DescriptorType::Ipv6Server, "net"},
             {event::DescriptorType::Fifo, "ipc"},
             {event::DescriptorType::Timer, "unknown"}}) {
        what.type = type;
        machine.open(3, what);
        machine.after("read", {{"res", 1}, {"fd", 3}});
        CHECK(machine.compared("evt.category") == category);
    }
    machine.after("read", {{"res", 1}, {"fd", 9}});
    CHECK(machine.compared("evt.category") == "unknown");
    machine.after("execve", {{"res", -2}});
    CHECK(machine.compared("evt.category") == "process");
}

TEST_CASE("flags of open say what it asks for") {
    Machine machine;
    const auto look = [&](int64_t flags, int64_t mode, int64_t fd = 3) {
        machine.after("openat", {{"fd", fd}, {"name", "/x"}, {"flags", flags}, {"mode", mode}});
        return machine.compared("evt.is_open_read") + "/" + machine.compared("evt.is_open_write") + "/" +
               machine.compared("evt.is_open_exec") + "/" + machine.compared("evt.is_open_create");
    };
    CHECK(look(1, 0) == "true/false/false/false");                 // O_RDONLY
    CHECK(look(2, 0) == "false/true/false/false");                 // O_WRONLY
    CHECK(look(3, 0) == "true/true/false/false");                  // O_RDWR
    CHECK(look(2 | 4, 0755) == "false/true/true/false");           // O_CREAT
    CHECK(look(2 | 4 | 0x4000, 0644) == "false/true/false/true");  // O_CREAT|O_F_CREATED
    CHECK(look(2 | 0x2000, 0700) == "false/true/true/true");       // O_TMPFILE
    CHECK(look(2 | 0x2000, 0700, -13) == "false/true/true/false");
    CHECK(look(2, 0755) == "false/true/false/false");
}

TEST_CASE("creat makes executables too, and other calls open nothing") {
    Machine machine;
    machine.after("creat", {{"fd", 3}, {"name", "/x"}, {"mode", 0711}});
    CHECK(machine.compared("evt.is_open_exec") == "true");
    CHECK(machine.compared("evt.is_open_write") == "false");
    CHECK(machine.compared("evt.is_open_create") == "false");
    machine.after("open_by_handle_at", {{"fd", 3}, {"flags", 1 | 4}});
    CHECK(machine.compared("evt.is_open_read") == "true");
    CHECK(machine.compared("evt.is_open_exec") == "false");
    machine.after("read", {{"res", 1}});
    for (const std::string_view field :
         {"evt.is_open_read", "evt.is_open_write", "evt.is_open_exec", "evt.is_open_create"}) {
        CHECK(machine.compared(field) == "false");
    }
}

TEST_CASE("truncation shows in paths and arguments that fill their room and in buffers that hold less than was moved") {
    Machine machine;
    machine.after("openat", {{"fd", 3}, {"name", "/etc/passwd"}});
    CHECK(machine.compared("bewit.truncated") == "false");
    const std::string path(4096, 'a');
    machine.after("openat", {{"fd", 3}, {"name", path.c_str()}});
    CHECK(machine.compared("bewit.truncated") == "true");
    machine.after("write", {{"res", 6}, {"fd", 3}, {"data", bytes_of("hello")}});
    CHECK(machine.compared("bewit.truncated") == "true");
    machine.after("write", {{"res", 5}, {"fd", 3}, {"data", bytes_of("hello")}});
    CHECK(machine.compared("bewit.truncated") == "false");
    machine.after("execve", {{"res", 0}, {"exe", "true"}, {"args", bytes_of(std::string(4000, 'a'))}});
    CHECK(machine.compared("bewit.truncated") == "false");
    machine.after("execve", {{"res", 0}, {"exe", "true"}, {"args", bytes_of(std::string(4091, 'a'))}});
    CHECK(machine.compared("bewit.truncated") == "true");
    machine.truncated = true;
    CHECK(machine.compared("bewit.truncated") == "true");
}

TEST_CASE("util.cnt counts how often it was asked") {
    Machine machine;
    machine.after("close");
    CHECK(machine.compared("util.cnt") == "1");
    CHECK(machine.compared("util.cnt") == "2");
    machine.after("close");
    CHECK(machine.compared("util.cnt") == "3");
}

}  // namespace
}  // namespace bewit::field::test
