#include "injector/webhook/server.h"

#include <charconv>

#include <sys/socket.h>

#include <fmt/format.h>

#include "injector/message.h"

namespace bewit::webhook {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr auto tick_length = std::chrono::milliseconds(250);

}  // namespace

std::string to_text(const tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address, endpoint.port());
}

tl::expected<tcp::endpoint, std::string> parse_endpoint(const std::string& text) {
    const size_t colon = text.rfind(':');
    std::string address = text.substr(0, std::min(colon, text.size()));
    const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
    uint16_t port = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.find(':') != std::string::npos)
        address = "?";
    if (address.empty()) address = "0.0.0.0";
    Code code;
    const auto parsed = asio::ip::make_address(address, code);
    if (code || digits.empty() || failure != std::errc() || end != digits.data() + digits.size()) {
        return tl::unexpected(fmt::format("'{}' is no ADDRESS:PORT, such as 0.0.0.0:8443 or [::]:8443", text));
    }
    return tcp::endpoint(parsed, port);
}

Server::Server(asio::io_context& context, Certificate certificate, Counts& counts, const ServerLimits& limits)
    : context_(context), certificate_(std::move(certificate)), counts_(counts), limits_(limits), timer_(context) {}

tl::expected<tcp::endpoint, std::string> Server::listen(const tcp::endpoint& endpoint, bool encrypted) {
    auto listener = std::make_unique<Listener>(Listener{tcp::acceptor(context_), encrypted});
    Code code;
    listener->acceptor.open(endpoint.protocol(), code);
    if (!code) listener->acceptor.set_option(tcp::acceptor::reuse_address(true), code);
    if (!code) listener->acceptor.bind(endpoint, code);
    if (!code) listener->acceptor.listen(asio::socket_base::max_listen_connections, code);
    const tcp::endpoint bound = code ? endpoint : listener->acceptor.local_endpoint(code);
    if (code) return tl::unexpected(fmt::format("cannot listen on {}: {}", to_text(endpoint), code.message()));
    listeners_.push_back(std::move(listener));
    return bound;
}

void Server::start(Handler& handler) {
    handler_ = &handler;
    accept_all();
    tick();
}

void Server::accept_all() {
    for (const auto& listener : listeners_) accept(*listener);
}

void Server::accept(Listener& listener) {
    if (ending_ || listener.accepting) return;
    if (connections_.size() >= limits_.connections && !close_one(nullptr))
        return;  // all are being served: gone() comes back here
    listener.accepting = true;
    listener.acceptor.async_accept([this, &listener](Code code, tcp::socket socket) {
        listener.accepting = false;
        if (code) {
            if (!ending_) failed("accept");
            return;  // out of descriptors, for example: tick() comes back here
        }
        Code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const auto connection = std::make_shared<Connection>(
            std::move(socket), listener.encrypted ? &certificate_.context() : nullptr, *this, limits_.connection);
        connections_.emplace(connection.get(), connection);
        connection->start();
        accept(listener);
    });
}

bool Server::close_one(const Connection* asks) {
    std::shared_ptr<Connection> longest;
    for (const auto& [key, connection] : connections_) {
        if (key != asks && connection->waits() && (longest == nullptr || connection->since() < longest->since()))
            longest = connection;
    }
    if (longest == nullptr) return false;
    if (!longest->idle()) failed("crowded");
    longest->close();
    return true;
}

bool Server::make_room(const Connection& asks, size_t bytes) {
    const auto held = [&] {
        size_t sum = 0;
        for (const auto& [key, connection] : connections_) sum += connection->held();
        return sum;
    };
    while (held() + bytes > limits_.bodies) {
        if (!close_one(&asks)) return false;
    }
    return true;
}

void Server::gone(const Connection& connection) {
    connections_.erase(&connection);
    if (ending_) return stop_if_idle();
    asio::post(context_, [this] { accept_all(); });
}

void Server::tick() {
    timer_.expires_after(tick_length);
    timer_.async_wait([this](Code code) {
        if (!code) tick();
    });
    const Clock::time_point now = Clock::now();
    std::vector<std::shared_ptr<Connection>> all;  // check() may take them out of the map
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) connection->check(now);
    look_at_certificate();
    accept_all();
}

void Server::look_at_certificate() {
    const Certificate::Look look = certificate_.look();
    if (look.change == Certificate::Change::None) return;
    const bool well = look.change == Certificate::Change::Reloaded;
    counts_.reloaded(well);
    if (well)
        note("the certificate was read again");
    else
        warning("webhook: the certificate before stays in use: " + look.message);
}

void Server::end() {
    ending_ = true;
    for (const auto& listener : listeners_) {
        Code ignored;
        listener->acceptor.close(ignored);
    }
    std::vector<std::shared_ptr<Connection>> idle;
    for (const auto& [key, connection] : connections_) {
        if (connection->idle()) idle.push_back(connection);
    }
    for (const auto& connection : idle) connection->close();
    stop_if_idle();
}

void Server::stop_if_idle() {
    if (connections_.empty()) context_.stop();
}

}  // namespace bewit::webhook
