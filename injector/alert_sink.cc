#include "injector/alert_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "base/unique_fd.h"

namespace bewit {
namespace {

std::string reason(int error) { return std::strerror(error); }

// Any descriptor that takes bytes. A line is written whole or counted as not delivered; a partial line is finished
// first.
class DescriptorSink : public AlertSink {
public:
    DescriptorSink(std::string name, UniqueFd fd) : name_(std::move(name)), fd_(std::move(fd)) {}

    std::string_view name() const override { return name_; }

    bool write(const AlertLine& line) override {
        buffer_.assign(line.text).push_back('\n');
        return write_all(buffer_);
    }

protected:
    bool write_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            // Whoever shares it may have made it one that does not wait (O_NONBLOCK, open(2)).
            if (written < 0 && errno == EAGAIN && wait_until_writable()) continue;
            if (written < 0) return false;
            bytes.remove_prefix(static_cast<size_t>(written));
        }
        return true;
    }

    bool wait_until_writable() const {
        pollfd waiting{.fd = fd_.get(), .events = POLLOUT, .revents = 0};
        return poll(&waiting, 1, -1) > 0 || errno == EINTR;
    }

    std::string name_;
    std::string buffer_;
    UniqueFd fd_;
};

// Of what failed, errno tells why.
UniqueFd connect_unix(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd && connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int failure = errno;
        fd.reset();
        errno = failure;
    }
    return fd;
}

// Connects again, once per line, when its reader went away and came back.
class UnixSink final : public DescriptorSink {
public:
    UnixSink(std::string name, std::string path, UniqueFd fd)
        : DescriptorSink(std::move(name), std::move(fd)), path_(std::move(path)) {}

    bool write(const AlertLine& line) override {
        if (fd_ && DescriptorSink::write(line)) return true;
        fd_.reset();
        fd_ = connect_unix(path_);
        return fd_ && DescriptorSink::write(line);
    }

private:
    std::string path_;
};

// The path is resolved once, when the user names it; what is opened later under that name may be no symbolic link that
// someone has put there.
UniqueFd open_for_append(const std::string& path, int more_flags) {
    return UniqueFd(open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | more_flags, 0600));
}

class FileSink final : public DescriptorSink {
public:
    FileSink(std::string name, std::string path, UniqueFd fd, bool keep_open)
        : DescriptorSink(std::move(name), std::move(fd)), path_(std::move(path)), keep_open_(keep_open) {}

    bool write(const AlertLine& line) override {
        if (fd_ && !is_still_there()) fd_.reset();
        if (!fd_) fd_ = open_for_append(path_, O_NOFOLLOW | O_NONBLOCK);
        const bool written = fd_ && DescriptorSink::write(line);
        if (!keep_open_) fd_.reset();
        return written;
    }

private:
    bool is_still_there() const {
        struct stat ours {
        }, named{};
        return fstat(fd_.get(), &ours) == 0 && lstat(path_.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
               ours.st_ino == named.st_ino;
    }

    std::string path_;
    bool keep_open_;
};

tl::expected<std::unique_ptr<AlertSink>, std::string> duplicate(std::string_view name, int fd) {
    UniqueFd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) return tl::unexpected(fmt::format("alerts cannot go to {}: {}", name, reason(errno)));
    return std::make_unique<DescriptorSink>(std::string(name), std::move(copy));
}

// "word:" and whatever follows, as a URL has it: a slip of the pen rather than a file.
bool names_a_scheme(std::string_view destination) {
    const size_t colon = destination.find(':');
    const std::string_view word = destination.substr(0, colon);
    return colon != std::string_view::npos && !word.empty() && std::ranges::all_of(word, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+';
           });
}

}  // namespace

tl::expected<std::unique_ptr<AlertSink>, std::string> open_alert_sink(std::string_view destination) {
    if (destination == "stderr") return duplicate(destination, STDERR_FILENO);
    if (destination == "stdout") return duplicate(destination, STDOUT_FILENO);
    if (destination.starts_with("fd:")) {
        const std::string_view digits = destination.substr(3);
        int fd = -1;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
        if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || fd < 0) {
            return tl::unexpected(fmt::format("'{}' names no descriptor: write fd:3", destination));
        }
        auto sink = duplicate(destination, fd);
        // It was handed to bewit, not to the workload.
        if (sink && fd > STDERR_FILENO) fcntl(fd, F_SETFD, FD_CLOEXEC);
        return sink;
    }
    if (destination.starts_with("unix:")) {
        const std::string path(destination.substr(5));
        UniqueFd fd = connect_unix(path);
        if (!fd) return tl::unexpected(fmt::format("alerts cannot go to {}: {}", destination, reason(errno)));
        return std::make_unique<UnixSink>(std::string(destination), path, std::move(fd));
    }
    if (names_a_scheme(destination)) {
        return tl::unexpected(
            fmt::format("'{0}': alerts go to stderr, stdout, a path, fd:N, unix:PATH or http(s)://...; a file of that "
                        "name is ./{0}",
                        destination));
    }
    if (destination.empty()) return tl::unexpected(std::string("--alerts needs a destination"));
    return open_file_sink(std::string(destination), true);
}

tl::expected<std::unique_ptr<AlertSink>, std::string> open_file_sink(const std::string& path, bool keep_open) {
    UniqueFd fd = open_for_append(path, 0);
    if (!fd) return tl::unexpected(fmt::format("alerts cannot be written to {}: {}", path, reason(errno)));
    struct stat status {};
    // A device or a pipe is what it is: there is no other to open.
    if (fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::make_unique<DescriptorSink>(path, std::move(fd));
    std::error_code failure;
    std::string resolved = std::filesystem::canonical(path, failure);
    if (failure) resolved = path;
    return std::make_unique<FileSink>(path, std::move(resolved), std::move(fd), keep_open);
}

}  // namespace bewit
