#include "injector/syslog_sink.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include "base/unique_fd.h"

namespace bewit {
namespace {

class SyslogSink final : public AlertSink {
public:
    explicit SyslogSink(std::string path) : path_(std::move(path)) {}

    std::string_view name() const override { return "syslog"; }

    bool write(const AlertLine& line) override {
        const std::string message = message_of(line);
        if (fd_ && send_whole(message)) return true;
        fd_.reset();
        return connect_to_daemon() && send_whole(message);
    }

private:
    // The numbers of rule::Priority are syslog's severities, Emergency to Debug.
    static std::string message_of(const AlertLine& line) {
        static_assert(static_cast<int>(rule::Priority::Emergency) == LOG_EMERG &&
                      static_cast<int>(rule::Priority::Debug) == LOG_DEBUG);
        const time_t now = time(nullptr);
        tm broken{};
        localtime_r(&now, &broken);
        char date[32] = {};
        strftime(date, sizeof date, "%b %e %H:%M:%S", &broken);  // the C locale's, which the program never leaves
        return fmt::format("<{}>{} bewit[{}]: {}", LOG_USER | static_cast<int>(line.priority), date, getpid(),
                           line.text);
    }

    bool connect_to_daemon() {
        sockaddr_un address{};
        if (path_.size() >= sizeof address.sun_path) return false;
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, path_.size());
        for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
            fd_ = UniqueFd(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
            stream_ = type == SOCK_STREAM;
            if (fd_ && connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
                return true;
        }
        fd_.reset();
        return false;
    }

    // On a stream, messages end with a NUL.
    bool send_whole(const std::string& message) const {
        const size_t length = message.size() + (stream_ ? 1 : 0);
        ssize_t sent = -1;
        do {
            sent = send(fd_.get(), message.c_str(), length, MSG_NOSIGNAL | MSG_DONTWAIT);
        } while (sent < 0 && errno == EINTR);
        return sent == static_cast<ssize_t>(length);
    }

    std::string path_;
    UniqueFd fd_;
    bool stream_ = false;
};

}  // namespace

std::unique_ptr<AlertSink> make_syslog_sink(const std::string& path) { return std::make_unique<SyslogSink>(path); }

}  // namespace bewit
