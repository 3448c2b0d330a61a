#include "injector/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace bewit {

std::optional<std::string> read_text_file(const std::string& path) {
    constexpr size_t limit = size_t{64} << 20;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    std::string text;
    size_t used = 0;
    while (used < limit) {
        text.resize(used + 65536);
        const ssize_t got = read(fd, text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const int failure = errno;
            close(fd);
            errno = failure;
            return std::nullopt;
        }
        if (got == 0) break;
        used += static_cast<size_t>(got);
    }
    close(fd);
    text.resize(used);
    return text;
}

}  // namespace bewit
