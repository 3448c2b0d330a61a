#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "decoded_run.h"
#include "tracer/flags.h"
#include "tracer/proc_witness.h"

using namespace bewit;
using namespace bewit::tracer;
using bewit::tracer::test::DecodedRun;

namespace {

template <typename... Arguments>
long call(long number, Arguments... arguments) {
    return syscall(number, arguments...);
}

std::string text(const event::Param& param) {
    return {reinterpret_cast<const char*>(param.bytes.data()), param.bytes.size()};
}
std::vector<uint8_t> bytes(const event::Param& param) {
    std::vector<uint8_t> out;
    for (const std::byte byte : param.bytes) out.push_back(static_cast<uint8_t>(byte));
    return out;
}
using namespace std::string_literals;

constexpr uint32_t every_fact = 0x1ff;

struct Nothing final : event::Witness {
    uint32_t process(Tid, uint32_t, event::ProcessFacts&) override { return 0; }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
};

}  // namespace

TEST_CASE("an execve that fails carries what the caller asked for") {
    const DecodedRun run(
        [] {
            char name[] = "fake name", first[] = "-x", second[] = "";
            char* argv[] = {name, first, second, nullptr};
            char variable[] = "BELL=1";
            char* environment[] = {variable, nullptr};
            call(SYS_execve, "/nonexistent", argv, environment);
            call(SYS_execve, "/nonexistent", nullptr, nullptr);
            call(SYS_execve, 8L, 8L, 8L);
        },
        event::EnvironmentFact);
    for (const event::View view : {run.entry("execve"), run.exit("execve")}) {
        CHECK(view.param("exe").as_text() == "fake name");
        CHECK(text(view.param("args")) == "-x\0\0"s);
        CHECK(text(view.param("env")) == "BELL=1\0"s);
        CHECK(view.param("filename").as_text() == "/nonexistent");
        CHECK(view.param("tid").as_int() == raw(run.call("execve").tid));
        CHECK_FALSE(view.param("trusted_exepath").present());
    }
    CHECK_FALSE(run.entry("execve").result());
    CHECK(run.exit("execve").result().value() == -ENOENT);
    CHECK_FALSE(run.exit("execve", 1).param("exe").present());
    CHECK_FALSE(run.exit("execve", 1).param("args").present());
    CHECK(run.exit("execve", 2).result().value() == -EFAULT);
    CHECK_FALSE(run.exit("execve", 2).param("filename").present());
}

TEST_CASE("the environment is not read when no rule asks for it") {
    const DecodedRun run([] {
        char variable[] = "BELL=1", name[] = "x";
        char* environment[] = {variable, nullptr};
        char* argv[] = {name, nullptr};
        call(SYS_execve, "/nonexistent", argv, environment);
    });
    CHECK_FALSE(run.exit("execve").param("env").present());
    CHECK(run.exit("execve").param("exe").as_text() == "x");
}

TEST_CASE("many and long arguments are cut at 4096 bytes and marked") {
    const DecodedRun run([] {
        std::vector<std::string> strings(40, std::string(99, 'a'));
        strings.emplace_back(5000, 'b');
        std::vector<char*> argv;
        for (std::string& one : strings) argv.push_back(one.data());
        argv.push_back(nullptr);
        call(SYS_execve, "/nonexistent", argv.data(), nullptr);
        argv.resize(30);
        argv.push_back(nullptr);
        call(SYS_execve, "/nonexistent", argv.data(), nullptr);
    });
    const event::View cut = run.exit("execve", 0);
    CHECK(cut.param("exe").as_text() == std::string(99, 'a'));
    CHECK(cut.param("args").bytes.size() == 4096 - 100 + 1);
    CHECK(run.call("execve", 0).truncated == 2);
    CHECK(run.exit("execve", 1).param("args").bytes.size() == 2900);
    CHECK(run.call("execve", 1).truncated == 0);
}

TEST_CASE("execveat names a file relative to a descriptor") {
    const DecodedRun run([] {
        char name[] = "me";
        char* argv[] = {name, nullptr};
        call(SYS_execveat, AT_FDCWD, "relative", argv, nullptr, 0);
    });
    CHECK(run.exit("execveat").result().value() == -ENOENT);
    CHECK(run.exit("execveat").param("exe").as_text() == "me");
}

