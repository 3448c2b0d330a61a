#include "tracer/proc_witness.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "tests/unit/tracer/child.h"
#include "tests/unit/tracer/look.h"

using namespace bewit;
using namespace bewit::tracer;
using namespace bewit::tracer::test;
using event::DescriptorType;

namespace {

// A child that became `program`, once its /proc/PID/exe says so.
class Program {
public:
    Program(const std::function<void()>& exec) {
        int gate[2];
        REQUIRE(pipe2(gate, O_CLOEXEC) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            exec();
            _exit(127);
        }
        close(gate[1]);
        // Closed by the exec.
        char byte;
        REQUIRE(read(gate[0], &byte, 1) == 0);
        close(gate[0]);
    }
    ~Program() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Tid tid() const { return static_cast<Tid>(pid_); }

private:
    pid_t pid_;
};

constexpr uint32_t everything = event::IdentityFacts | event::CommFact | event::ImageFacts | event::EnvironmentFact |
                                event::CredentialFacts | event::WorkingDirectory | event::LoginUidFact |
                                event::CgroupFacts | event::ResourceFacts;

std::string sleep_program() { return std::filesystem::canonical("/bin/sleep"); }

void run_sleep(const char* path) {
    char name[] = "my sleep", time[] = "1000", variable[] = "BELL=rings", empty[] = "EMPTY=";
    char* argv[] = {name, time, nullptr};
    char* environment[] = {variable, empty, nullptr};
    execve(path, argv, environment);
}

}  // namespace

