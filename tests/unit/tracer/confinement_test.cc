#include "tracer/confinement.h"

#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bewit::tracer;

namespace {

struct Finding {
    std::string call;
    bool refused;
};

template <typename Call>
Finding tried(std::string name, Call call) {
    errno = 0;
    const long result = call();
    return {std::move(name), result == -1 && errno == EPERM};
}

std::vector<Finding> try_all() {
    const pid_t parent = getppid();
    char* const no_arguments[] = {nullptr};
    void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::vector<Finding> found;
    found.push_back(tried("execve", [&] { return execve("/bin/true", no_arguments, no_arguments); }));
    found.push_back(tried("ptrace", [&] { return ptrace(PTRACE_SEIZE, parent, 0, 0); }));
    found.push_back(
        tried("process_vm_readv", [&] { return syscall(SYS_process_vm_readv, parent, nullptr, 0, nullptr, 0, 0); }));
    found.push_back(tried("fork", [&] { return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }));
    found.push_back(tried("setuid", [&] { return syscall(SYS_setuid, getuid()); }));
    found.push_back(tried("unshare", [&] { return syscall(SYS_unshare, 0); }));
    found.push_back(tried("executable memory", [&] {
        return reinterpret_cast<long>(mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    }));
    found.push_back(tried("executable later", [&] { return mprotect(page, 4096, PROT_READ | PROT_EXEC); }));
    return found;
}

}  // namespace

TEST_CASE("a confined thread does what it is there for, and nothing else; others are as before") {
    for (const Errand errand : {Errand::Computing, Errand::Signalling}) {
        bool confined = false, writes = false, connects = false, makes_thread = false, signals_itself = false;
        long signals_others = 0;
        std::vector<Finding> found;
        std::thread thread([&] {
            confined = confine_thread(errand);
            found = try_all();
            writes = open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0;
            connects = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0;
            std::thread([&] { makes_thread = true; }).join();
            signals_itself = syscall(SYS_tgkill, getpid(), gettid(), 0) == 0;
            signals_others = kill(getppid(), 0);
        });
        thread.join();
        REQUIRE(confined);
        for (const Finding& one : found) {
            CAPTURE(one.call);
            CHECK(one.refused);
        }
        CHECK((writes && connects && makes_thread && signals_itself));
        CHECK((signals_others == 0) == (errand == Errand::Signalling));
    }
    CHECK(syscall(SYS_unshare, 0) == 0);
}
