#include "injector/http/url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace bewit::http {
namespace {

constexpr uint16_t http_port = 80, https_port = 443;

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

bool is_address_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string plain;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return std::nullopt;
        plain += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
        i += 2;
    }
    return plain;
}

bool parse_port(std::string_view text, uint16_t& port) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && port != 0;
}

// `host`, `host:port`, `[v6]`, `[v6]:port`.
bool parse_host(std::string_view text, Url& url) {
    std::string_view port;
    if (text.starts_with('[')) {
        const size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        url.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (!std::all_of(url.host.begin(), url.host.end(), is_address_character)) return false;
    } else {
        const size_t colon = text.find(':');
        url.host = text.substr(0, colon);
        if (colon != std::string_view::npos) port = text.substr(colon);
        if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) return false;
    }
    if (url.host.empty() || url.host.size() > 253) return false;
    if (port.empty() || port == ":") return true;
    return port[0] == ':' && parse_port(port.substr(1), url.port);
}

}  // namespace

std::string Url::authority() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (tls ? https_port : http_port) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::printable() const {
    return fmt::format("{}://{}{}", tls ? "https" : "http", authority(),
                       std::string_view(target).substr(0, target.find('?')));
}

tl::expected<Url, std::string> parse_url(std::string_view text) {
    const auto refuse = [](const char* why) { return tl::unexpected(fmt::format("not a URL: {}", why)); };
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
        return refuse("it has a space or a character that must be escaped");
    Url url;
    if (text.starts_with("https://")) {
        url.tls = true;
        text.remove_prefix(8);
    } else if (text.starts_with("http://")) {
        text.remove_prefix(7);
    } else {
        return refuse("it must begin with http:// or https://");
    }
    url.port = url.tls ? https_port : http_port;
    text = text.substr(0, text.find('#'));
    const size_t path = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, path);
    if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
        auto credentials = unescape(authority.substr(0, at));
        if (!credentials) return refuse("the part before @ has a % that escapes nothing");
        url.credentials = std::move(*credentials);
        authority.remove_prefix(at + 1);
    }
    if (!parse_host(authority, url)) return refuse("its host or port is malformed");
    url.target = text.substr(path);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

std::string resolve_reference(const Url& base, std::string_view reference) {
    const size_t colon = reference.find(':');
    if (colon != std::string_view::npos && colon < reference.find_first_of("/?#")) return std::string(reference);
    const std::string scheme = base.tls ? "https:" : "http:", origin = scheme + "//" + base.authority();
    if (reference.starts_with("//")) return scheme + std::string(reference);
    if (reference.starts_with('/')) return origin + std::string(reference);
    const std::string_view path = std::string_view(base.target).substr(0, base.target.find('?'));
    if (reference.empty() || reference.starts_with('?')) return origin + std::string(path) + std::string(reference);
    return origin + std::string(path.substr(0, path.rfind('/') + 1)) + std::string(reference);
}

}  // namespace bewit::http
