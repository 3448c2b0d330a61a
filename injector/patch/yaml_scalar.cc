#include "injector/patch/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace bewit::patch {
namespace {

bool is_word(std::string_view text) {
    const auto inside = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '/' || c == '.';
    };
    if (text.empty() || (std::isalpha(static_cast<unsigned char>(text[0])) == 0 && text[0] != '/')) return false;
    return std::all_of(text.begin(), text.end(), inside);
}

// What some version of YAML takes for a truth value, nothing, or a number.
bool means_something_else(std::string_view text) {
    static constexpr std::array<std::string_view, 9> words = {"true", "false", "yes", "no",  "on",
                                                              "off",  "y",     "n",   "null"};
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::find(words.begin(), words.end(), lower) != words.end();
}

}  // namespace

Json plain_value(const std::string& text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    if (text.empty() || (text[0] != '-' && std::isdigit(static_cast<unsigned char>(text[0])) == 0)) return text;
    Json number = Json::parse(text, nullptr, false);
    if (number.is_number() && number.dump() == text) return number;
    return text;
}

std::string quoted_scalar(std::string_view text) {
    if (is_word(text) && !means_something_else(text)) return std::string(text);
    const bool printable =
        std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
    if (printable && text.find('"') != std::string_view::npos && text.find('\'') == std::string_view::npos) {
        return "'" + std::string(text) + "'";
    }
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bewit::patch
