// The exit statuses are those of sh(1), env(1) and docker-run(1): 127 the command is not there, 126 it is there and
// cannot be executed, 125 the program in front of it could not do its own part.
#include "tracer/start_failure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "tracer/proc_status.h"

namespace bewit::tracer {
namespace {

constexpr int cannot_start = 125;
constexpr int cannot_execute = 126;
constexpr int not_found = 127;

std::string error_text(int error) { return strerror(error); }

bool is_directory(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

StartError command_not_found(const std::string& name) {
    if (name.empty()) return {not_found, "the command is an empty word: give the path or the name of a program"};
    if (name.find('/') != std::string::npos) {
        return {not_found, fmt::format("{}: no such file: check the path, as seen from inside the container", name)};
    }
    const char* path = getenv("PATH");
    return {not_found, fmt::format("{}: command not found: give its full path, or a PATH that has it (PATH is {})",
                                   name, path == nullptr ? "not set" : path)};
}

StartError explain_execution(const ChildFailure& failure, const Options& options, const std::string& file) {
    switch (failure.error) {
        case ENOENT:
        case ENOTDIR:
            if (!failure.file_exists) return command_not_found(options.command[0]);
            return {cannot_execute, fmt::format("{}: its interpreter is missing: the program after #! or the dynamic "
                                                "loader that the file names is not in "
                                                "this container",
                                                file)};
        case EACCES:
            if (is_directory(file)) return {cannot_execute, fmt::format("{}: is a directory: name a program", file)};
            return {
                cannot_execute,
                fmt::format(
                    "{}: permission denied: make it executable (chmod +x) and readable for this user, on a file system "
                    "that is not mounted noexec",
                    file)};
        case ENOEXEC:
            return {
                cannot_execute,
                fmt::format("{}: exec format error: it is made for another architecture, or a script without a #! line",
                            file)};
        case E2BIG:
            return {
                cannot_execute,
                fmt::format("{}: its arguments and environment are longer than the system allows: shorten them", file)};
        default:
            return {cannot_execute, fmt::format("{}: cannot be executed: {}", file, error_text(failure.error))};
    }
}

StartError explain_user(const ChildFailure& failure, const Options& options) {
    const std::string user = fmt::format("{}{}", options.uid ? std::to_string(*options.uid) : "",
                                         options.gid ? ":" + std::to_string(*options.gid) : "");
    return {cannot_start, fmt::format("changing to user {} was refused ({}): it takes CAP_SETUID and CAP_SETGID, or "
                                      "start the container as that user",
                                      user, error_text(failure.error))};
}

StartError explain_filter(const ChildFailure& failure) {
    return {cannot_start, fmt::format("installing the seccomp filter was refused ({}): allow seccomp(2) in the "
                                      "container's profile, or use --no-seccomp",
                                      error_text(failure.error))};
}

// Yama's ptrace_scope (Documentation/admin-guide/LSM/Yama.rst); 0 where there is no Yama.
int yama_scope() {
    const UniqueFd fd(open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY | O_CLOEXEC));
    char digit = '0';
    return fd && read(fd.get(), &digit, 1) == 1 ? digit - '0' : 0;
}

}  // namespace

StartError explain_child_failure(const ChildFailure& failure, const Options& options,
                                 const std::vector<std::string>& candidates) {
    switch (failure.step) {
        case ChildFailure::Step::User:
            return explain_user(failure, options);
        case ChildFailure::Step::NoNewPrivileges:
        case ChildFailure::Step::SeccompFilter:
            return explain_filter(failure);
        case ChildFailure::Step::Execute:
            break;
    }
    return explain_execution(failure, options, candidates.at(failure.candidate));
}

StartError explain_seize_failure(int error, Tid child) {
    const auto status = read_proc_status(child);
    if (status && raw(status->tracer) > 0) {
        return {cannot_start, fmt::format("ptrace is refused: process {} traces bewit and its children already, and a "
                                          "process has one tracer at most",
                                          raw(status->tracer))};
    }
    if (const int scope = yama_scope(); scope >= 2) {
        return {cannot_start,
                fmt::format(
                    "ptrace is refused by Yama (kernel.yama.ptrace_scope is {}): set it to 1 or lower on the host{}",
                    scope, scope == 2 ? ", or give the container CAP_SYS_PTRACE" : "")};
    }
    if (status && status->seccomp == 2) {
        return {cannot_start, fmt::format("ptrace is refused ({}), most likely by the container's seccomp profile: "
                                          "allow ptrace(2) in it, or give the "
                                          "container CAP_SYS_PTRACE",
                                          error_text(error))};
    }
    return {
        cannot_start,
        fmt::format(
            "ptrace is refused ({}): give the container CAP_SYS_PTRACE, and a security profile that allows ptrace(2)",
            error_text(error))};
}

StartError explain_attach_failure(int error, Pid pid) {
    constexpr int failed = 1;
    const auto status = read_proc_status(leader_of(pid));
    if (!status || error == ESRCH) {
        return {failed, fmt::format("process {}: there is none of that number here: give it as this container sees it; "
                                    "to see another container's, share "
                                    "the pid namespace (pidMode: task, shareProcessNamespace)",
                                    raw(pid))};
    }
    if (raw(status->tracer) > 0) {
        return {failed, fmt::format("process {}: process {} traces it already, and a process has one tracer at most",
                                    raw(pid), raw(status->tracer))};
    }
    if (const int scope = yama_scope(); scope == 3) {
        return {failed, fmt::format("process {}: Yama forbids ptrace (kernel.yama.ptrace_scope is 3, which lasts until "
                                    "the host starts anew): nothing "
                                    "on this machine can be traced",
                                    raw(pid))};
    } else if (scope > 0) {
        return {failed, fmt::format("process {}: Yama allows ptrace of children only (kernel.yama.ptrace_scope is {}): "
                                    "give this container CAP_SYS_PTRACE",
                                    raw(pid), scope)};
    }
    const uid_t mine = geteuid();
    if (mine != 0 && status->uid != mine) {
        return {failed,
                fmt::format("process {}: it runs as user {}, bewit as {}: run bewit as root with CAP_SYS_PTRACE",
                            raw(pid), status->uid, mine)};
    }
    return {failed, fmt::format("process {}: ptrace is refused ({}): give this container CAP_SYS_PTRACE, and a "
                                "security profile that allows ptrace(2)",
                                raw(pid), error_text(error))};
}

StartError explain_system_failure(std::string what, int error) {
    return {cannot_start, fmt::format("{} failed: {}", what, error_text(error))};
}

StartError explain_old_kernel() {
    return {cannot_start, "this kernel has no PTRACE_GET_SYSCALL_INFO: bewit needs Linux 5.3 or newer"};
}

}  // namespace bewit::tracer
