// The bytes of one connection, over TLS or as they are. One type for both, and one type of handler: what Asio makes of
// its templates is in the program once.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

namespace bewit::webhook {

using Code = boost::system::error_code;

// One operation at a time. Each calls `done` on the thread of the socket's context, also when close() ended it; buffers
// live until then.
class Wire {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Done = std::function<void(Code, size_t)>;

    // Without a context the bytes are not encrypted. The context need not outlive this call.
    Wire(Socket socket, boost::asio::ssl::context* context);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    bool encrypted() const { return tls_ != nullptr; }
    void shake_hands(Done done);
    void read_some(boost::asio::mutable_buffer buffer, Done done);
    void write(boost::asio::const_buffer buffer, Done done);
    // Says that nothing more will come (close_notify, FIN).
    void finish(Done done);
    // Reads what still comes behind finish(), whatever it is.
    void discard_some(boost::asio::mutable_buffer buffer, Done done);
    void close();

private:
    Socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace bewit::webhook
