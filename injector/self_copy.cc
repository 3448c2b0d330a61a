#include "injector/self_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "base/unique_fd.h"

namespace bewit {
namespace {

// 0, or the errno.
int copy_bytes(int from, int to) {
    std::vector<char> buffer(size_t{1} << 20);
    while (true) {
        const ssize_t got = read(from, buffer.data(), buffer.size());
        if (got == 0) return 0;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        for (ssize_t done = 0; done < got;) {
            const ssize_t written = write(to, buffer.data() + done, static_cast<size_t>(got - done));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return errno;
            done += written;
        }
    }
}

}  // namespace

tl::expected<std::string, std::string> copy_self_into(const std::string& directory) {
    const auto fail = [](const std::string& what, int failure) {
        return tl::unexpected(fmt::format("{}: {}", what, std::strerror(failure)));
    };
    if (mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) return fail(directory, errno);
    const UniqueFd from(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    if (from.get() < 0) return fail("/proc/self/exe", errno);
    const std::string path = directory + "/bewit", temporary = fmt::format("{}/.bewit.{}", directory, getpid());
    unlink(temporary.c_str());  // of an earlier attempt that was killed
    const UniqueFd to(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700));
    if (to.get() < 0) return fail(temporary, errno);
    int failure = copy_bytes(from.get(), to.get());
    if (failure == 0 && fchmod(to.get(), 0755) != 0) failure = errno;
    if (failure == 0 && fsync(to.get()) != 0 && errno != EINVAL) failure = errno;
    if (failure == 0 && rename(temporary.c_str(), path.c_str()) != 0) failure = errno;
    if (failure == 0) return path;
    unlink(temporary.c_str());
    return fail(path, failure);
}

}  // namespace bewit
