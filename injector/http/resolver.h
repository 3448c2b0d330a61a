// Host names to addresses within a time limit, in a static program: c-ares reads /etc/hosts and /etc/resolv.conf itself
// (resolv.conf(5), with its search list) and loads no NSS module of an image, as getaddrinfo(3) would.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <tl/expected.hpp>

namespace bewit::http {

// Blocks the calling thread until `deadline` at most. An address is its own answer, without a look at any file;
// `localhost` and what ends in
// `.localhost` is this machine (RFC 6761). Never empty; the order is the one to try (RFC 6724). The error is one
// sentence.
tl::expected<std::vector<boost::asio::ip::address>, std::string> resolve(
    const std::string& host, std::chrono::steady_clock::time_point deadline);

}  // namespace bewit::http
