// The addresses that bewit speaks HTTP to: RFC 3986, as far as `http` and `https` need it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace bewit::http {

struct Url {
    bool tls = false;
    std::string host;  // a name or an address; IPv6 without its brackets
    uint16_t port = 0;
    std::string target;       // path and query, "/" at least, no fragment
    std::string credentials;  // "user:password" with percent-escapes taken out; empty when there are none

    // For messages and headers: never with credentials, a query's value or a fragment.
    std::string printable() const;
    // The value of the Host header: the port only where it is not the scheme's own.
    std::string authority() const;
};

// The error is one sentence that does not repeat credentials. No control character, space or non-ASCII byte is let
// through.
tl::expected<Url, std::string> parse_url(std::string_view text);

// Where `reference`, a Location header for example, leads from `base`: a URL, not yet parsed. Without credentials and
// fragment of the base; `..` is left to the server.
std::string resolve_reference(const Url& base, std::string_view reference);

}  // namespace bewit::http
