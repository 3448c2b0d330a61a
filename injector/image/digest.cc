#include "injector/image/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace bewit::image {
namespace {

constexpr std::string_view sha256 = "sha256:", sha512 = "sha512:";

}  // namespace

bool is_digest(std::string_view text) {
    const size_t digits = text.starts_with(sha256) ? 64 : text.starts_with(sha512) ? 128 : 0;
    if (digits == 0 || text.size() != sha256.size() + digits) return false;
    return std::all_of(text.begin() + sha256.size(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool matches(std::string_view bytes, std::string_view digest) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), hash, &length, digest.starts_with(sha256) ? EVP_sha256() : EVP_sha512(),
                   nullptr) != 1)
        return false;
    return fmt::format("{:02x}", fmt::join(hash, hash + length, "")) == digest.substr(sha256.size());
}

}  // namespace bewit::image
