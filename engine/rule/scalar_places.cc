// Both texts are walked side by side. What is not blank appears in both in the same order, so blanks in the source can
// be skipped until the next byte of the decoded text is found; only escapes and doubled quotes are longer in the source
// than in the scalar.
#include "engine/rule/scalar_places.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace bewit::rule {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t utf8_size(uint32_t code_point) {
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

// An escape in a double-quoted scalar: how long it is in the source, how many bytes it stands for, and whether those
// are blank.
struct Escape {
    size_t length = 0;
    size_t decoded = 0;
    bool blank = false;
};

class Walk {
public:
    Walk(std::string_view source, size_t start) : source_(source), at_(std::min(start, source.size())) { open(); }

    size_t find(std::string_view decoded, size_t wanted) {
        size_t behind = at_;  // the place behind what was found last
        for (size_t i = 0; i < decoded.size() && i <= wanted;) {
            const Step step = is_blank(decoded[i]) ? take_blank(decoded[i]) : take(decoded[i]);
            if (wanted < i + step.decoded) return step.place;
            behind = at_;
            i += step.decoded;
        }
        return behind;
    }

private:
    enum class Style { Plain, Single, Double };
    struct Step {
        size_t place;
        size_t decoded = 1;
    };

    char here() const { return at_ < source_.size() ? source_[at_] : '\0'; }
    char behind(size_t distance) const { return at_ + distance < source_.size() ? source_[at_ + distance] : '\0'; }
    void skip_blanks() {
        while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
    }
    void skip_word() {
        while (at_ < source_.size() && !is_blank(source_[at_])) ++at_;
    }
    void skip_line() { at_ = std::min(source_.find('\n', at_), source_.size()); }

    // Up to the scalar's first byte: past its anchor, its tag, and what shows its style.
    void open() {
        skip_blanks();
        while (here() == '&' || here() == '!') {
            skip_word();
            skip_blanks();
        }
        if (here() == '\'' || here() == '"') {
            style_ = here() == '"' ? Style::Double : Style::Single;
            ++at_;
        } else if (here() == '|' || here() == '>') {
            skip_line();
        }
    }

    Step take_blank(char decoded) {
        const size_t place = at_;
        if (style_ == Style::Double && here() == '\\') {
            const Escape escape = escape_here();
            if (escape.blank) at_ += escape.length;
            return {place};
        }
        // A line's end that was folded into a blank stays: the next byte's search passes it, with the indentation
        // behind it.
        const bool folded = is_blank(here()) && here() != decoded;
        if (is_blank(here()) && !folded) ++at_;
        return {place};
    }

    Step take(char decoded) {
        skip_blanks();
        if (style_ == Style::Double) {
            while (here() == '\\') {
                const Escape escape = escape_here();
                const size_t place = at_;
                at_ += escape.length;
                if (!escape.blank && escape.decoded > 0) return {place, escape.decoded};
                skip_blanks();
            }
        }
        const size_t place = at_;
        if (here() == decoded) ++at_;
        if (style_ == Style::Single && decoded == '\'' && here() == '\'') ++at_;
        return {place};
    }

    Escape escape_here() const {
        switch (behind(1)) {
            case 'x':
                return code_point(2);
            case 'u':
                return code_point(4);
            case 'U':
                return code_point(8);
            case '\r':
                return {behind(2) == '\n' ? 3u : 2u, 0, false};
            case '\n':
                return {2, 0, false};
            case 'n':
            case 't':
            case 'r':
            case ' ':
            case '\t':
                return {2, 1, true};
            case 'N':
            case '_':
                return {2, 2, false};
            case 'L':
            case 'P':
                return {2, 3, false};
            default:
                return {2, 1, false};
        }
    }

    Escape code_point(size_t digits) const {
        const std::string_view text = source_.substr(std::min(at_ + 2, source_.size()), digits);
        uint32_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value, 16);
        const bool blank = value < 0x80 && is_blank(static_cast<char>(value));
        return {2 + text.size(), utf8_size(value), blank};
    }

    std::string_view source_;
    size_t at_;
    Style style_ = Style::Plain;
};

}  // namespace

size_t scalar_place(std::string_view source, size_t start, std::string_view decoded, size_t wanted) {
    return std::min(Walk(source, start).find(decoded, wanted), source.size());
}

}  // namespace bewit::rule
