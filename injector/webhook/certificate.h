// The server's certificate and key, and their successors: Kubernetes replaces what is mounted from a secret by swapping
// a symbolic link.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <tl/expected.hpp>

namespace bewit::webhook {

// Of one thread.
class Certificate {
public:
    // PEM files; the certificate's may hold a chain, which follows it. The error is one sentence with the file at
    // fault.
    static tl::expected<Certificate, std::string> load(const std::string& certificate, const std::string& key);

    // For new connections. Those that are open keep the one that they began with.
    boost::asio::ssl::context& context() { return *context_; }
    // When it expires, in seconds since 1970.
    int64_t expires() const { return expires_; }

    enum class Change : uint8_t { None, Reloaded, Failed };
    struct Look {
        Change change = Change::None;
        std::string message{};  // of a failure: one sentence
    };
    // Looks at the files (stat(2)) and reads them if they are others. What cannot be used is told once, when it has
    // been so at two looks in a row, since two files may change one after the other; the last good certificate stays.
    Look look();

private:
    // Which file a path leads to.
    struct Stamp {
        uint64_t device, inode, size;
        int64_t seconds, nanoseconds;
        bool operator==(const Stamp&) const = default;
    };
    using Stamps = std::array<Stamp, 2>;
    Stamps stamps() const;
    tl::expected<void, std::string> read();

    std::string certificate_, key_;
    std::unique_ptr<boost::asio::ssl::context> context_;
    int64_t expires_ = 0;
    Stamps seen_{}, failed_{};  // what was last read well, and what could not be
    bool told_ = false;
};

}  // namespace bewit::webhook
