// A small HTTP/1.1 client for everything of the program that speaks over a network: sinks, metadata, image registries.
//
// It goes exactly where it is told: redirects are handed back, not followed; no proxy is taken from the environment; a
// caller that follows addresses which a server chose says with Reach where these may lie. Certificates and host names
// are verified unless the user turned that off.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "injector/http/trust.h"

namespace bewit::http {

using Header = std::pair<std::string, std::string>;

// Names compare without case (RFC 9110). Order and repetitions are kept.
struct Headers {
    std::vector<Header> list;

    // The first of this name; null when there is none.
    const std::string* find(std::string_view name) const;
};

struct Request {
    std::string url{};  // http:// or https://; "user:password@" becomes basic authentication
    std::string method = "GET";
    std::vector<Header>
        headers{};  // Host, Content-Length, User-Agent and Connection are the client's, unless they are given
    std::string body{};
    std::optional<std::chrono::milliseconds> within{};  // instead of Limits::total, where it is less
};

struct Response {
    unsigned status = 0;
    Headers headers;
    std::string body;

    bool ok() const { return status >= 200 && status < 300; }
};

struct Error {
    enum class Kind : uint8_t { Request, Lookup, Refused, Connect, Tls, Untrusted, Timeout, Protocol, TooLarge };
    Kind kind = Kind::Protocol;
    std::string message;  // one sentence with the address, without credentials
};

// Which addresses may be connected to, after the name was looked up.
enum class Reach : uint8_t {
    Anywhere,  // the user named the address himself
    Public,    // nothing of this machine, of private networks, or link-local: for addresses that a server chose
    Local,     // this machine and link-local only: metadata services
};

struct Limits {
    std::chrono::milliseconds connect{5000};    // per address tried
    std::chrono::milliseconds handshake{5000};  // TLS
    std::chrono::milliseconds total{30000};     // the whole exchange, lookup included
    size_t headers = size_t{64} << 10;          // bytes of a response's head
    size_t body = size_t{8} << 20;              // bytes of a response's body
};

struct Settings {
    Limits limits{};
    Reach reach = Reach::Anywhere;
    bool keep_alive = false;  // the connection is kept for the next request to the same host
    std::string user_agent = "bewit";
    // TLS 1.2 or later.
    bool insecure = false;  // neither certificate nor name is verified
    TrustOptions trust{};
    std::string client_certificate{}, client_key{};  // paths, PEM; both or none
};

// One at a time, on any one thread; blocks within the limits. Nothing is opened, and OpenSSL not touched, before it is
// used. Throws nothing. Descriptors are close-on-exec. No signal is raised.
class Client {
public:
    explicit Client(Settings settings = {});
    ~Client();
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;

    // Reads now what a request to `url` would need (trusted certificates, the client's own), so that a mistake of the
    // user is told early.
    tl::expected<void, Error> prepare(const std::string& url);
    // A response of any status is a response. A kept connection that the server has closed meanwhile is opened anew.
    tl::expected<Response, Error> send(const Request& request);

private:
    class Connection;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::http
