// Arbitrary bytes as a URL: refused, or parts that are safe to put into a request and into a message.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "injector/http/url.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto url = bewit::http::parse_url({reinterpret_cast<const char*>(data), size});
    if (!url) {
        require(!url.error().empty());
        return 0;
    }
    require(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    for (const char c : url->target + url->authority() + url->printable()) require(c > 0x20 && c < 0x7f);
    // What is printed is a URL of the same host again.
    const auto again = bewit::http::parse_url(url->printable());
    require(again && again->host == url->host && again->port == url->port && again->credentials.empty());
    return 0;
}
