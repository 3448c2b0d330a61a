#include "injector/webhook/wire.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace bewit::webhook {

namespace asio = boost::asio;

Wire::Wire(Socket socket, asio::ssl::context* context) : socket_(std::move(socket)) {
    if (context != nullptr) tls_ = std::make_unique<boost::asio::ssl::stream<Socket&>>(socket_, *context);
}

void Wire::shake_hands(Done done) {
    tls_->async_handshake(asio::ssl::stream_base::server, [done = std::move(done)](Code code) { done(code, 0); });
}

void Wire::read_some(asio::mutable_buffer buffer, Done done) {
    if (tls_) return tls_->async_read_some(buffer, std::move(done));
    socket_.async_read_some(buffer, std::move(done));
}

void Wire::write(asio::const_buffer buffer, Done done) {
    if (tls_) return asio::async_write(*tls_, buffer, std::move(done));
    asio::async_write(socket_, buffer, std::move(done));
}

void Wire::finish(Done done) {
    const auto end = [this, done = std::move(done)](Code) {
        Code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        done(ignored, 0);
    };
    if (tls_) return tls_->async_shutdown(end);
    asio::post(socket_.get_executor(), [end] { end({}); });
}

void Wire::discard_some(asio::mutable_buffer buffer, Done done) { socket_.async_read_some(buffer, std::move(done)); }

void Wire::close() {
    Code ignored;
    socket_.close(ignored);
}

}  // namespace bewit::webhook
