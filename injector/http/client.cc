// Boost.Beast on one io_context per client that runs only while a request is under way: asynchronous operations, since
// only these know time limits, each waited for. Everything that may throw is caught in send().
#include "injector/http/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "injector/http/base64.h"
#include "injector/http/reach.h"
#include "injector/http/resolver.h"
#include "injector/http/tls_context.h"
#include "injector/http/url.h"

namespace bewit::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

using Clock = std::chrono::steady_clock;
using Code = boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using RequestMessage = beast::http::request<beast::http::string_body>;
using ResponseParser = beast::http::response_parser<beast::http::string_body>;

template <class T>
using Outcome = tl::expected<T, Error>;

auto failure(Error::Kind kind, std::string message) {
    return tl::unexpected(Error{.kind = kind, .message = std::move(message)});
}

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const auto allowed = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

Outcome<RequestMessage> make_message(const Request& request, const Url& url, const Settings& settings) {
    const auto bad = [&](std::string_view what) {
        return failure(Error::Kind::Request, fmt::format("{}: {}", url.printable(), what));
    };
    if (!is_token(request.method)) return bad("the method is not one of HTTP");
    RequestMessage message;
    message.version(11);
    message.method_string(request.method);
    message.target(url.target);
    message.set(beast::http::field::host, url.authority());
    message.set(beast::http::field::user_agent, settings.user_agent);
    if (!url.credentials.empty()) message.set(beast::http::field::authorization, "Basic " + base64(url.credentials));
    message.keep_alive(settings.keep_alive);
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value)) return bad(fmt::format("the header '{}' is malformed", name));
        message.set(name, value);
    }
    if (!is_field_value(settings.user_agent)) return bad("the user agent is malformed");
    message.body() = request.body;
    message.prepare_payload();
    return message;
}

}  // namespace

// One connection to one host. Each step sets the time limit of the stream, starts one operation and waits for it.
class Client::Connection {
public:
    Connection(const Settings& settings, const Url& url) : settings_(settings), url_(url), tcp_(io_) {}

    bool is_to(const Url& url) const { return url.tls == url_.tls && url.host == url_.host && url.port == url_.port; }

    Outcome<void> open(asio::ssl::context* tls, Clock::time_point deadline) {
        const auto addresses = resolve(url_.host, deadline);
        if (!addresses) return failure(Error::Kind::Lookup, addresses.error());
        if (auto connected = connect(*addresses, deadline); !connected) return connected;
        return url_.tls ? shake_hands(*tls, deadline) : Outcome<void>{};
    }

    // Whether the other side has already closed, or sent what nobody asked for: then the connection is of no more use.
    bool is_stale() {
        char byte = 0;
        const ssize_t got = recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    }

    Outcome<Response> exchange(const RequestMessage& message, bool head_only, Clock::time_point deadline) {
        const Code sent = tls_ ? step(deadline, [&](auto done) { beast::http::async_write(*tls_, message, done); })
                               : step(deadline, [&](auto done) { beast::http::async_write(tcp_, message, done); });
        // A server may answer and close before it has read everything: its answer is still worth reading.
        ResponseParser parser;
        parser.header_limit(static_cast<uint32_t>(settings_.limits.headers));
        parser.body_limit(settings_.limits.body);
        parser.skip(head_only);
        // Head and body apart: read in one, Beast 1.74 overlooks the limit of a body that came with its head.
        const auto read = [&](auto& stream) {
            const Code head =
                step(deadline, [&](auto done) { beast::http::async_read_header(stream, buffer_, parser, done); });
            if (head || parser.is_done()) return head;
            return step(deadline, [&](auto done) { beast::http::async_read(stream, buffer_, parser, done); });
        };
        const Code received = tls_ ? read(*tls_) : read(tcp_);
        usable_ = !sent && !received && settings_.keep_alive && parser.get().keep_alive();
        const bool late = received == beast::error::timeout;
        if (received) return tl::unexpected(describe(sent && !late ? sent : received, "the answer"));
        Response response;
        response.status = parser.get().result_int();
        for (const auto& field : parser.get())
            response.headers.list.emplace_back(std::string(field.name_string()), std::string(field.value()));
        response.body = std::move(parser.get().body());
        return response;
    }

    bool usable() const { return usable_; }

private:
    beast::tcp_stream& tcp() { return tls_ ? tls_->next_layer() : tcp_; }

    // Runs one operation to its end, or to the deadline, at which the stream cancels it.
    template <class Start>
    Code step(Clock::time_point deadline, Start start) {
        Code result = asio::error::would_block;
        tcp().expires_at(deadline);
        start([&result](Code code, auto&&...) { result = code; });
        io_.restart();
        io_.run();
        return result;
    }

    Error describe(Code code, std::string_view what) const {
        const std::string where = url_.printable();
        if (code == beast::error::timeout)
            return {.kind = Error::Kind::Timeout, .message = fmt::format("{}: {} did not come in time", where, what)};
        if (code == beast::http::error::body_limit || code == beast::http::error::header_limit ||
            code == beast::http::error::buffer_overflow) {
            return {.kind = Error::Kind::TooLarge,
                    .message = fmt::format("{}: {} is larger than {} bytes", where, what, settings_.limits.body)};
        }
        return {.kind = Error::Kind::Protocol,
                .message = fmt::format("{}: {} failed: {}", where, what, code.message())};
    }

