#include "tracer/proc_reader.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace bewit::tracer {

ProcReader::ProcReader() : proc_(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)), buffer_(buffer_size, '\0') {}

ProcReader::Path ProcReader::path_of(Tid tid, std::string_view name) {
    Path path{};
    char* end = std::to_chars(path.data(), path.data() + path.size() - 1, raw(tid)).ptr;
    *end++ = '/';
    name = name.substr(0, static_cast<size_t>(path.data() + path.size() - 1 - end));
    std::ranges::copy(name, end);
    return path;
}

UniqueFd ProcReader::open(Tid tid, std::string_view name, int flags) {
    return UniqueFd(openat(proc_.get(), path_of(tid, name).data(), flags | O_CLOEXEC));
}

std::optional<std::string_view> ProcReader::read(Tid tid, std::string_view name, size_t limit) {
    const UniqueFd fd = open(tid, name, O_RDONLY);
    if (!fd) return std::nullopt;
    limit = std::min(limit, buffer_.size());
    size_t size = 0;
    while (size < limit) {
        const ssize_t got = ::read(fd.get(), buffer_.data() + size, limit - size);
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<size_t>(got);
    }
    return std::string_view(buffer_).substr(0, size);
}

bool ProcReader::link(Tid tid, std::string_view name, std::string& target) {
    target.resize(PATH_MAX);
    const ssize_t size = readlinkat(proc_.get(), path_of(tid, name).data(), target.data(), target.size());
    target.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return size > 0;
}

bool ProcReader::status(Tid tid, std::string_view name, struct stat& out) {
    return fstatat(proc_.get(), path_of(tid, name).data(), &out, 0) == 0;
}

}  // namespace bewit::tracer
