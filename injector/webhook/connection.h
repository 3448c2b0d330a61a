// One client: HTTP/1.1 (RFC 9112) over a Wire, one request after the other.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "injector/webhook/wire.h"

namespace bewit::webhook {

using Clock = std::chrono::steady_clock;

struct Head {
    std::string method{}, target{}, content_type{};
    std::optional<uint64_t> length{};  // of the body, if it is stated
    bool encrypted = false;
};

struct Reply {
    unsigned status = 200;
    std::string body{};
    std::string content_type = "text/plain; charset=utf-8";
    std::string allow{};  // the header of that name, if any
};

class Connection;

// Whom a connection belongs to. All on one thread.
class Owner {
public:
    using Respond = std::function<void(Reply)>;

    virtual ~Owner() = default;
    // The answer to a request whose body need not be read; it ends the connection.
    virtual std::optional<Reply> refuse(const Head& head) = 0;
    // Calls `respond` once, now or later.
    virtual void serve(const Head& head, std::string body, Respond respond) = 0;
    // Whether so many bytes more may be held; another connection may be closed for it.
    virtual bool make_room(const Connection& asks, size_t bytes) = 0;
    // A request or a connection that came to nothing (Counts::failed), and every answer.
    virtual void failed(std::string_view kind) = 0;
    virtual void answered(unsigned status) = 0;
    // Whether connections end with the answer that is next.
    virtual bool ending() const = 0;
    // The last call.
    virtual void gone(const Connection& connection) = 0;
};

struct ConnectionLimits {
    size_t head = 16384;                        // bytes
    size_t body = size_t{4} << 20;              // bytes
    std::chrono::milliseconds request{10'000};  // from the first byte (or the connection's beginning) to the last
    std::chrono::milliseconds answer{10'000};   // for the client to take it
    std::chrono::milliseconds idle{120'000};  // between requests: longer than clients in Go keep what they do not use,
                                              // so that it is they who close
    std::chrono::milliseconds serving{60'000};  // never reached, but by a request that was lost
    std::chrono::milliseconds linger{2'000};    // for what the client still sends
};

// Lives as long as an operation is under way. Throws what a lack of memory throws, out of the handlers.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    // As in Wire; `owner` and `limits` outlive it.
    Connection(Wire::Socket socket, boost::asio::ssl::context* context, Owner& owner, const ConnectionLimits& limits)
        : wire_(std::move(socket), context), owner_(owner), limits_(limits) {}

    void start();
    // At once. What is being decided is answered to nobody.
    void close();
    // Closes what has waited too long.
    void check(Clock::time_point now);

    // Whether it is the client's turn, and since when.
    bool waits() const { return state_ != State::Serving; }
    bool idle() const { return state_ == State::Idle; }
    Clock::time_point since() const { return since_; }
    // Bytes of a body that is being read or served.
    size_t held() const { return held_; }

private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class State : uint8_t { Shaking, Idle, Reading, Serving, Writing, Lingering };

    void enter(State state);
    void next_request();
    void read();
    void parse();
    void head_done();
    void serve();
    void malformed(Code code);
    void respond(Reply reply, bool keep);
    void write(std::string text, std::function<void()> then);
    void linger();
    void discard();

    Wire wire_;
    Owner& owner_;
    const ConnectionLimits& limits_;
    State state_ = State::Shaking;
    Clock::time_point since_ = Clock::now();
    std::unique_ptr<Parser> parser_;
    bool has_head_ = false, closed_ = false;
    Head head_;
    size_t held_ = 0;
    std::string in_, out_;
    std::array<char, 8192> chunk_;
};

}  // namespace bewit::webhook
