// Between fork and exec the child is a copy of one thread of a process that may have others: it only makes system calls
// (signal-safety(7)), on memory that was laid out before the fork. The order of its steps is what matters:
//   - it waits for its tracer first, since a RET_TRACE filter without one answers ENOSYS to everything;
//   - the filter comes before the user, since a filter without no_new_privs takes CAP_SYS_ADMIN, which the new user may
//   not have;
//   - the signal mask comes last, so that a signal that was forwarded early meets the command, not this code.
#include "tracer/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace bewit::tracer {
namespace {

constexpr int child_failed_status = 127;  // never seen: the message says what happened

struct ChildMessage {
    enum class Kind : uint8_t { NoNewPrivileges, KeptPtraceCapability, Failure };
    Kind kind = Kind::Failure;
    ChildFailure failure;
};

struct Pipe {
    UniqueFd read_end, write_end;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Grouping grouping_of_this_process() {
    return getpid() == 1 || getsid(0) == getpid() ? Grouping::OwnGroup : Grouping::SharedGroup;
}

// Everything that the child needs, in memory that the fork copies.
struct ChildPlan {
    const Options& options;
    const Inheritance& inheritance;
    const BpfProgram& filter;
    Grouping grouping;
    const Terminal* terminal;
    int go;
    int messages;
    std::vector<const char*> files;
    std::vector<char*> argv;  // null at the end
};

// Runs in the child and never returns.
class Child {
public:
    explicit Child(const ChildPlan& plan) : plan_(plan) {}

    [[noreturn]] void run() {
        wait_for_tracer();
        leave_group();
        if (plan_.options.trace) drop_ptrace_capability();
        if (!plan_.filter.empty()) install_filter();
        change_user();
        plan_.inheritance.restore_descriptors_and_dispositions();
        plan_.inheritance.restore_mask();
        execute();
    }

private:
    void say(const ChildMessage& message) const {
        [[maybe_unused]] const ssize_t written = write(plan_.messages, &message, sizeof message);
    }

    [[noreturn]] void fail(const ChildFailure& failure) const {
        say({.kind = ChildMessage::Kind::Failure, .failure = failure});
        _exit(child_failed_status);
    }

    void wait_for_tracer() const {
        char byte = 0;
        ssize_t got = 0;
        do got = read(plan_.go, &byte, 1);
        while (got < 0 && errno == EINTR);
        if (got != 1) _exit(child_failed_status);  // bewit is gone
    }

    void leave_group() const {
        if (plan_.grouping != Grouping::OwnGroup) return;
        setpgid(0, 0);
        if (plan_.terminal != nullptr) plan_.terminal->hand_to(getpid());
    }

    // It lets any process of the container write into bewit; processes that bewit traces cannot be traced by another
    // one anyway.
    void drop_ptrace_capability() const {
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_SYS_PTRACE, 0, 0);
        __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
        std::array<__user_cap_data_struct, 2> data{};
        constexpr uint32_t bit = 1u << CAP_SYS_PTRACE;
        if (syscall(SYS_capget, &header, data.data()) == 0 && (data[0].inheritable & bit) != 0) {
            data[0].inheritable &= ~bit;
            syscall(SYS_capset, &header, data.data());
        }
        if (prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE, 0, 0, 0) == 1 &&
            prctl(PR_CAPBSET_DROP, CAP_SYS_PTRACE, 0, 0, 0) != 0) {
            say({.kind = ChildMessage::Kind::KeptPtraceCapability, .failure = {}});
        }
    }

