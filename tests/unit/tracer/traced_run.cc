#include "tests/unit/tracer/traced_run.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "tracer/inheritance.h"

namespace bewit::tracer::test {
namespace {

class RecordingSink final : public event::Sink {
public:
    RecordingSink(bool wants_exit, std::string_view crash_at) : wants_exit_(wants_exit), crash_at_(crash_at) {}

    bool wants_exit(const event::View&) override { return wants_exit_; }
    void on_unreadable(const event::View&) override { ++unreadable; }
    void on_event(const event::View& event) override {
        if (event.name() == crash_at_) crash();
        text << raw(event.tid()) << ' ' << event.name() << ' ' << number(event, "ptid") << ' '
             << number(event, "status");
        if (const auto result = event.result()) text << ' ' << *result;
        text << '\n';
    }

    std::ostringstream text;
    uint64_t unreadable = 0;

private:
    static void crash() {
        const rlimit none{};
        setrlimit(RLIMIT_CORE, &none);
        __builtin_trap();  // its signal is blocked, so that no handler gets it
    }
    static int64_t number(const event::View& event, std::string_view name) {
        const event::Param param = event.param(name);
        return param.present() ? param.as_int() : -1;
    }

    bool wants_exit_;
    std::string_view crash_at_;
};

class NoWitness final : public event::Witness {
public:
    uint32_t process(Tid, uint32_t, event::ProcessFacts&) override { return 0; }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
};

match::Interest interest_of(const Setting& setting) {
    match::Interest interest;
    const auto ask = [&](const std::string& name, bool entry_is_enough) {
        match::KindInterest& kind = interest.of(event::find_kind(name).value());
        kind.level = match::KindInterest::Level::Always;
        kind.for_rules = true;
        kind.entry_is_enough = entry_is_enough;
    };
    for (const std::string& name : setting.kinds) ask(name, false);
    for (const std::string& name : setting.entry_kinds) ask(name, true);
    return interest;
}

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(fd, text.data(), text.size());
        if (written <= 0) _exit(120);
        text.remove_prefix(static_cast<size_t>(written));
    }
}

std::string read_file(int fd) {
    std::string text;
    std::array<char, 65536> buffer;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t got = read(fd, buffer.data(), buffer.size()); got > 0; got = read(fd, buffer.data(), buffer.size())) {
        text.append(buffer.data(), static_cast<size_t>(got));
    }
    return text;
}

// Becomes PID 1 of a namespace, in a child; the process that this is called in follows its end. Privileges as far as
// there are any.
bool make_namespaces() {
    const int flags = CLONE_NEWPID | CLONE_NEWNS;
    return unshare(geteuid() == 0 ? flags : flags | CLONE_NEWUSER) == 0;
}

bool mount_proc() {
    return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("proc", "/proc", "proc", 0, nullptr) == 0;
}

}  // namespace

std::string program(std::string_view name) {
    const char* directory = getenv("BEWIT_TRACER_PROGRAMS");
    if (directory == nullptr)
        throw std::runtime_error("BEWIT_TRACER_PROGRAMS names the directory of the helper programs");
    return std::string(directory) + "/" + std::string(name);
}

size_t Outcome::count(std::string_view name) const {
    return static_cast<size_t>(std::ranges::count(events, name, &SeenEvent::name));
}

const SeenEvent* Outcome::first(std::string_view name) const {
    const auto found = std::ranges::find(events, name, &SeenEvent::name);
    return found == events.end() ? nullptr : &*found;
}

int Running::run_bewit(const std::vector<std::string>& command, const Setting& setting) const {
    if (setting.before) setting.before();
    const match::Interest interest = interest_of(setting);
    RecordingSink sink(setting.wants_exit, setting.crash_at);
    NoWitness witness;
    Options options = setting.options;
    options.command = command;
    Tracer tracer(options, interest, sink, witness);
    const auto ended = tracer.run();
    const Statistics& s = tracer.statistics();
    std::ostringstream head;
    head << ended.has_value() << ' ' << (ended ? exit_status_of(*ended) : ended.error().exit_status) << ' '
         << tracer.privileged_filter() << ' ' << tracer.workload_keeps_ptrace_capability() << ' ' << s.stops << ' '
         << s.syscall_entries << ' ' << s.syscall_exits << ' ' << s.events << ' ' << s.signals << ' ' << s.processes
         << ' ' << s.threads << ' ' << s.entry_only << ' ' << sink.unreadable << '\n'
         << (ended ? "" : ended.error().message) << '\n';
    write_all(report_, head.str());
    write_all(report_, sink.text.str());
    return ended ? exit_status_of(*ended) : ended.error().exit_status;
}

