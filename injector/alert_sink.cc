#include "injector/alert_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace bewit {
namespace {

std::string reason(int error) { return std::strerror(error); }

// Any descriptor that takes bytes. A line is written whole or counted as not delivered; a partial line is finished first.
class DescriptorSink : public AlertSink {
public:
    DescriptorSink(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}
    ~DescriptorSink() override {
        if (fd_ >= 0) close(fd_);
    }
    DescriptorSink(const DescriptorSink&) = delete;
    DescriptorSink& operator=(const DescriptorSink&) = delete;

    std::string_view name() const override { return name_; }

    bool write(const AlertLine& line) override {
        buffer_.assign(line.text).push_back('\n');
        return write_all(buffer_);
    }

protected:
    bool write_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            // Whoever shares it may have made it one that does not wait (O_NONBLOCK, open(2)).
            if (written < 0 && errno == EAGAIN && wait_until_writable()) continue;
            if (written < 0) return false;
            bytes.remove_prefix(static_cast<size_t>(written));
        }
        return true;
    }

    bool wait_until_writable() const {
        pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
        return poll(&waiting, 1, -1) > 0 || errno == EINTR;
    }

    std::string name_;
    std::string buffer_;
    int fd_;
};

int connect_unix(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    const int failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

// Connects again, once per line, when its reader went away and came back.
class UnixSink final : public DescriptorSink {
public:
    UnixSink(std::string name, std::string path, int fd) : DescriptorSink(std::move(name), fd), path_(std::move(path)) {}

    bool write(const AlertLine& line) override {
        if (fd_ >= 0 && DescriptorSink::write(line)) return true;
        if (fd_ >= 0) close(fd_);
        fd_ = connect_unix(path_);
        return fd_ >= 0 && DescriptorSink::write(line);
    }

private:
    std::string path_;
};

// The path is resolved once, when the user names it; what is opened later under that name may be no symbolic link that someone has put there.
int open_for_append(const std::string& path, int more_flags) { return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | more_flags, 0600); }

class FileSink final : public DescriptorSink {
public:
    FileSink(std::string name, std::string path, int fd, bool keep_open) : DescriptorSink(std::move(name), fd), path_(std::move(path)), keep_open_(keep_open) {}

    bool write(const AlertLine& line) override {
        if (fd_ >= 0 && !is_still_there()) close_file();
        if (fd_ < 0) fd_ = open_for_append(path_, O_NOFOLLOW | O_NONBLOCK);
        const bool written = fd_ >= 0 && DescriptorSink::write(line);
        if (!keep_open_) close_file();
        return written;
    }

private:
    bool is_still_there() const {
        struct stat ours {}, named {};
        return fstat(fd_, &ours) == 0 && lstat(path_.c_str(), &named) == 0 && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
    }
    void close_file() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }

    std::string path_;
    bool keep_open_;
};

tl::expected<std::unique_ptr<AlertSink>, std::string> duplicate(std::string_view name, int fd) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return tl::unexpected(fmt::format("alerts cannot go to {}: {}", name, reason(errno)));
    return std::make_unique<DescriptorSink>(std::string(name), copy);
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
        const int fd = connect_unix(path);
        if (fd < 0) return tl::unexpected(fmt::format("alerts cannot go to {}: {}", destination, reason(errno)));
        return std::make_unique<UnixSink>(std::string(destination), path, fd);
    }
    if (destination.find("://") != std::string_view::npos) {
        return tl::unexpected(fmt::format("'{}': alerts go to stderr, stdout, a path, fd:N, unix:PATH or http(s)://...", destination));
    }
    if (destination.empty()) return tl::unexpected(std::string("--alerts needs a destination"));
    return open_file_sink(std::string(destination), true);
}

tl::expected<std::unique_ptr<AlertSink>, std::string> open_file_sink(const std::string& path, bool keep_open) {
    const int fd = open_for_append(path, 0);
    if (fd < 0) return tl::unexpected(fmt::format("alerts cannot be written to {}: {}", path, reason(errno)));
    struct stat status {};
    // A device or a pipe is what it is: there is no other to open.
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::make_unique<DescriptorSink>(path, fd);
    std::error_code failure;
    std::string resolved = std::filesystem::canonical(path, failure);
    if (failure) resolved = path;
    return std::make_unique<FileSink>(path, std::move(resolved), fd, keep_open);
}

}  // namespace bewit
