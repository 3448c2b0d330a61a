#include "tracer/init_loop.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracer/proc_status.h"

namespace bewit::tracer {
namespace {

// Only children of bewit: what they leave behind comes to bewit when they have gone.
bool kill_children() {
    bool any = false;
    DIR* processes = opendir("/proc");
    if (processes == nullptr) return false;
    while (const dirent* entry = readdir(processes)) {
        const pid_t pid = atoi(entry->d_name);
        const auto status = pid > 0 ? read_proc_status(Tid{pid}) : std::nullopt;
        if (!status || raw(status->parent) != getpid()) continue;
        kill(pid, SIGKILL);
        any = true;
    }
    closedir(processes);
    return any;
}

void tell_of_stop(SignalForwarder& forwarder, int status) {
    if (WIFSTOPPED(status)) {
        forwarder.target_stopped(WSTOPSIG(status));
    } else {
        forwarder.target_continued();
        forwarder.target_got(SIGCONT, 0);
    }
}

// Until no child is left. Each wait may bring new ones: those of the process that ended.
void kill_the_rest() {
    while (kill_children()) {
        if (waitpid(-1, nullptr, __WALL) < 0 && errno == ECHILD) return;
    }
}

}  // namespace

int run_init_loop(const Spawned& spawned, SignalForwarder* forwarder, bool kill_on_exit) {
    while (true) {
        int status = 0;
        const pid_t pid = waitpid(-1, &status, __WALL | WUNTRACED | WCONTINUED);
        if (pid < 0 && errno == ECHILD) return 0;
        if (pid != spawned.pid()) continue;
        if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
            if (forwarder != nullptr) tell_of_stop(*forwarder, status);
            continue;
        }
        spawned.take_terminal_back();
        if (kill_on_exit) kill_the_rest();
        return status;
    }
}

}  // namespace bewit::tracer