TEST_CASE("a successful exec is told from the new image, not from what the caller said") {
    const auto exec = [] {
        char name[] = "fake name", argument[] = "0";
        char* argv[] = {name, argument, nullptr};
        char variable[] = "BELL=1";
        char* environment[] = {variable, nullptr};
        call(SYS_execve, "/bin/sleep", argv, environment);
    };
    const DecodedRun run(exec, every_fact);
    const event::View view = run.executed();
    CHECK(view.name() == "execve");
    CHECK(view.result().value() == 0);
    CHECK(view.param("exe").as_text() == "fake name");
    CHECK(text(view.param("args")) == "0\0"s);
    CHECK(text(view.param("env")) == "BELL=1\0"s);
    CHECK(view.param("tid").as_int() == raw(view.tid()));
    CHECK(view.param("pid").as_int() == raw(view.tid()));
    CHECK(view.param("ptid").as_int() == 77);
    CHECK(view.param("comm").as_text() == "sleep");
    CHECK(view.param("cwd").as_text() == std::filesystem::current_path().string());
    CHECK(view.param("filename").as_text() == "/bin/sleep");
    CHECK(view.param("trusted_exepath").as_text() == std::filesystem::canonical("/bin/sleep").string());
    struct stat file {};
    REQUIRE(stat("/bin/sleep", &file) == 0);
    CHECK(view.param("exe_ino").as_uint() == file.st_ino);
    CHECK(view.param("exe_ino_mtime").as_uint() / 1'000'000'000 == static_cast<uint64_t>(file.st_mtime));
    CHECK(view.param("uid").as_uint() == geteuid());
    CHECK(view.param("gid").as_uint() == getegid());
    CHECK(view.param("pgid").as_int() == getpgrp());
    CHECK(view.param("loginuid").present());
    CHECK(view.param("cgroups").present());
    CHECK(view.param("vm_size").as_uint() > 0);
    CHECK((view.param("flags").as_uint() & falco::exe_from_memfd) == 0);
    CHECK(view.param_count() == view.info().params.size());

    const DecodedRun bare_run(exec, event::CommFact);
    const event::View bare = bare_run.executed();
    CHECK(bare.param("comm").as_text() == "sleep");
    for (const char* name :
         {"exe", "args", "env", "cwd", "uid", "cgroups", "tty", "flags", "exe_ino", "trusted_exepath"}) {
        INFO(name);
        CHECK_FALSE(bare.param(name).present());
    }
}

TEST_CASE("births have the child's own record, the parent's, and one for an attempt that fails") {
    const auto interest = std::make_unique<match::Interest>();
    Nothing witness;
    Decoder decoder(*interest, witness);
    const event::View child = decoder.cloned(Tid{10}, Tid{12}, Pid{11}, "clone", CLONE_VM | CLONE_THREAD);
    CHECK(child.name() == "clone");
    CHECK(raw(child.tid()) == 12);
    CHECK(child.result().value() == 0);
    CHECK(child.param("tid").as_int() == 12);
    CHECK(child.param("pid").as_int() == 11);
    CHECK(child.param("ptid").as_int() == 10);
    CHECK(child.param("flags").as_uint() == (0x8000 | 0x2000));
    CHECK_FALSE(child.param("comm").present());
    for (const char* name : {"fork", "vfork", "clone3"}) {
        const event::View parent = decoder.cloned_child(Tid{10}, Tid{12}, name, CLONE_VFORK);
        CHECK(parent.name() == name);
        CHECK(raw(parent.tid()) == 10);
        CHECK(parent.result().value() == 12);
        CHECK(parent.param("flags").as_uint() == 0x8000000);
    }
    const DecodedRun run([] { call(SYS_clone, CLONE_NEWUSER | CLONE_FS, nullptr, nullptr, nullptr, nullptr); });
    CHECK(run.exit("clone").result().value() == -EINVAL);
    CHECK(run.exit("clone").param("flags").as_uint() == (0x100000 | 2));
}

TEST_CASE("an exit tells the code or the signal, and who takes over the children") {
    const auto interest = std::make_unique<match::Interest>();
    Nothing witness;
    Decoder decoder(*interest, witness);
    const event::View code = decoder.exited(Tid{5}, {.status = 3 << 8, .reaper = Tid{1}});
    CHECK(code.name() == "procexit");
    CHECK(code.param("status").as_int() == 3 << 8);
    CHECK(code.param("ret").as_int() == 3);
    CHECK(code.param("sig").as_int() == 0);
    CHECK(code.param("reaper_tid").as_int() == 1);
    const event::View killed = decoder.exited(Tid{5}, {.status = SIGSEGV | 0x80});
    CHECK(killed.param("ret").as_int() == 0);
    CHECK(killed.param("sig").as_int() == SIGSEGV);
    CHECK(killed.param("core").as_int() == 1);
    CHECK(killed.param("reaper_tid").as_int() == 0);
    const event::View signal = decoder.signal_delivered(Tid{5}, Tid{6}, SIGTERM);
    CHECK(signal.name() == "signaldeliver");
    CHECK(signal.param("spid").as_int() == 6);
    CHECK(signal.param("dpid").as_int() == 5);
    CHECK(signal.param("sig").as_int() == SIGTERM);
}

TEST_CASE("a number that no table has is the generic record of kind unknown") {
    const DecodedRun run([] { call(3000); });
    const event::View view = run.exit("unknown");
    CHECK(view.id() == event::EventId::Generic);
    CHECK(view.name() == "unknown");
    CHECK(view.param("nativeID").as_uint() == 3000);
    const DecodedRun known([] { call(SYS_getrandom, nullptr, 0, 0); });
    CHECK(known.exit("getrandom").name() == "getrandom");
    CHECK(known.exit("getrandom").param("nativeID").as_uint() == SYS_getrandom);
}

TEST_CASE("prctl's second argument is a string for names and a number for the rest") {
    const DecodedRun run([] {
        call(SYS_prctl, PR_SET_NAME, "new name", 0, 0, 0);
        char name[16];
        call(SYS_prctl, PR_GET_NAME, name, 0, 0, 0);
        call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
        int reaper = 7;
        call(SYS_prctl, PR_GET_CHILD_SUBREAPER, &reaper, 0, 0, 0);
    });
    CHECK(run.entry("prctl", 0).param("option").as_uint() == PR_SET_NAME);
    CHECK(run.entry("prctl", 0).param("arg2_str").as_text() == "new name");
    CHECK(run.exit("prctl", 1).param("arg2_str").as_text() == "new name");
    CHECK_FALSE(run.exit("prctl", 2).param("arg2_str").present());
    CHECK(run.exit("prctl", 2).param("arg2_int").as_int() == 1);
    CHECK(run.exit("prctl", 3).param("arg2_int").as_int() == 0);
}

TEST_CASE("ptrace requests, namespaces and capabilities are in Falco's encoding") {
    const DecodedRun run([] {
        call(SYS_ptrace, PTRACE_ATTACH, 0x3fffffff, 0x1234, 0x5678);
        call(SYS_ptrace, PTRACE_SEIZE, 0x3fffffff, 0, 0);
        call(SYS_unshare, CLONE_FS);
        call(SYS_setns, -1, CLONE_NEWNET);
        call(SYS_capset, nullptr, nullptr);
        call(SYS_bpf, 5, nullptr, 0);
    });
    CHECK(run.entry("ptrace", 0).param("request").as_uint() == 0xb);
    CHECK(run.entry("ptrace", 0).param("pid").as_int() == 0x3fffffff);
    CHECK(bytes(run.entry("ptrace", 0).param("addr")) == std::vector<uint8_t>{0, 0x34, 0x12, 0, 0, 0, 0, 0, 0});
    CHECK(bytes(run.exit("ptrace", 0).param("addr")) == std::vector<uint8_t>(9, 0));
    CHECK(run.entry("ptrace", 1).param("request").as_uint() == 0x14);
    CHECK(run.exit("unshare").param("flags").as_uint() == 2);
    CHECK(run.exit("setns").param("flags").present() == false);
    CHECK(run.exit("setns").param("nstype").as_uint() == 0x10);
    CHECK(run.exit("capset").param("cap_effective").present());
    CHECK_FALSE(run.entry("capset").param("cap_effective").present());
    CHECK(run.entry("bpf").param("cmd").as_uint() == 5);
}

TEST_CASE("ids, limits, times and signals are told with their own width") {
    const DecodedRun run([] {
        call(SYS_setresuid, -1, -1, -1);
        call(SYS_kill, -1, 0xfff);
        const rlimit64 limit = {100, RLIM64_INFINITY};
        rlimit64 before{};
        call(SYS_prlimit64, 0, RLIMIT_CORE, nullptr, &before);
        call(SYS_prlimit64, 0x3fffffff, RLIMIT_NOFILE, &limit, nullptr);
        const timespec time = {0, 1000};
        call(SYS_nanosleep, &time, nullptr);
        uid_t real, effective, saved;
        call(SYS_getresuid, &real, &effective, &saved);
    });
    CHECK(run.exit("setresuid").param("ruid").as_uint() == UINT32_MAX);
    CHECK(run.exit("kill").param("pid").as_int() == -1);
    CHECK_FALSE(run.exit("prlimit", 0).param("newcur").present());
    CHECK(run.exit("prlimit", 0).param("oldcur").present());
    CHECK(run.exit("prlimit", 1).param("newcur").as_int() == 100);
    CHECK(run.exit("prlimit", 1).param("newmax").as_int() == -1);
    CHECK(run.exit("prlimit", 1).param("resource").as_uint() == 7);
    CHECK(run.exit("nanosleep").param("interval").as_uint() == 1000);
    CHECK(run.exit("getresuid").param("euid").as_uint() == geteuid());
}

TEST_CASE("semaphores, polls, keys and memory files keep their parts") {
    const DecodedRun run([] {
        sembuf operations[] = {{3, -1, IPC_NOWAIT}, {4, 2, SEM_UNDO}};
        call(SYS_semop, -1, operations, 2);
        pollfd polled[] = {{1, POLLIN, 0}, {-1, 0, 0}};
        const timespec none{};
        call(SYS_ppoll, polled, 2, &none, nullptr, 8);
        call(SYS_keyctl, 10, 0x11, "user", "description", 0x22);
        call(SYS_memfd_create, "scratch", 3);
        call(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    });
    const event::View semop = run.entry("semop");
    CHECK(semop.param("nsops").as_uint() == 2);
    CHECK(semop.param("sem_num_0").as_uint() == 3);
    CHECK(semop.param("sem_op_0").as_int() == -1);
    CHECK(semop.param("sem_flg_0").as_uint() == 1);
    CHECK(semop.param("sem_num_1").as_uint() == 4);
    CHECK(semop.param("sem_flg_1").as_uint() == 2);
    CHECK(semop.param("semid").as_int() == -1);
    CHECK(run.exit("semop").param("sem_num_0").as_uint() == 0);
    CHECK(bytes(run.exit("ppoll").param("fds")).size() == 2 + 2 * 10);
    CHECK(run.exit("ppoll").param("timeout").as_uint() == 0);
    const event::View key = run.entry("keyctl");
    CHECK(bytes(key.param("arg2")) == std::vector<uint8_t>{0, 0x11, 0, 0, 0, 0, 0, 0, 0});
    CHECK(text(key.param("arg3")) == "\1user\0"s);
    CHECK(text(key.param("arg4")) == "\1description\0"s);
    CHECK(bytes(key.param("arg5"))[1] == 0x22);
    CHECK(run.exit("memfd_create").param("name").as_text() == "scratch");
    CHECK(run.exit("memfd_create").param("flags").as_uint() == 3);
    CHECK(run.exit("mmap").param("prot").as_uint() == 5);
    CHECK(run.exit("mmap").param("flags").as_uint() == (2 | 8));
    CHECK(run.exit("mmap").param("fd").as_int() == -1);
    CHECK_FALSE(run.exit("mmap").param("vm_size").present());
}
