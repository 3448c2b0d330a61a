#include "tracer/runtime/image_x86_64.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>

#include "tracer/confinement.h"
#include "tracer/runtime/call_site_x86_64.h"
#include "tracer/runtime/open_layout.h"
#include "tracer/runtime/table.h"

namespace bewit::tracer {
namespace {

// Whether openat2(2) is there. A seccomp program that stands before bewit's may answer it with an error of its choice,
// or with death, as it may the calls that find out a directory, whose errors do no harm: that is tried in a child.
bool calls_work() {
    // "size was smaller than any valid size" (openat2(2)).
    const auto is_there = [] { return syscall(SYS_openat2, -1, nullptr, nullptr, 0) == -1 && errno == EINVAL; };
    if (prctl(PR_GET_SECCOMP) == SECCOMP_MODE_DISABLED) return is_there();
    const pid_t child = fork();
    if (child == 0) {
        std::array<char, 1> ignored{};
        syscall(SYS_getcwd, ignored.data(), ignored.size());
        syscall(SYS_readlink, "/", ignored.data(), ignored.size());
        _exit(is_there() ? 0 : 1);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

bool RuntimeImage::ready() {
    if (!bytes_.empty()) return true;
    if (failed_ || (!building_.valid() && !begin_building())) return false;
    if (building_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    const match::PathTest test = building_.get();
    malloc_trim(0);  // what the making took is given back
    failed_ = test.empty() || !calls_work();
    if (failed_) return false;
    bytes_ = RuntimeCode::bytes();
    bytes_.resize(page);
    const std::vector<std::byte> table = lay_out_table(test, code_.base() + page, relative_names_);
    bytes_.insert(bytes_.end(), table.begin(), table.end());
    return true;
}

// False where there is no thread to be had, which may be another time.
bool RuntimeImage::begin_building() {
    try {
        building_ = std::async(std::launch::async, [this] {
            confine_thread(Errand::Computing);
            // The tracer may be held on one core at this moment; the kernel knows which ones there are.
            cpu_set_t all;
            std::fill_n(reinterpret_cast<unsigned char*>(&all), sizeof all, 0xff);
            sched_setaffinity(0, sizeof all, &all);
            return interest_.open_names(abandoned_.get_token());
        });
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace bewit::tracer
