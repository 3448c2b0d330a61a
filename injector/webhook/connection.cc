#include "injector/webhook/connection.h"

#include <algorithm>

#include <fmt/format.h>
#include <boost/beast/core/string.hpp>

namespace bewit::webhook {

namespace asio = boost::asio;
namespace http = boost::beast::http;

void Connection::enter(State state) {
    state_ = state;
    since_ = Clock::now();
}

void Connection::start() {
    const auto begin = [self = shared_from_this()] {
        self->next_request();
        self->state_ = State::Reading;  // whoever connects has something to say
    };
    if (!wire_.encrypted()) return begin();
    wire_.shake_hands([begin, self = shared_from_this()](Code code, size_t) {
        if (self->closed_) return;
        if (!code) return begin();
        self->owner_.failed("tls");
        self->close();
    });
}

void Connection::close() {
    if (std::exchange(closed_, true)) return;
    wire_.close();
    owner_.gone(*this);
}

void Connection::check(Clock::time_point now) {
    const auto limit = [&] {
        switch (state_) {
            case State::Serving:
                return limits_.serving;
            case State::Idle:
                return limits_.idle;
            case State::Lingering:
                return limits_.linger;
            case State::Writing:
                return limits_.answer;
            case State::Shaking:
            case State::Reading:
                break;
        }
        return limits_.request;
    };
    if (now - since_ <= limit()) return;
    if (state_ != State::Idle && state_ != State::Lingering) owner_.failed("slow");
    close();
}

void Connection::next_request() {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(static_cast<uint32_t>(limits_.head));
    parser_->body_limit(limits_.body);
    has_head_ = false;
    head_ = {};
    held_ = 0;
    enter(in_.empty() ? State::Idle : State::Reading);
    if (in_.empty()) return read();
    parse();
}

void Connection::read() {
    wire_.read_some(asio::buffer(chunk_), [self = shared_from_this()](Code code, size_t length) {
        if (self->closed_) return;
        if (code) return self->close();
        if (self->state_ == State::Idle) self->enter(State::Reading);
        self->in_.append(self->chunk_.data(), length);
        self->parse();
    });
}

void Connection::parse() {
    while (true) {
        Code code;
        in_.erase(0, parser_->put(asio::buffer(in_), code));
        if (code && code != http::error::need_more) return malformed(code);
        if (!has_head_ && parser_->is_header_done()) return head_done();
        if (parser_->is_done()) return serve();
        if (code == http::error::need_more || in_.empty()) return read();
    }
}

void Connection::head_done() {
    has_head_ = true;
    const auto& message = parser_->get();
    const auto text = [](boost::beast::string_view view) { return std::string(view); };
    head_ = {.method = text(message.method_string()),
             .target = text(message.target()),
             .content_type = text(message[http::field::content_type]),
             .encrypted = wire_.encrypted()};
    if (const auto length = parser_->content_length()) head_.length = *length;
    if (auto refusal = owner_.refuse(head_)) return respond(std::move(*refusal), false);
    if (parser_->chunked()) return respond({.status = 411, .body = "the length of the body must be stated\n"}, false);
    if (parser_->is_done()) return serve();
    const size_t length = static_cast<size_t>(head_.length.value_or(0));
    if (!owner_.make_room(*this, length)) {
        owner_.failed("crowded");
        return respond({.status = 503, .body = "too much at once\n"}, false);
    }
    held_ = length;
    parser_->eager(true);
    if (!in_.empty()) return parse();
    if (!boost::beast::iequals(message[http::field::expect], "100-continue")) return read();
    write("HTTP/1.1 100 Continue\r\n\r\n", [this] { read(); });
}

void Connection::serve() {
    enter(State::Serving);
    const bool keep = parser_->keep_alive();
    owner_.serve(head_, std::move(parser_->get().body()), [self = shared_from_this(), keep](Reply reply) {
        if (!self->closed_) self->respond(std::move(reply), keep);
    });
}

void Connection::malformed(Code code) {
    Reply reply{.status = 400, .body = fmt::format("this is no HTTP request: {}\n", code.message())};
    if (code == http::error::header_limit)
        reply = {.status = 431, .body = fmt::format("the head of the request is larger than {} bytes\n", limits_.head)};
    if (code == http::error::body_limit)
        reply = {.status = 413, .body = fmt::format("the body is larger than {} bytes\n", limits_.body)};
    owner_.failed("http");
    respond(std::move(reply), false);
}

void Connection::respond(Reply reply, bool keep) {
    keep = keep && !owner_.ending();
    owner_.answered(reply.status);
    enter(State::Writing);
    std::string text =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n", reply.status,
                    std::string(http::obsolete_reason(static_cast<http::status>(reply.status))), reply.content_type,
                    reply.body.size(), keep ? "keep-alive" : "close");
    if (!reply.allow.empty()) text += fmt::format("Allow: {}\r\n", reply.allow);
    text += "\r\n";
    if (head_.method != "HEAD") text += reply.body;
    write(std::move(text), [this, keep] { keep ? next_request() : linger(); });
}

void Connection::write(std::string text, std::function<void()> then) {
    out_ = std::move(text);
    wire_.write(asio::buffer(out_), [self = shared_from_this(), then = std::move(then)](Code code, size_t) {
        if (self->closed_) return;
        if (code) return self->close();
        then();
    });
}

// To close while the client still sends would reset the connection, and the answer might be lost with it.
void Connection::linger() {
    enter(State::Lingering);
    held_ = 0;
    in_.clear();
    wire_.finish([self = shared_from_this()](Code, size_t) {
        if (!self->closed_) self->discard();
    });
}

void Connection::discard() {
    wire_.discard_some(asio::buffer(chunk_), [self = shared_from_this()](Code code, size_t) {
        if (self->closed_) return;
        if (code) return self->close();
        self->discard();
    });
}

}  // namespace bewit::webhook
