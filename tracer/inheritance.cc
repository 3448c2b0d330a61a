// Raw system calls, because the C library keeps signals 32 and 33 to itself: pthread_sigmask() drops them and
// sigaction() refuses them, yet a workload may be started with them ignored, and someone may send them.
#include "tracer/inheritance.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace bewit::tracer {
namespace {

constexpr int last_signal = 64;
constexpr int library_signals[] = {32, 33};  // nptl(7)

// The kernel's struct sigaction, with the members in the order that x86-64 and arm64 share.
struct KernelAction {
    void (*handler)(int) = nullptr;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    SignalBits mask = 0;
};

bool is_ignored(int signal) {
    KernelAction action;
    return syscall(SYS_rt_sigaction, signal, nullptr, &action, sizeof action.mask) == 0 && action.handler == SIG_IGN;
}

void set_disposition(int signal, void (*handler)(int)) {
    KernelAction action;
    action.handler = handler;
    syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof action.mask);
}

std::vector<int> open_descriptors() {
    std::vector<int> found;
    DIR* directory = opendir("/proc/self/fd");
    if (directory == nullptr) return {0, 1, 2};
    while (const dirent* entry = readdir(directory)) {
        const int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(directory)) found.push_back(fd);
    }
    closedir(directory);
    std::ranges::sort(found);
    return found;
}

// From `first` to `last`, both included.
void close_on_exec(unsigned first, unsigned last) {
    if (first > last || syscall(SYS_close_range, first, last, CLOSE_RANGE_CLOEXEC) == 0) return;
    // Before Linux 5.11: one by one, as far as descriptors go.
    const unsigned end = std::min<unsigned>(last, static_cast<unsigned>(std::max(sysconf(_SC_OPEN_MAX), 1024L)));
    for (unsigned fd = first; fd <= end; ++fd) fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
}

}  // namespace

void set_signal_mask(SignalBits mask) { syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask); }

const Inheritance& Inheritance::take() {
    static const Inheritance taken;
    return taken;
}

Inheritance::Inheritance() : descriptors_(open_descriptors()) {
    constexpr SignalBits all = ~SignalBits{0};
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask_, sizeof mask_);
    for (int signal = 1; signal <= last_signal; ++signal) {
        if (is_ignored(signal)) ignored_ |= signal_bit(signal);
    }
    // The C library unblocks its own signals in threads that it makes: there they must not end bewit.
    for (const int signal : library_signals) set_disposition(signal, SIG_IGN);
    // An ignored SIGCHLD would have the kernel reap the workload unseen (wait(2), notes).
    if ((ignored_ & signal_bit(SIGCHLD)) != 0) set_disposition(SIGCHLD, SIG_DFL);
}

void Inheritance::restore_descriptors_and_dispositions() const {
    unsigned first = 0;
    for (const int fd : descriptors_) {
        if (fd > 0) close_on_exec(first, static_cast<unsigned>(fd) - 1);
        first = static_cast<unsigned>(fd) + 1;
    }
    close_on_exec(first, UINT_MAX);
    for (int signal = 1; signal <= last_signal; ++signal) {
        const bool was_ignored = (ignored_ & signal_bit(signal)) != 0;
        if (is_ignored(signal) != was_ignored) set_disposition(signal, was_ignored ? SIG_IGN : SIG_DFL);
    }
}

void Inheritance::restore_mask() const { set_signal_mask(mask_); }

}  // namespace bewit::tracer
