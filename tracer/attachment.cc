// New processes are found by looking: nothing tells a process without privilege of them. The last number that was
// handed out, the end of /proc/loadavg (proc_loadavg(5)), says for the price of one read(2) whether a look is worth it.
#include "tracer/attachment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include <fmt/format.h>

#include "tracer/proc_status.h"
#include "tracer/ptrace_request.h"
#include "tracer/start_failure.h"

namespace bewit::tracer {
namespace {

constexpr long tick_ns = 20'000'000;
constexpr unsigned looks_between_full_ones = 50;
constexpr int endings[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

volatile sig_atomic_t asked = 0, ticks = 0;

// No SA_RESTART: waitpid(2) is to return.
void on_signal(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigaction(signal, &action, nullptr);
}

void start_ticking() {
    on_signal(SIGALRM, [](int) { ticks = 1; });
    for (const int signal : endings) on_signal(signal, [](int) { asked = 1; });
    on_signal(SIGPIPE, SIG_IGN);  // a reader of alerts that has gone does not end the watch
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGALRM);
    for (const int signal : endings) sigaddset(&wanted, signal);
    pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);

    sigevent to_this_thread{};
    to_this_thread.sigev_notify = SIGEV_THREAD_ID;
    to_this_thread.sigev_signo = SIGALRM;
    to_this_thread._sigev_un._tid = gettid();
    static timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &to_this_thread, &timer) != 0) return;
    const itimerspec period{{0, tick_ns}, {0, tick_ns}};
    timer_settime(timer, 0, &period, nullptr);
}

std::vector<int64_t> numbers_in(const std::string& directory) {
    std::vector<int64_t> numbers;
    DIR* entries = opendir(directory.c_str());
    if (entries == nullptr) return numbers;
    while (const dirent* entry = readdir(entries)) {
        char* end = nullptr;
        const int64_t number = strtoll(entry->d_name, &end, 10);
        if (number > 0 && *end == '\0') numbers.push_back(number);
    }
    closedir(entries);
    return numbers;
}

// A thread or child of one that is watched was seized by the kernel when it was made; its parent has just not told of
// it yet.
bool is_ours(Tid tid) {
    const auto status = read_proc_status(tid);
    return status && raw(status->tracer) == getpid();
}

}  // namespace

Attachment::Attachment(const AttachOptions& options, Workload& workload, const Attacher::Unwatched& unwatched)
    : options_(options), workload_(workload), unwatched_(unwatched) {
    asked = 0;
    start_ticking();
}

Attachment::~Attachment() {
    for (const int signal : endings) on_signal(signal, SIG_DFL);
}

void Attachment::rest() { pause(); }

bool Attachment::ticked() {
    const bool has = ticks != 0;
    ticks = 0;
    return has;
}

bool Attachment::asked_to_leave() { return asked != 0; }

tl::expected<void, StartError> Attachment::begin(Lineage& lineage) {
    for (const Pid named : options_.pids) {
        const auto status = read_proc_status(leader_of(named));
        const Pid pid = status ? status->pid : named;
        const int error = status ? seize_process(lineage, pid, Found::Before) : ESRCH;
        if (error == 0) continue;
        leave();
        return tl::unexpected(explain_attach_failure(error, pid));
    }
    if (options_.all) seize_all(lineage, Found::Before);
    return {};
}

void Attachment::look(Lineage& lineage) {
    ++looks_;
    if (!options_.all || !anything_new()) return;
    seize_all(lineage, Found::Later);
    std::erase_if(refused_, [&](const auto& entry) { return entry.second != looks_; });
}

bool Attachment::anything_new() {
    const UniqueFd fd(open("/proc/loadavg", O_RDONLY | O_CLOEXEC));
    char text[128];
    const ssize_t size = fd ? read(fd.get(), text, sizeof text) : -1;
    if (size <= 0) return true;
    const std::string_view all(text, static_cast<size_t>(size));
    const std::string_view last = all.substr(all.rfind(' ') + 1);
    // A process may also come in from outside, with a number that it has had for a while.
    if (last == last_pid_ && looks_ % looks_between_full_ones != 0) return false;
    last_pid_ = last;
    return true;
}

// They have no memory of their own: no line of /proc/PID/status tells of any.
bool Attachment::is_kernel_thread(Pid pid) {
    const auto text = proc_.read(leader_of(pid), "status");
    return text && text->find("\nVmSize:") == std::string_view::npos;
}

void Attachment::seize_all(Lineage& lineage, Found found) {
    for (const int64_t number : numbers_in("/proc")) {
        const Pid pid{number};
        if (number == getpid()) continue;
        if (const auto refused = refused_.find(number); refused != refused_.end()) {
            refused->second = looks_;
            continue;
        }
        if (workload_.tracees.find(leader_of(pid)) != nullptr || is_kernel_thread(pid)) continue;
        const int error = seize_process(lineage, pid, found);
        if (error == 0 || error == ESRCH) continue;
        refused_[number] = looks_;
        unwatched_(pid, explain_attach_failure(error, pid).message);
    }
}

int Attachment::seize_thread(Lineage& lineage, Tid tid, const Process& process) {
    const int error = seize(tid, options_.die_with_tracer ? OnTracerDeath::Kill : OnTracerDeath::Release);
    if (error == ESRCH || (error != 0 && is_ours(tid))) return 0;
    if (error != 0) return error;
    Tracee& tracee = lineage.attach(tid, process.pid, process.parent);
    if (process.found == Found::Later && tracee.is_leader()) tracee.stage = Tracee::Stage::Found;
    // Its next syscalls are to stop: it must stop once first.
    interrupt(tid);
    return 0;
}

int Attachment::seize_process(Lineage& lineage, Pid pid, Found found) {
    const auto status = read_proc_status(leader_of(pid));
    if (!status || status->state == 'X') return ESRCH;
    if (raw(status->tracer) == getpid()) return 0;
    const Process process{pid, raw(status->parent) == getpid() ? Tid{0} : leader_of(status->parent), found};
    // The leader first, since it has the account of its group; one that has ended before its threads cannot be seized,
    // and does nothing any more.
    if (status->state != 'Z') {
        if (const int error = seize_thread(lineage, leader_of(pid), process); error != 0) return error;
    }
    // Threads that are made meanwhile belong to one that is seized already, or turn up in the next round.
    for (size_t before = 0, now = 1; before != now;) {
        before = now;
        now = 1;
        for (const int64_t number : numbers_in(fmt::format("/proc/{}/task", raw(pid)))) {
            if (workload_.tracees.find(Tid{number}) == nullptr && number != raw(pid)) {
                if (const int error = seize_thread(lineage, Tid{number}, process); error != 0) return error;
            }
            ++now;
        }
    }
    return 0;
}

void Attachment::leave() {
    workload_.tracees.for_each([](const Tracee& tracee) { interrupt(tracee.tid); });
}

}  // namespace bewit::tracer
