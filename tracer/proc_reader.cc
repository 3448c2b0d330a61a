#include "tracer/proc_reader.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace bewit::tracer {
namespace {

// For as long as it lives, files are asked for as another user. setfsuid(2) and setfsgid(2) say nothing when they
// refuse; then nothing is different.
class FileUser {
public:
    FileUser(uid_t uid, gid_t gid) : gid_(static_cast<gid_t>(setfsgid(gid))), uid_(static_cast<uid_t>(setfsuid(uid))) {}
    ~FileUser() {
        setfsuid(uid_);
        setfsgid(gid_);
    }
    FileUser(const FileUser&) = delete;
    FileUser& operator=(const FileUser&) = delete;

private:
    gid_t gid_;  // as they were
    uid_t uid_;
};

}  // namespace

template <typename Attempt>
ssize_t ProcReader::as_owner_if_refused(Tid tid, Attempt attempt) {
    const ssize_t result = attempt();
    if (result >= 0 || (errno != EACCES && errno != EPERM)) return result;
    const int refused = errno;
    struct stat owner {};
    if (fstatat(proc_.get(), path_of(tid, "").data(), &owner, 0) != 0 || owner.st_uid == geteuid()) {
        errno = refused;
        return result;
    }
    const FileUser user(owner.st_uid, owner.st_gid);
    return attempt();
}

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
    const Path path = path_of(tid, name);
    return UniqueFd(static_cast<int>(
        as_owner_if_refused(tid, [&] { return openat(proc_.get(), path.data(), flags | O_CLOEXEC); })));
}

std::optional<std::string_view> ProcReader::read(Tid tid, std::string_view name, size_t limit) {
    const UniqueFd fd = open(tid, name, O_RDONLY);
    if (!fd) return std::nullopt;
    const ssize_t size = ::read(fd.get(), buffer_.data(), std::min(limit, buffer_.size()));
    if (size < 0) return std::nullopt;
    return std::string_view(buffer_).substr(0, static_cast<size_t>(size));
}

bool ProcReader::link(Tid tid, std::string_view name, std::string& target) {
    target.resize(PATH_MAX);
    const Path path = path_of(tid, name);
    const ssize_t size =
        as_owner_if_refused(tid, [&] { return readlinkat(proc_.get(), path.data(), target.data(), target.size()); });
    target.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return size > 0;
}

bool ProcReader::status(Tid tid, std::string_view name, struct stat& out) {
    const Path path = path_of(tid, name);
    return as_owner_if_refused(tid, [&] { return fstatat(proc_.get(), path.data(), &out, 0); }) == 0;
}

void read_all(int fd, std::string& out) {
    constexpr size_t piece = 65536;
    size_t size = 0;
    for (;;) {
        if (out.size() < size + piece) out.resize(size + piece);
        const ssize_t got = read(fd, out.data() + size, piece);
        if (got <= 0) break;
        size += static_cast<size_t>(got);
    }
    out.resize(size);
}

}  // namespace bewit::tracer
