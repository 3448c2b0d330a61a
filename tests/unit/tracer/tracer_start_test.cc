// How a command starts and ends under the tracer: exit statuses, errors, and what it finds when it starts.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/tracer/traced_run.h"
#include "tracer/inheritance.h"

using namespace bewit::tracer;
using namespace bewit::tracer::test;

namespace {

// The three ways to run a workload; what its user sees is the same.
std::vector<Setting> all_ways() {
    Setting watched, stepped, unwatched;
    stepped.options.seccomp = false;
    unwatched.options.trace = false;
    return {watched, stepped, unwatched};
}

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "bewit-tracer-XXXXXX";
        path_ = mkdtemp(name.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    std::string file(const std::string& name, const std::string& text, unsigned mode) const {
        const std::string path = path_ / name;
        std::ofstream(path) << text;
        chmod(path.c_str(), mode);
        return path;
    }
    std::string path() const { return path_; }

private:
    std::filesystem::path path_;
};

// What a traced workload is without, so that it differs in nothing else from one that runs by itself.
void give_up_tracing() { prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0); }

std::string run_natively(const std::vector<std::string>& command, const std::function<void()>& before) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        before();
        std::vector<char*> words;
        for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        execv(words[0], words.data());
        _exit(127);
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = read(ends[0], buffer, sizeof buffer); got > 0; got = read(ends[0], buffer, sizeof buffer)) {
        text.append(buffer, static_cast<size_t>(got));
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return text;
}

// The calling process, and children that it makes, get a tracer that lets them go on whatever happens.
void be_traced() {
    int ready[2];
    char byte = 0;
    if (pipe2(ready, O_CLOEXEC) != 0) _exit(1);
    const pid_t traced = getpid();
    const pid_t tracer = fork();
    if (tracer == 0) {
        while (getppid() == traced && ptrace(PTRACE_SEIZE, traced, 0, PTRACE_O_TRACEFORK) != 0) usleep(1000);
        if (write(ready[1], "", 1) != 1) _exit(1);
        for (int status = 0;;) {
            const pid_t stopped = waitpid(-1, &status, __WALL);
            if (stopped < 0) _exit(0);
            const int signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
            if (WIFSTOPPED(status)) ptrace(PTRACE_CONT, stopped, 0, signal);
        }
    }
    prctl(PR_SET_PTRACER, tracer);
    if (read(ready[0], &byte, 1) != 1) _exit(1);
    close(ready[0]);
    close(ready[1]);
}

}  // namespace

TEST_CASE("the exit status is the workload's own") {
    for (const Setting& way : all_ways()) {
        for (const int status : {0, 1, 42, 125, 126, 127, 128, 255}) {
            const Outcome outcome = run({program("exit_with"), std::to_string(status)}, way);
            CHECK(outcome.ran);
            CHECK(outcome.exit_status == status);
        }
    }
}

TEST_CASE("death by a signal is 128 and its number") {
    for (const Setting& way : all_ways()) {
        for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGKILL, SIGSEGV, SIGPIPE,
                                 SIGTERM, SIGSYS, 34, 64}) {
            const Outcome outcome = run({program("die_by"), std::to_string(signal)}, way);
            CHECK(outcome.ran);
            CHECK(outcome.exit_status == 128 + signal);
        }
    }
}

TEST_CASE("a command that is nowhere is 127") {
    for (const Setting& way : all_ways()) {
        for (const std::string name : {"no-such-command-anywhere", "/no/such/command", ""}) {
            const Outcome outcome = run({name}, way);
            CHECK_FALSE(outcome.ran);
            CHECK(outcome.exit_status == 127);
            CHECK(outcome.error.find(name) != std::string::npos);
            CHECK(outcome.events.empty());
        }
    }
}

