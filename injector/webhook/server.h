// Listens, and keeps what its clients may take within limits: connections, bytes, time.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "injector/webhook/certificate.h"
#include "injector/webhook/connection.h"
#include "injector/webhook/counts.h"

namespace bewit::webhook {

// What is served.
class Handler {
public:
    virtual ~Handler() = default;
    // As in Owner.
    virtual std::optional<Reply> refuse(const Head& head) = 0;
    virtual void serve(const Head& head, std::string body, Owner::Respond respond) = 0;
};

struct ServerLimits {
    ConnectionLimits connection{};
    size_t connections = 128;
    size_t bodies = size_t{16} << 20;  // bytes of all bodies that are read or served
};

// "ADDRESS:PORT", "[IPV6]:PORT" or ":PORT". The error is one sentence.
tl::expected<boost::asio::ip::tcp::endpoint, std::string> parse_endpoint(const std::string& text);
// As parse_endpoint() takes it.
std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

// On the thread that runs the context. Where a limit is reached, the connection gives way that keeps the server waiting
// longest.
class Server final : public Owner {
public:
    Server(boost::asio::io_context& context, Certificate certificate, Counts& counts, const ServerLimits& limits = {});

    // Where it really listens (a port of 0 is any). The error is one sentence.
    tl::expected<boost::asio::ip::tcp::endpoint, std::string> listen(const boost::asio::ip::tcp::endpoint& endpoint,
                                                                     bool encrypted);
    // Begins to accept, and looks at certificates and limits from time to time while the context runs. `handler` must
    // outlive the context's run.
    void start(Handler& handler);
    // No new connection, no new request on those there are; what is under way goes on. Stops the context behind the
    // last.
    void end();

    Counts::Gauges gauges() const { return {connections_.size(), certificate_.expires()}; }

    std::optional<Reply> refuse(const Head& head) override { return handler_->refuse(head); }
    void serve(const Head& head, std::string body, Respond respond) override {
        handler_->serve(head, std::move(body), std::move(respond));
    }
    bool make_room(const Connection& asks, size_t bytes) override;
    void failed(std::string_view kind) override { counts_.failed(kind); }
    void answered(unsigned status) override { counts_.answered(status); }
    bool ending() const override { return ending_; }
    void gone(const Connection& connection) override;

private:
    struct Listener {
        boost::asio::ip::tcp::acceptor acceptor;
        bool encrypted;
        bool accepting = false;
    };

    void accept(Listener& listener);
    void accept_all();
    // Closes the connection that waits longest for its client, `asks` apart. False when there is none.
    bool close_one(const Connection* asks);
    void tick();
    void look_at_certificate();
    void stop_if_idle();

    boost::asio::io_context& context_;
    Certificate certificate_;
    Counts& counts_;
    const ServerLimits limits_;
    Handler* handler_ = nullptr;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
    boost::asio::steady_timer timer_;
    bool ending_ = false;
};

}  // namespace bewit::webhook