    int set_filter(unsigned long flags) const {
        const sock_fprog program{.len = static_cast<unsigned short>(plan_.filter.size()),
                                 .filter = const_cast<sock_filter*>(plan_.filter.data())};
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0) return 0;
        // Before Linux 4.17 there is no SPEC_ALLOW.
        if (errno == EINVAL && flags != 0) return set_filter(0);
        return errno;
    }

    void install_filter() const {
        // Without SPEC_ALLOW, kernels before 5.16 turn speculation off for the whole workload.
        int error = set_filter(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
        if (error == EACCES) {
            if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
                fail({.step = ChildFailure::Step::NoNewPrivileges, .error = errno});
            error = set_filter(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
            say({.kind = ChildMessage::Kind::NoNewPrivileges, .failure = {}});
        }
        if (error != 0) fail({.step = ChildFailure::Step::SeccompFilter, .error = error});
    }

    // The system calls themselves: the C library's wrappers would speak to threads that this copy does not have.
    void change_user() const {
        const auto& [uid, gid] = std::pair(plan_.options.uid, plan_.options.gid);
        const bool is_that_user =
            (!uid || (*uid == getuid() && *uid == geteuid())) && (!gid || (*gid == getgid() && *gid == getegid()));
        if (is_that_user) return;
        const bool changed = syscall(SYS_setgroups, 0, nullptr) == 0 &&
                             (!gid || syscall(SYS_setresgid, *gid, *gid, *gid) == 0) &&
                             (!uid || syscall(SYS_setresuid, *uid, *uid, *uid) == 0);
        if (!changed) fail({.step = ChildFailure::Step::User, .error = errno});
    }

    static bool is_absent(int error) {
        return error == ENOENT || error == ENOTDIR || error == ENODEV || error == ETIMEDOUT || error == ESTALE;
    }

    [[noreturn]] void execute() const {
        ChildFailure best{.error = ENOENT};
        for (uint32_t i = 0; i < plan_.files.size(); ++i) {
            execve(plan_.files[i], plan_.argv.data(), environ);
            const ChildFailure failure{.error = errno, .candidate = i};
            const bool exists = faccessat(AT_FDCWD, plan_.files[i], F_OK, 0) == 0;
            if (!is_absent(failure.error) && failure.error != EACCES) fail(failure);
            // The first candidate that is there tells more than those that are not; a directory of PATH that is closed
            // to this user is not one.
            if (!best.file_exists && (exists || plan_.files.size() == 1)) {
                best = failure;
                best.file_exists = exists;
            }
        }
        fail(best);
    }

    const ChildPlan& plan_;
};

// A process that is not dumpable cannot be traced by its equals (ptrace(2)), and a fork is born as its parent is. The
// child stays dumpable.
pid_t fork_dumpable() {
    const bool was_dumpable = prctl(PR_GET_DUMPABLE) == 1;
    if (!was_dumpable) prctl(PR_SET_DUMPABLE, 1);
    const pid_t child = fork();
    if (child != 0 && !was_dumpable) prctl(PR_SET_DUMPABLE, 0);
    return child;
}

}  // namespace

void Spawned::release() {
    [[maybe_unused]] const ssize_t written = write(go_.get(), "", 1);
    go_.reset();
}

void Spawned::take_terminal_back() const {
    if (terminal_) terminal_->hand_to(getpgrp());
}

void Spawned::read_messages() {
    ChildMessage message;
    while (read(messages_.get(), &message, sizeof message) == sizeof message) {
        if (message.kind == ChildMessage::Kind::Failure) failure_ = message.failure;
        if (message.kind == ChildMessage::Kind::NoNewPrivileges) no_new_privileges_ = true;
        if (message.kind == ChildMessage::Kind::KeptPtraceCapability) kept_ptrace_capability_ = true;
    }
    messages_.reset();
}

tl::expected<Spawned, StartError> spawn(const Options& options, const std::vector<std::string>& candidates,
                                        const BpfProgram& filter, const Inheritance& inheritance) {
    auto go = make_pipe();
    auto messages = make_pipe();
    if (!go || !messages) return tl::unexpected(explain_system_failure("making a pipe", errno));

    Spawned spawned;
    spawned.grouping_ = grouping_of_this_process();
    if (spawned.grouping_ == Grouping::OwnGroup) spawned.terminal_ = Terminal::in_foreground();
    ChildPlan plan{.options = options,
                   .inheritance = inheritance,
                   .filter = filter,
                   .grouping = spawned.grouping_,
                   .terminal = spawned.terminal_ ? &*spawned.terminal_ : nullptr,
                   .go = go->read_end.get(),
                   .messages = messages->write_end.get(),
                   .files = {},
                   .argv = {}};
    for (const std::string& file : candidates) plan.files.push_back(file.c_str());
    for (const std::string& argument : options.command) plan.argv.push_back(const_cast<char*>(argument.c_str()));
    plan.argv.push_back(nullptr);

    spawned.pid_ = fork_dumpable();
    if (spawned.pid_ < 0) return tl::unexpected(explain_system_failure("making a process", errno));
    if (spawned.pid_ == 0) {
        // Only bewit itself may hold the end that lets it go, or its end would not be seen here.
        close(go->write_end.get());
        Child(plan).run();
    }
    spawned.go_ = std::move(go->write_end);
    spawned.messages_ = std::move(messages->read_end);
    return spawned;
}

}  // namespace bewit::tracer
