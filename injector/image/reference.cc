#include "injector/image/reference.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/state/container.h"
#include "injector/http/url.h"
#include "injector/image/digest.h"

namespace bewit::image {
namespace {

constexpr size_t longest_name = 255, longest_tag = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_tag(std::string_view tag) {
    const auto word = [](char c) { return is_digit(c) || is_lower(c) || is_upper(c) || c == '_'; };
    return !tag.empty() && tag.size() <= longest_tag && word(tag[0]) &&
           std::all_of(tag.begin(), tag.end(), [&](char c) { return word(c) || c == '.' || c == '-'; });
}

// Lower case letters and digits, with one dot, one or two underscores, or dashes between them.
bool is_component(std::string_view text) {
    const auto plain = [](char c) { return is_digit(c) || is_lower(c); };
    if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
    for (size_t i = 0; i < text.size();) {
        if (plain(text[i])) {
            ++i;
            continue;
        }
        const size_t end = std::min(text.find_first_not_of(text[i], i), text.size());
        const size_t most = text[i] == '.' ? 1 : text[i] == '_' ? 2 : text[i] == '-' ? text.size() : 0;
        if (end - i > most || !plain(text[end])) return false;
        i = end;
    }
    return true;
}

bool is_repository(std::string_view text) {
    while (true) {
        const size_t slash = text.find('/');
        if (!is_component(text.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        text.remove_prefix(slash + 1);
    }
}

// The part before the first slash is a host if it looks like one: a dot, a port, an upper case letter, or localhost.
bool looks_like_host(std::string_view part) {
    return part == "localhost" || part.find_first_of(".:[") != std::string_view::npos ||
           std::any_of(part.begin(), part.end(), is_upper);
}

// Within what a URL takes: no port 0, no dash or dot at an end of a label.
bool is_host(std::string_view text) {
    if (text.find_first_of("/?#@_") != std::string_view::npos || text.ends_with(':')) return false;
    const auto url = http::parse_url("https://" + std::string(text));
    if (!url) return false;
    const std::string padded = "." + url->host + ".";
    return text.starts_with('[') || (padded.find("..") == std::string::npos && padded.find(".-") == std::string::npos &&
                                     padded.find("-.") == std::string::npos);
}

}  // namespace

std::string Reference::name() const {
    return digest.empty() ? fmt::format("{}/{}:{}", host, repository, tag)
                          : fmt::format("{}/{}@{}", host, repository, digest);
}

std::string known_host(std::string_view host) {
    return host == "index.docker.io" || host == "registry-1.docker.io" ? "docker.io" : std::string(host);
}

tl::expected<Reference, std::string> parse_reference(std::string_view text) {
    const auto refuse = [](const char* why) {
        return tl::unexpected(fmt::format("it is no name of an image: {}", why));
    };
    const state::ImageReference parts = state::split_image(text);
    // What is there must say something.
    if (parts.repository.size() + (parts.tag.empty() ? 0 : parts.tag.size() + 1) +
            (parts.digest.empty() ? 0 : parts.digest.size() + 1) !=
        text.size()) {
        return refuse("nothing stands behind a colon or an @");
    }
    if (!parts.tag.empty() && !is_tag(parts.tag))
        return refuse("a tag has up to 128 letters, digits, '_', '.' and '-'");
    if (!parts.digest.empty() && !is_digest(parts.digest))
        return refuse("a digest is sha256: or sha512: with as many digits as that has");
    const size_t slash = parts.repository.find('/');
    Reference reference{.host = "docker.io",
                        .repository = std::string(parts.repository),
                        .tag = std::string(parts.tag),
                        .digest = std::string(parts.digest)};
    if (slash != std::string_view::npos && looks_like_host(parts.repository.substr(0, slash))) {
        reference.host = known_host(parts.repository.substr(0, slash));
        reference.repository = parts.repository.substr(slash + 1);
        if (!is_host(reference.host)) return refuse("its host or port is malformed");
    }
    if (!is_repository(reference.repository))
        return refuse("a repository has lower case letters and digits, with '.', '_', '-' and '/' between them");
    if (reference.host == "docker.io" && reference.repository.find('/') == std::string::npos)
        reference.repository.insert(0, "library/");
    if (reference.host.size() + reference.repository.size() > longest_name)
        return refuse("it is longer than 255 characters");
    if (reference.tag.empty() && reference.digest.empty()) reference.tag = "latest";
    return reference;
}

}  // namespace bewit::image