TEST_CASE("a program's argv, environment, name and file are what it was executed with") {
    const Program program([] { run_sleep("/bin/sleep"); });
    ProcWitness witness;
    event::ProcessFacts facts;
    const uint32_t wanted = event::ImageFacts | event::EnvironmentFact | event::CommFact;
    CHECK(witness.process(program.tid(), wanted, facts) == wanted);
    CHECK(facts.argv == std::vector<std::string>{"my sleep", "1000"});
    CHECK(facts.environment == std::vector<std::string>{"BELL=rings", "EMPTY="});
    CHECK(facts.comm == "sleep");
    CHECK(facts.exe_path == sleep_program());
    struct stat file {};
    REQUIRE(stat("/bin/sleep", &file) == 0);
    CHECK(facts.exe_inode == file.st_ino);
    CHECK(facts.exe_mtime_ns ==
          static_cast<uint64_t>(file.st_mtim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(file.st_mtim.tv_nsec));
    CHECK(facts.exe_ctime_ns ==
          static_cast<uint64_t>(file.st_ctim.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(file.st_ctim.tv_nsec));
    CHECK_FALSE(facts.exe_from_memfd);
}

TEST_CASE("only what is asked for is filled") {
    ProcWitness witness;
    event::ProcessFacts facts;
    facts.comm = "untouched";
    CHECK(witness.process(static_cast<Tid>(getpid()), event::IdentityFacts, facts) == event::IdentityFacts);
    CHECK(facts.comm == "untouched");
    CHECK(facts.cwd.empty());
    CHECK(facts.exe_path.empty());
}

TEST_CASE("identity and credentials are the kernel's numbers") {
    const Child child([] {
        setpgid(0, 0);
        prctl(PR_SET_NAME, "a (name) ");
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    REQUIRE(witness.process(child.tid(), everything, facts) == everything);
    CHECK(raw(facts.pid) == raw(child.tid()));
    CHECK(facts.vpid == raw(child.tid()));
    CHECK(facts.vtid == raw(child.tid()));
    CHECK(facts.sid == getsid(0));
    CHECK(facts.pgid == raw(child.tid()));
    CHECK(facts.vpgid == raw(child.tid()));
    CHECK(facts.comm == "a (name) ");
    CHECK(facts.uid == geteuid());
    CHECK(facts.gid == getegid());
    CHECK(facts.cwd == std::filesystem::current_path());
    CHECK_FALSE(facts.cgroups.empty());
    CHECK(facts.threads == 1);
    CHECK(facts.vm_size_kb > facts.vm_rss_kb);
    CHECK(facts.vm_rss_kb > 0);
    CHECK(facts.fd_count >= 3);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    CHECK(facts.fd_limit == static_cast<int64_t>(limit.rlim_cur));
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const double age = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) -
                       1e-9 * static_cast<double>(facts.start_time_ns);
    CHECK(age > -0.1);
    CHECK(age < 60);
}

TEST_CASE("bewit is nobody's parent, any other process may be") {
    ProcWitness witness;
    event::ProcessFacts facts;
    const Child child([] {});
    witness.process(child.tid(), event::IdentityFacts, facts);
    CHECK(facts.parent == Pid::None);

    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child middle([&] {
        if (fork() != 0) return;
        // It tells its own number, and only then: before, nothing would end it with its parent.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const pid_t self = getpid();
        REQUIRE(write(tell[1], &self, sizeof self) == sizeof self);
        for (;;) pause();
    });
    pid_t grandchild = 0;
    REQUIRE(read(tell[0], &grandchild, sizeof grandchild) == sizeof grandchild);
    witness.process(static_cast<Tid>(grandchild), event::IdentityFacts, facts);
    CHECK(raw(facts.parent) == raw(middle.tid()));
    close(tell[0]);
    close(tell[1]);
}

TEST_CASE("a thread that is not the leader belongs to its process") {
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child child([&] {
        std::thread([&] {
            const pid_t tid = static_cast<pid_t>(syscall(SYS_gettid));
            REQUIRE(write(tell[1], &tid, sizeof tid) == sizeof tid);
            for (;;) pause();
        }).detach();
    });
    pid_t tid = 0;
    REQUIRE(read(tell[0], &tid, sizeof tid) == sizeof tid);
    ProcWitness witness;
    event::ProcessFacts facts;
    REQUIRE(witness.process(static_cast<Tid>(tid), event::IdentityFacts, facts) == event::IdentityFacts);
    CHECK(raw(facts.pid) == raw(child.tid()));
    CHECK(facts.vpid == raw(child.tid()));
    CHECK(facts.vtid == tid);
    // Its descriptors are found, sockets too.
    event::Descriptor out;
    CHECK(witness.descriptor(static_cast<Tid>(tid), static_cast<Fd>(tell[1]), out));
    CHECK(out.type == DescriptorType::Fifo);
    close(tell[0]);
    close(tell[1]);
}

TEST_CASE("a socket of a thread that is not the leader is found") {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    int tell[2];
    REQUIRE(pipe(tell) == 0);
    const Child child([&] {
        std::thread([&] {
            const pid_t tid = static_cast<pid_t>(syscall(SYS_gettid));
            REQUIRE(write(tell[1], &tid, sizeof tid) == sizeof tid);
            for (;;) pause();
        }).detach();
    });
    pid_t tid = 0;
    REQUIRE(read(tell[0], &tid, sizeof tid) == sizeof tid);
    const event::Descriptor out = look(static_cast<Tid>(tid), pair[0]);
    CHECK(out.type == DescriptorType::Unix);
    CHECK(out.connected);
    for (const int fd : {pair[0], pair[1], tell[0], tell[1]}) close(fd);
}

TEST_CASE("a list of arguments longer than 4096 bytes is cut there") {
    const Program program([] {
        std::string longest(9000, 'a');
        char name[] = "sleep", time[] = "1000";
        char* argv[] = {name, time, longest.data(), nullptr};
        // sleep(1) takes no such argument: cat(1) opens its own standard input first.
        char cat[] = "cat", input[] = "-";
        char* cat_argv[] = {cat, input, longest.data(), nullptr};
        int never[2];
        if (pipe(never) != 0) return;
        dup2(never[0], 0);
        // The writing end stays open in this process: cat waits.
        fcntl(never[1], F_SETFD, 0);
        execv("/bin/cat", cat_argv);
        execv("/bin/sleep", argv);
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    REQUIRE(facts.argv.size() == 3);
    CHECK(facts.argv[0] == "cat");
    CHECK(facts.argv[2] == std::string(4096 - 6, 'a'));
}

TEST_CASE("a program whose file was deleted keeps its path, without the kernel's mark") {
    char folder[] = "/tmp/bewit-test-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    const std::string copy = std::string(folder) + "/copy";
    std::filesystem::copy_file("/bin/sleep", copy);
    const Program program([&] { run_sleep(copy.c_str()); });
    std::filesystem::remove_all(folder);
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    CHECK(facts.exe_path == copy);
    CHECK(facts.exe_inode != 0);
    // The file was this user's own.
    CHECK(facts.exe_writable);
}

TEST_CASE("a program in a memfd is known as such") {
    const Program program([] {
        const int memory = memfd_create("hidden", MFD_CLOEXEC);
        std::ifstream in("/bin/sleep", std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        if (write(memory, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return;
        char name[] = "sleep", time[] = "1000";
        char* argv[] = {name, time, nullptr};
        fexecve(memory, argv, environ);
    });
    ProcWitness witness;
    event::ProcessFacts facts;
    witness.process(program.tid(), event::ImageFacts, facts);
    CHECK(facts.exe_from_memfd);
    CHECK(facts.exe_path == "/memfd:hidden");
}

TEST_CASE("a thread that is gone has no facts and no descriptors") {
    ProcWitness witness;
    event::ProcessFacts facts;
    event::Descriptor out;
    for (const Tid tid : {Tid::None, Tid{0}, Tid{0x3fffffff}}) {
        CHECK(witness.process(tid, everything, facts) == 0);
        CHECK(witness.process(tid, event::LoginUidFact, facts) == 0);
        CHECK_FALSE(witness.descriptor(tid, Fd{0}, out));
    }
    CHECK_FALSE(witness.descriptor(static_cast<Tid>(getpid()), Fd{12345}, out));
    CHECK_FALSE(witness.descriptor(static_cast<Tid>(getpid()), Fd::None, out));
}