TEST_CASE("a command that is there and cannot be executed is 126, and the sentence says why") {
    const TemporaryDirectory directory;
    const std::pair<std::string, const char*> cases[] = {
        {directory.file("plain", "hello", 0644), "permission denied"},
        {directory.file("script", "echo no hash-bang line", 0755), "exec format error"},
        {directory.file("lost", "#!/no/such/interpreter\n", 0755), "interpreter"},
        {directory.path(), "directory"},
    };
    for (const Setting& way : all_ways()) {
        for (const auto& [file, why] : cases) {
            const Outcome outcome = run({file}, way);
            CHECK_FALSE(outcome.ran);
            CHECK(outcome.exit_status == 126);
            CHECK_MESSAGE(outcome.error.find(why) != std::string::npos, outcome.error);
        }
    }
}

TEST_CASE(
    "PATH is searched on past files that cannot be executed, and they decide the status only when nothing is found") {
    const TemporaryDirectory first, second;
    first.file("command", "not a program", 0644);
    const auto search_both = [&] {
        setenv("PATH", (first.path() + ":/no/such/directory:" + second.path()).c_str(), 1);
    };
    Setting setting;
    setting.before = search_both;
    CHECK(run({"command"}, setting).exit_status == 126);
    std::filesystem::copy_file(program("exit_with"), second.path() + "/command");
    CHECK(run({"command", "31"}, setting).exit_status == 31);
}

TEST_CASE("without a command nothing starts") {
    const Outcome outcome = run({});
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.exit_status == 125);
}

TEST_CASE("where bewit is traced by somebody else nothing starts, and the sentence says so") {
    Setting setting;
    setting.before = be_traced;
    const Outcome outcome = run({program("exit_with"), "0"}, setting);
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.exit_status == 125);
    CHECK_MESSAGE(outcome.error.find("traces bewit") != std::string::npos, outcome.error);
}

TEST_CASE("where there is no thread for bewit itself nothing starts, and the sentence says so") {
    if (geteuid() != 0) {
        MESSAGE("skipped: only root can take on another user");
        return;
    }
    for (Setting way : all_ways()) {
        const TemporaryDirectory directory;
        chmod(directory.path().c_str(), 0777);
        // bewit, its child, and no more; of a user whose processes are those of this test.
        way.before = [] {
            const rlimit two{.rlim_cur = 2, .rlim_max = 2};
            if (chdir("/") != 0 || setresuid(64323, 64323, 64323) != 0 || setrlimit(RLIMIT_NPROC, &two) != 0) _exit(1);
        };
        const Outcome outcome = run({"/bin/touch", directory.path() + "/started"}, way);
        CHECK_FALSE(outcome.ran);
        CHECK(outcome.exit_status == 125);
        CHECK_MESSAGE(outcome.error.starts_with("making a thread failed"), outcome.error);
        CHECK_FALSE(std::filesystem::exists(directory.path() + "/started"));
    }
}

TEST_CASE("the workload finds everything as it is without bewit") {
    const auto unusual = [] {
        give_up_tracing();
        umask(0137);
        setenv("BEWIT_TEST_VARIABLE", "kept", 1);
        signal(SIGPIPE, SIG_IGN);
        signal(SIGCHLD, SIG_IGN);
        signal(SIGUSR2, SIG_IGN);
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGUSR1);
        sigaddset(&blocked, SIGCHLD);
        sigprocmask(SIG_SETMASK, &blocked, nullptr);
        const rlimit limit{77, 99};
        setrlimit(RLIMIT_NOFILE, &limit);
        if (nice(3) == -1 || chdir("/") != 0) _exit(1);
        dup2(STDOUT_FILENO, 9);
        close(STDIN_FILENO);
        // Descriptors of the test itself, which both must not have.
        for (int fd = 3; fd < 9; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
    };
    const std::vector<std::string> command = {program("show_self"), "one", "two words"};
    const std::string expected = run_natively(command, unusual);
    REQUIRE(expected.find("BEWIT_TEST_VARIABLE=kept") != std::string::npos);
    REQUIRE(expected.find("descriptor 9") != std::string::npos);
    for (Setting way : all_ways()) {
        way.before = unusual;
        CHECK(run(command, way).output == expected);
    }
}

