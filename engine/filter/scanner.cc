#include "engine/filter/scanner.h"

#include "engine/filter/characters.h"

namespace bewit::filter {
namespace {

template <class Predicate>
size_t run_length(std::string_view text, Predicate&& belongs) {
    size_t length = 0;
    while (length < text.size() && belongs(text[length])) ++length;
    return length;
}

// Characters up to the first that `ends` names or that is not UTF-8.
template <class Predicate>
size_t bare_length(std::string_view text, Predicate&& ends) {
    size_t length = 0;
    while (length < text.size() && !ends(text[length])) {
        const size_t character = utf8_length(text.substr(length));
        if (character == 0) break;
        length += character;
    }
    return length;
}

// The exponent of a number needs its sign: in `1e5` the number is 1.
size_t exponent_length(std::string_view text) {
    if (text.size() < 3 || (text[0] != 'e' && text[0] != 'E') || (text[1] != '+' && text[1] != '-')) return 0;
    const size_t digits = run_length(text.substr(2), is_digit);
    return digits == 0 ? 0 : 2 + digits;
}

size_t number_length(std::string_view text) {
    size_t length = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    const size_t digits = run_length(text.substr(length), is_digit);
    if (digits == 0) return 0;
    length += digits;
    if (length < text.size() && text[length] == '.') ++length;
    length += run_length(text.substr(length), is_digit);
    return length + exponent_length(text.substr(length));
}

}  // namespace

size_t identifier_length(std::string_view text) {
    if (text.empty() || !is_letter(text[0])) return 0;
    return run_length(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

Location Scanner::locate(size_t offset) {
    if (offset < located_.offset) located_ = {};
    while (located_.offset < offset) {
        const char c = text_[located_.offset++];
        const bool half = c == '\r' && located_.offset < text_.size() && text_[located_.offset] == '\n';
        if (c == '\n' || (c == '\r' && !half)) {
            ++located_.line;
            located_.column = 1;
        } else {
            ++located_.column;
        }
    }
    return located_;
}

void Scanner::rewind(const Mark& mark) {
    offset_ = mark.offset;
    last_ = mark.last;
}

bool Scanner::blanks() {
    const size_t length = run_length(rest(), is_blank);
    offset_ += length;
    return length != 0;
}

bool Scanner::take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    take_length(token.size());
    return true;
}

bool Scanner::take_call(std::string_view name) {
    const std::string_view text = rest();
    if (!text.starts_with(name) || text.size() == name.size() || text[name.size()] != '(') return false;
    take_length(name.size() + 1);
    return true;
}

bool Scanner::take_spaced(std::string_view word) {
    const std::string_view text = rest();
    if (!text.starts_with(word) || text.size() == word.size() || !is_blank(text[word.size()])) return false;
    take_length(word.size());
    blanks();
    return true;
}

bool Scanner::take_negation() {
    const std::string_view text = rest();
    if (!text.starts_with("not")) return false;
    const size_t spaces = run_length(text.substr(3), is_space);
    if (spaces == 0) return false;
    take_length(3 + spaces);
    return true;
}

std::string_view Scanner::identifier() { return take_length(identifier_length(rest())); }

std::string_view Scanner::field_name() {
    const std::string_view text = rest();
    const size_t first = identifier_length(text);
    size_t length = first;
    while (length != 0 && length < text.size() && text[length] == '.') {
        const size_t part = identifier_length(text.substr(length + 1));
        if (part == 0) break;
        length += 1 + part;
    }
    return take_length(length == first ? 0 : length);
}

std::string_view Scanner::bare() { return take_length(bare_length(rest(), ends_bare)); }

std::string_view Scanner::bare_argument() { return take_length(bare_length(rest(), ends_bare_argument)); }

std::string_view Scanner::hexadecimal() {
    const std::string_view text = rest();
    if (!text.starts_with("0x") && !text.starts_with("0X")) return {};
    const size_t digits = run_length(text.substr(2), is_hex_digit);
    return take_length(digits == 0 ? 0 : 2 + digits);
}

std::string_view Scanner::number() { return take_length(number_length(rest())); }

std::string_view Scanner::quoted() {
    const std::string_view text = rest();
    if (text.empty() || (text[0] != '"' && text[0] != '\'')) return {};
    for (size_t at = 1; at < text.size() && text[at] != '\0'; ++at) {
        if (text[at] == text[0] && text[at - 1] != '\\') return take_length(at + 1);
    }
    return {};
}

std::string_view Scanner::take_length(size_t length) {
    if (length == 0) return {};
    last_ = text_.substr(offset_, length);
    offset_ += length;
    return last_;
}

}  // namespace bewit::filter
