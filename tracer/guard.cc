#include "tracer/guard.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "tracer/call_identity.h"
#include "tracer/ptrace_request.h"
#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

struct Numbers {
    uint32_t clone, clone3, seccomp, prlimit64, memfd_secret, ptrace;
};

Numbers numbers(event::Abi abi) {
    static const auto clone = event::syscall_numbers("clone"), clone3 = event::syscall_numbers("clone3"),
                      seccomp = event::syscall_numbers("seccomp"), prlimit64 = event::syscall_numbers("prlimit64"),
                      memfd_secret = event::syscall_numbers("memfd_secret"), ptrace = event::syscall_numbers("ptrace");
    const auto i = static_cast<size_t>(abi);
    return {clone[i], clone3[i], seccomp[i], prlimit64[i], memfd_secret[i], ptrace[i]};
}

constexpr Numbers arm_numbers{120, 435, 383, 369, 447, 26};

struct Named {
    Numbers numbers;
    uint32_t number;
};

Named name(const SyscallStop& stop) {
    if ((stop.number & unknown_abi_bit) != 0) return {arm_numbers, stop.number & ~unknown_abi_bit};
    return {numbers(stop.abi), number_in_table(stop)};
}

// Whether the thread sees bewit's numbers of threads: one in a pid namespace below has others for its own kind.
bool shares_pid_namespace(Tid tid) {
    std::array<char, 48> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/ns/pid", static_cast<int>(raw(tid)));
    struct stat own {
    }, other{};
    return stat("/proc/self/ns/pid", &own) != 0 || stat(path.data(), &other) != 0 ||
           (own.st_ino == other.st_ino && own.st_dev == other.st_dev);
}

bool is_of_bewit(uint64_t thread, Tid asker) {
    const auto number = static_cast<pid_t>(thread);
    return number > 0 && syscall(SYS_tgkill, getpid(), number, 0) == 0 && shares_pid_namespace(asker);
}

Verdict refuse(const SyscallStop& stop, int error) {
    skip_call(stop.tid, -error);
    return Verdict::Refused;
}

}  // namespace

Verdict guard(const SyscallStop& stop) {
    const auto [known, number] = name(stop);
    if (number == known.clone && (stop.arguments[0] & CLONE_UNTRACED) != 0) {
        set_first_argument(stop.tid, stop.abi, stop.arguments[0] & ~uint64_t{CLONE_UNTRACED});
        return Verdict::Changed;
    }
    if (number == known.clone3) return refuse(stop, ENOSYS);
    // Its pages are closed to every other process, whatever it may do: what is called with names in them would not be
    // seen.
    if (number == known.memfd_secret) return refuse(stop, ENOSYS);
    // The operation is an int: the kernel does not look at the upper half of the register.
    const bool listens = static_cast<uint32_t>(stop.arguments[0]) == SECCOMP_SET_MODE_FILTER &&
                         (stop.arguments[1] & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
    if (number == known.seccomp && listens) return refuse(stop, EBUSY);
    if (number == known.prlimit64 && stop.arguments[2] != 0 && is_of_bewit(stop.arguments[0], stop.tid))
        return refuse(stop, EPERM);
    if (number == known.ptrace &&
        std::ranges::find(tracing_requests, static_cast<uint32_t>(stop.arguments[0])) != tracing_requests.end())
        return Verdict::Watched;
    return Verdict::Pass;
}

}  // namespace bewit::tracer