TEST_CASE("what bewit itself opens and ignores is not handed on") {
    const std::string expected = run_natively({program("show_self")}, give_up_tracing);
    for (Setting way : all_ways()) {
        way.before = [] {
            give_up_tracing();
            Inheritance::take();
            signal(SIGPIPE, SIG_IGN);
            signal(SIGTERM, [](int) {});
            if (open("/", O_RDONLY) < 0 || dup2(STDOUT_FILENO, 20) < 0) _exit(1);
        };
        CHECK(run({program("show_self")}, way).output == expected);
    }
}

TEST_CASE("the capability to trace is taken from the workload, where it is traced") {
    if (geteuid() != 0 || prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) != 1) {
        MESSAGE("skipped: this process does not have CAP_SYS_PTRACE");
        return;
    }
    const auto bounding_set = [](const std::string& text) {
        return std::stoull(text.substr(text.find("CapBnd:") + 7), nullptr, 16);
    };
    constexpr uint64_t bit = uint64_t{1} << CAP_SYS_PTRACE;
    const Outcome without = run({program("show_self")});
    CHECK((bounding_set(without.output) & bit) == 0);
    CHECK_FALSE(without.keeps_ptrace_capability);
    Setting setting;
    setting.options.trace = false;
    CHECK((bounding_set(run({program("show_self")}, setting).output) & bit) != 0);
}

TEST_CASE("a call that succeeds with a name that bewit cannot read is counted and told") {
    if (geteuid() != 0) {
        MESSAGE("skipped: only root can take on another user");
        return;
    }
    const TemporaryDirectory directory;
    chmod(directory.path().c_str(), 0755);
    const std::string readable = directory.path() + "/readable", closed = directory.path() + "/closed";
    for (const std::string& path : {readable, closed}) {
        std::filesystem::copy_file(program("open_files"), path);
        chmod(path.c_str(), path == closed ? 0111 : 0755);
    }
    Setting setting;
    setting.kinds = {"openat"};
    // Without any capability, a program that may be executed and not read is one whose memory may not be looked at.
    setting.before = [] {
        if (chdir("/") != 0 || setresuid(12345, 12345, 12345) != 0) _exit(1);
    };
    Outcome outcome = run({closed, "/dev/null", "/dev/null"}, setting);
    CHECK(outcome.output == "2 opened\n");
    CHECK(outcome.unreadable >= 2);
    outcome = run({readable, "/dev/null", "/dev/null"}, setting);
    CHECK(outcome.output == "2 opened\n");
    CHECK(outcome.unreadable == 0);
}

TEST_CASE("another user is taken on before the command runs, and the filter is in all the same") {
    if (geteuid() != 0) {
        MESSAGE("skipped: only root can take on another user");
        return;
    }
    for (Setting way : all_ways()) {
        way.options.uid = 12345;
        way.options.gid = 54321;
        way.kinds = {"openat"};
        // The programs' directory may be closed to that user.
        way.before = [] {
            if (chdir("/") != 0) _exit(1);
        };
        const TemporaryDirectory directory;
        chmod(directory.path().c_str(), 0755);
        std::filesystem::copy_file(program("show_self"), directory.path() + "/show_self");
        const Outcome outcome = run({directory.path() + "/show_self"}, way);
        CHECK(outcome.output.find("Uid:\t12345\t12345\t12345\t12345\n") != std::string::npos);
        CHECK(outcome.output.find("Gid:\t54321\t54321\t54321\t54321\n") != std::string::npos);
        CHECK(outcome.output.find("Groups:\t \n") != std::string::npos);
        CHECK((outcome.count("openat") > 0) == way.options.trace);
    }
}

TEST_CASE("a user that may not be taken on is 125") {
    Setting setting;
    setting.options.uid = 12345;
    setting.before = [] {
        if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) _exit(1);
    };
    const Outcome outcome = run({"/"}, setting);
    CHECK_FALSE(outcome.ran);
    CHECK(outcome.exit_status == 125);
    CHECK_MESSAGE(outcome.error.find("12345") != std::string::npos, outcome.error);
}
