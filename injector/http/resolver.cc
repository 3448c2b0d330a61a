#include "injector/http/resolver.h"

#include <ares.h>
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include <fmt/format.h>

namespace bewit::http {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using Clock = std::chrono::steady_clock;

struct Answer {
    bool done = false;
    int status = ARES_SUCCESS;
    std::vector<address> addresses;
};

void add(const sockaddr* socket_address, std::vector<address>& addresses) {
    if (socket_address->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, socket_address, sizeof v4);
        addresses.emplace_back(address_v4(ntohl(v4.sin_addr.s_addr)));
    } else if (socket_address->sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, socket_address, sizeof v6);
        address_v6::bytes_type bytes;
        std::copy(std::begin(v6.sin6_addr.s6_addr), std::end(v6.sin6_addr.s6_addr), bytes.begin());
        addresses.emplace_back(address_v6(bytes, v6.sin6_scope_id));
    }
}

void on_answer(void* context, int status, int /*timeouts*/, ares_addrinfo* found) {
    auto& answer = *static_cast<Answer*>(context);
    answer.done = true;
    answer.status = status;
    if (found == nullptr) return;
    for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next)
        add(node->ai_addr, answer.addresses);
    ares_freeaddrinfo(found);
}

// Waits until a socket of the channel is ready or `limit` is over, and lets the channel look at what came.
void wait_once(ares_channel channel, std::chrono::milliseconds limit) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int wanted = ares_getsock(channel, sockets.data(), ARES_GETSOCK_MAXNUM);
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    nfds_t count = 0;
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
        const bool read = ARES_GETSOCK_READABLE(static_cast<unsigned>(wanted), i) != 0,
                   write = ARES_GETSOCK_WRITABLE(static_cast<unsigned>(wanted), i) != 0;
        if (!read && !write) continue;
        polled[count++] = {
            .fd = sockets[i], .events = static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)), .revents = 0};
    }
    timeval longest{.tv_sec = limit.count() / 1000, .tv_usec = limit.count() % 1000 * 1000};
    timeval buffer{};
    const timeval* next = ares_timeout(channel, &longest, &buffer);
    const int ready = poll(polled.data(), count, static_cast<int>(next->tv_sec * 1000 + next->tv_usec / 1000 + 1));
    if (ready <= 0) {
        ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what waits too long is asked for again
        return;
    }
    for (nfds_t i = 0; i < count; ++i) {
        const bool failed = (polled[i].revents & (POLLERR | POLLHUP)) != 0;
        const bool read = failed || (polled[i].revents & POLLIN) != 0, write = (polled[i].revents & POLLOUT) != 0;
        if (read || write)
            ares_process_fd(channel, read ? polled[i].fd : ARES_SOCKET_BAD, write ? polled[i].fd : ARES_SOCKET_BAD);
    }
}

tl::expected<std::vector<address>, std::string> look_up(const std::string& host, Clock::time_point deadline) {
    static std::once_flag once;
    std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
    ares_options options{};
    options.timeout = 2000;
    options.tries = 3;
    ares_channel channel = nullptr;
    if (const int status = ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
        status != ARES_SUCCESS) {
        return tl::unexpected(fmt::format("{} cannot be looked up: {}", host, ares_strerror(status)));
    }
    Answer answer;
    {
        // Destroying the channel ends what is unanswered, with a last call of on_answer: `answer` must outlive it.
        const std::unique_ptr<std::remove_pointer_t<ares_channel>, decltype(&ares_destroy)> owner(channel,
                                                                                                  &ares_destroy);
        ares_addrinfo_hints hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        ares_getaddrinfo(channel, host.c_str(), nullptr, &hints, &on_answer, &answer);
        while (!answer.done) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
            if (left.count() <= 0)
                return tl::unexpected(fmt::format("{} was not looked up in time: no name server answered", host));
            wait_once(channel, left);
        }
    }
    if (answer.status != ARES_SUCCESS)
        return tl::unexpected(fmt::format("{} cannot be looked up: {}", host, ares_strerror(answer.status)));
    if (answer.addresses.empty()) return tl::unexpected(fmt::format("{} has no address", host));
    return std::move(answer.addresses);
}

}  // namespace

tl::expected<std::vector<address>, std::string> resolve(const std::string& host, Clock::time_point deadline) {
    boost::system::error_code not_an_address;
    if (const address itself = boost::asio::ip::make_address(host, not_an_address); !not_an_address)
        return std::vector{itself};
    if (host == "localhost" || host.ends_with(".localhost"))
        return std::vector<address>{address_v4::loopback(), address_v6::loopback()};
    return look_up(host, deadline);
}

}  // namespace bewit::http
