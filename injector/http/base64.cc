#include "injector/http/base64.h"

#include <openssl/evp.h>

#include <algorithm>

namespace bewit::http {

std::string base64(std::string_view bytes) {
    std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock(3) adds a NUL
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    encoded.resize(static_cast<size_t>(length));
    return encoded;
}

std::optional<std::string> decode_base64(std::string_view text) {
    const auto in_alphabet = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    };
    const size_t end = text.find('=');
    const std::string_view digits = text.substr(0, end),
                           padding = end == std::string_view::npos ? "" : text.substr(end);
    if (text.size() % 4 != 0 || !(padding.empty() || padding == "=" || padding == "==") ||
        !std::all_of(digits.begin(), digits.end(), in_alphabet))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    if (text.empty()) return bytes;
    // EVP_DecodeBlock(3) counts the padding as bytes.
    if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())) < 0)
        return std::nullopt;
    bytes.resize(bytes.size() - padding.size());
    return bytes;
}

}  // namespace bewit::http
