#include "engine/field/transform.h"

#include <algorithm>
#include <array>
#include <optional>

namespace bewit::field {
namespace {

using filter::Transformer;

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

bool is_text(const Value& value) { return value.form == Value::Form::Text || value.form == Value::Form::Bytes; }

// A buffer that holds a text ends with its NUL.
std::string_view without_final_nuls(std::string_view text) {
    while (text.ends_with('\0')) text.remove_suffix(1);
    return text;
}

template <class Change>
std::string_view changed(std::string_view text, Scratch& scratch, Change&& change) {
    const std::span<char> out = scratch.take(text.size());
    std::ranges::transform(text, out.begin(), change);
    return {out.data(), out.size()};
}

constexpr int8_t no_digit = -1;

constexpr std::array<int8_t, 256> make_digits() {
    std::array<int8_t, 256> digits{};
    digits.fill(no_digit);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < alphabet.size(); ++i) digits[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
    return digits;
}
constexpr std::array<int8_t, 256> digits = make_digits();

std::optional<std::string_view> transformed(Transformer transformer, std::string_view text, Scratch& scratch) {
    switch (transformer) {
        case Transformer::ToLower:
            return changed(text, scratch, to_lower);
        case Transformer::ToUpper:
            return changed(text, scratch, to_upper);
        case Transformer::Basename:
            return basename_of(text);
        default:
            break;
    }
    std::string& out = scratch.text();
    if (!decode_base64(text, out)) return std::nullopt;
    return out;
}

bool transform_one(Transformer transformer, Scratch& scratch, Value& value) {
    if (!is_text(value)) return false;
    const auto text = transformed(transformer, without_final_nuls(value.text), scratch);
    if (!text) return false;
    value.text = *text;
    return true;
}

bool transform_each(Transformer transformer, Scratch& scratch, Value& value) {
    std::vector<Value>& list = scratch.list();
    list.assign(value.list.begin(), value.list.end());
    value = Value::of_list(list);
    return std::ranges::all_of(list, [&](Value& item) { return transform_one(transformer, scratch, item); });
}

bool measure(Value& value) {
    if (value.form == Value::Form::List) {
        value = Value::of_uint(value.list.size());
        return true;
    }
    if (!is_text(value)) return false;
    value = Value::of_uint(value.text.size());
    return true;
}

// Walks over the short options of a command line and tells of each: `visit(letter, known, value)`. `value` is nullopt
// for options that take none; `missing` says that one was to follow and did not.
template <class Visit>
void walk_options(std::span<const Value> arguments, const OptionLetters& letters, Visit&& visit) {
    for (size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i].text;
        if (argument == "--" || argument.size() < 2 || argument.front() != '-') return;
        if (argument[1] == '-') continue;
        for (size_t j = 1; j < argument.size(); ++j) {
            const std::string_view letter = argument.substr(j, 1);
            const uint8_t index = static_cast<uint8_t>(letter.front());
            if (!letters.known[index] || !letters.with_value[index]) {
                visit(letter, letters.known[index], std::optional<std::string_view>(), false);
                continue;
            }
            if (j + 1 < argument.size()) {
                visit(letter, true, std::optional(argument.substr(j + 1)), false);
            } else if (i + 1 < arguments.size()) {
                visit(letter, true, std::optional(arguments[++i].text), false);
            } else {
                visit(letter, true, std::optional<std::string_view>(), true);
            }
            break;
        }
    }
}

}  // namespace

OptionLetters::OptionLetters(std::string_view text) {
    for (size_t i = text.starts_with(':') ? 1 : 0; i < text.size(); ++i) {
        if (text[i] == ':') continue;
        const uint8_t letter = static_cast<uint8_t>(text[i]);
        known.set(letter);
        if (i + 1 < text.size() && text[i + 1] == ':') with_value.set(letter);
    }
}

std::string_view basename_of(std::string_view path) {
    const size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool decode_base64(std::string_view text, std::string& out) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    if (text.size() % 4 == 1) return false;
    uint32_t bits = 0;
    unsigned count = 0;
    for (const char character : text) {
        const int8_t digit = digits[static_cast<uint8_t>(character)];
        if (digit == no_digit) return false;
        bits = bits << 6 | static_cast<uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(bits >> count & 0xff);
    }
    return true;
}

bool transform(Transformer transformer, Scratch& scratch, Value& value) {
    if (transformer == Transformer::Len) return measure(value);
    if (value.form == Value::Form::List) return transform_each(transformer, scratch, value);
    return transform_one(transformer, scratch, value);
}

void find_options(std::span<const Value> arguments, const OptionLetters& letters, std::vector<Value>& found) {
    walk_options(arguments, letters, [&](std::string_view letter, bool known, auto value, bool missing) {
        if (missing) {
            found.push_back(Value::of_text(""));
            return;
        }
        found.push_back(Value::of_text(known ? letter : "?"));
        if (value) found.push_back(Value::of_text(*value));
    });
}

bool find_option(std::span<const Value> arguments, const OptionLetters& letters, char wanted, Value& found) {
    bool present = false;
    walk_options(arguments, letters, [&](std::string_view letter, bool known, auto value, bool missing) {
        if (!known || letter.front() != wanted) return;
        present = true;
        found = Value::of_text(missing ? std::string_view() : value.value_or(letter));
    });
    return present;
}

}  // namespace bewit::field