Running::Running(std::vector<std::string> command, Setting setting) {
    std::array<int, 2> output{};
    std::array<int, 2> init_pid{};
    report_ = memfd_create("report", MFD_CLOEXEC);
    if (report_ < 0 || pipe2(output.data(), O_CLOEXEC) != 0 || pipe2(init_pid.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe");
    fflush(nullptr);
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ == 0) {
        dup2(output[1], STDOUT_FILENO);
        if (!setting.as_init) _exit(run_bewit(command, setting));
        if (!make_namespaces()) _exit(121);
        const pid_t init = fork();
        if (init == 0) {
            if (!mount_proc()) _exit(121);
            _exit(run_bewit(command, setting));
        }
        close(output[1]);
        close(STDOUT_FILENO);
        write_all(init_pid[1], std::string_view(reinterpret_cast<const char*>(&init), sizeof init));
        int status = 0;
        waitpid(init, &status, 0);
        _exit(exit_status_of(status));
    }
    close(output[1]);
    close(init_pid[1]);
    output_ = output[0];
    bewit_ = child_;
    if (setting.as_init && (read(init_pid[0], &bewit_, sizeof bewit_) != sizeof bewit_ || bewit_ <= 0))
        throw std::runtime_error("no init");
    close(init_pid[0]);
}

Running::~Running() {
    if (child_ > 0) {
        kill(bewit_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    close(output_);
    close(report_);
}

std::string Running::line() {
    while (rest_.find('\n') == std::string::npos) {
        std::array<char, 4096> buffer;
        const ssize_t got = read(output_, buffer.data(), buffer.size());
        if (got <= 0) return std::exchange(rest_, {});
        rest_.append(buffer.data(), static_cast<size_t>(got));
    }
    const size_t end = rest_.find('\n');
    std::string line = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    return line;
}

Outcome Running::finish() {
    Outcome outcome;
    std::array<char, 4096> buffer;
    for (ssize_t got = read(output_, buffer.data(), buffer.size()); got > 0;
         got = read(output_, buffer.data(), buffer.size())) {
        rest_.append(buffer.data(), static_cast<size_t>(got));
    }
    outcome.output = std::exchange(rest_, {});
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;

    std::istringstream report(read_file(report_));
    Statistics& s = outcome.statistics;
    if (!(report >> outcome.ran >> outcome.exit_status >> outcome.privileged_filter >>
          outcome.keeps_ptrace_capability >> s.stops >> s.syscall_entries >> s.syscall_exits >> s.events >> s.signals >>
          s.processes >> s.threads >> s.entry_only >> outcome.unreadable)) {
        outcome.exit_status = exit_status_of(status);  // bewit itself died
        return outcome;
    }
    std::string line;
    std::getline(report, line);
    std::getline(report, outcome.error);
    while (std::getline(report, line)) {
        std::istringstream words(line);
        SeenEvent event;
        words >> event.tid >> event.name >> event.parent >> event.status;
        if (int64_t result = 0; words >> result) event.result = result;
        outcome.events.push_back(event);
    }
    return outcome;
}

Outcome run(std::vector<std::string> command, Setting setting) {
    return Running(std::move(command), std::move(setting)).finish();
}

bool can_be_init() {
    static const bool can = [] {
        const pid_t probe = fork();
        if (probe == 0) {
            if (!make_namespaces()) _exit(1);
            const pid_t init = fork();
            if (init == 0) _exit(mount_proc() ? 0 : 1);
            int status = 1;
            waitpid(init, &status, 0);
            _exit(status == 0 ? 0 : 1);
        }
        int status = 1;
        waitpid(probe, &status, 0);
        return status == 0;
    }();
    return can;
}

}  // namespace bewit::tracer::test