    Outcome<void> connect(const std::vector<asio::ip::address>& addresses, Clock::time_point deadline) {
        Error last{.kind = Error::Kind::Refused,
                   .message = fmt::format("{}: {} is {}, which may not be reached from here", url_.printable(),
                                          url_.host, addresses.front().to_string())};
        for (const asio::ip::address& address : addresses) {
            if (!may_reach(settings_.reach, address)) continue;
            const asio::ip::tcp::endpoint endpoint(address, url_.port);
            // asio would open it without close-on-exec.
            const int fd = socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            Code code(errno, boost::system::system_category());
            if (fd >= 0) {
                tcp_.close();
                tcp_.socket().assign(endpoint.protocol(), fd, code);
                if (code) close(fd);
                if (!code)
                    code = step(std::min(deadline, Clock::now() + settings_.limits.connect),
                                [&](auto done) { tcp_.async_connect(endpoint, done); });
                if (!code) return {};
            }
            const bool late = code == beast::error::timeout;
            last = {.kind = late ? Error::Kind::Timeout : Error::Kind::Connect,
                    .message = fmt::format("{}: no connection to {}: {}", url_.printable(), address.to_string(),
                                           late ? "not in time" : code.message())};
        }
        return tl::unexpected(last);
    }

    Outcome<void> shake_hands(asio::ssl::context& context, Clock::time_point deadline) {
        tls_ = std::make_unique<TlsStream>(std::move(tcp_), context);
        SSL* native = tls_->native_handle();
        Code not_an_address;
        asio::ip::make_address(url_.host, not_an_address);
        if (not_an_address) {
            SSL_set_tlsext_host_name(native, url_.host.c_str());
            SSL_set1_host(native, url_.host.c_str());
        } else {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(native), url_.host.c_str());
        }
        const Code code = step(std::min(deadline, Clock::now() + settings_.limits.handshake),
                               [&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
        if (!code) return {};
        if (code == beast::error::timeout) return tl::unexpected(describe(code, "the TLS handshake"));
        const long verdict = SSL_get_verify_result(native);
        const bool untrusted = !settings_.insecure && verdict != X509_V_OK;
        return failure(untrusted ? Error::Kind::Untrusted : Error::Kind::Tls,
                       fmt::format("{}: {}: {}", url_.printable(),
                                   untrusted ? "its certificate is not trusted" : "the TLS handshake failed",
                                   untrusted ? X509_verify_cert_error_string(verdict) : code.message()));
    }

    const Settings& settings_;
    Url url_;
    asio::io_context io_{1};
    beast::tcp_stream tcp_;
    std::unique_ptr<TlsStream> tls_;
    beast::flat_buffer buffer_;
    bool usable_ = false;
};

struct Client::Impl {
    Settings settings;
    std::unique_ptr<asio::ssl::context> tls;  // made when first needed
    std::unique_ptr<Connection> connection;   // kept alive from the last request

    Outcome<void> prepare(const Url& url) {
        if (!url.tls || tls != nullptr) return {};
        auto made = make_tls_context(settings);
        if (!made) return failure(Error::Kind::Tls, made.error());
        tls = std::move(*made);
        return {};
    }

    Outcome<Response> send(const Request& request) {
        const Clock::time_point deadline =
            Clock::now() + std::min(settings.limits.total, request.within.value_or(settings.limits.total));
        const auto url = parse_url(request.url);
        if (!url) return failure(Error::Kind::Request, url.error());
        const auto message = make_message(request, *url, settings);
        if (!message) return tl::unexpected(message.error());
        if (auto prepared = prepare(*url); !prepared) return tl::unexpected(prepared.error());
        const bool head_only = request.method == "HEAD";
        if (connection != nullptr && (!connection->is_to(*url) || connection->is_stale())) connection.reset();
        if (connection == nullptr) {
            auto fresh = std::make_unique<Connection>(settings, *url);
            if (auto opened = fresh->open(tls.get(), deadline); !opened) return tl::unexpected(opened.error());
            connection = std::move(fresh);
        }
        auto response = connection->exchange(*message, head_only, deadline);
        if (!connection->usable()) connection.reset();
        return response;
    }
};

const std::string* Headers::find(std::string_view name) const {
    for (const Header& header : list) {
        if (beast::iequals(header.first, {name.data(), name.size()})) return &header.second;
    }
    return nullptr;
}

Client::Client(Settings settings) : impl_(std::make_unique<Impl>()) { impl_->settings = std::move(settings); }
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

tl::expected<void, Error> Client::prepare(const std::string& url) {
    const auto parsed = parse_url(url);
    if (!parsed) return failure(Error::Kind::Request, parsed.error());
    try {
        return impl_->prepare(*parsed);
    } catch (const std::exception& thrown) {
        return failure(Error::Kind::Tls, fmt::format("{}: {}", parsed->printable(), thrown.what()));
    }
}

tl::expected<Response, Error> Client::send(const Request& request) {
    try {
        return impl_->send(request);
    } catch (const std::exception& thrown) {
        impl_->connection.reset();
        return failure(Error::Kind::Protocol, fmt::format("the request failed: {}", thrown.what()));
    }
}

}  // namespace bewit::http
