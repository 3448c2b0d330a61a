// A star remembers where it stood; on a mismatch the last star takes one byte more. Earlier stars need no second try:
// what follows the last one could have been matched later, but never sooner. So the time is the product of the two
// lengths at most.
#include "engine/match/glob.h"

#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

namespace bewit::match {
namespace {

unsigned char fold(unsigned char byte, bool fold_case) {
    return fold_case && byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte + ('a' - 'A')) : byte;
}

struct Class {
    std::string_view name;
    int (*contains)(int);
};
constexpr std::array<Class, 12> classes{{{"alnum", isalnum},
                                         {"alpha", isalpha},
                                         {"blank", isblank},
                                         {"cntrl", iscntrl},
                                         {"digit", isdigit},
                                         {"graph", isgraph},
                                         {"lower", islower},
                                         {"print", isprint},
                                         {"punct", ispunct},
                                         {"space", isspace},
                                         {"upper", isupper},
                                         {"xdigit", isxdigit}}};

// What a bracket expression says of one byte, and where the pattern goes on.
struct Bracket {
    bool matches;
    size_t end;
};

struct ClassName {
    const Class* known;
    size_t end;  // behind the `:]`
};

// `[:name:]` at `at`, where the `[` stands; nullopt when it is not of that form.
std::optional<ClassName> read_class(std::string_view pattern, size_t at) {
    if (at + 1 >= pattern.size() || pattern[at + 1] != ':') return std::nullopt;
    const size_t close = pattern.find(":]", at + 2);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view name = pattern.substr(at + 2, close - at - 2);
    for (const char c : name) {
        if (c < 'a' || c > 'z') return std::nullopt;
    }
    for (const Class& known : classes) {
        if (known.name == name) return ClassName{&known, close + 2};
    }
    return ClassName{nullptr, close + 2};
}

bool in_class(const Class& known, unsigned char byte, bool fold_case) {
    if (known.contains(byte) != 0) return true;
    // Folded, [:upper:] and [:lower:] are both the letters.
    return fold_case && (known.contains(toupper(byte)) != 0 || known.contains(tolower(byte)) != 0);
}

// One byte of a bracket expression, a backslash taken off. Moves `at` behind it; false at the end of the pattern.
bool read_byte(std::string_view pattern, size_t& at, unsigned char& byte) {
    if (at < pattern.size() && pattern[at] == '\\') ++at;
    if (at >= pattern.size()) return false;
    byte = static_cast<unsigned char>(pattern[at++]);
    return true;
}

// The bracket expression at `at`, where the `[` stands; nullopt when it is not closed, and the `[` is then an ordinary
// byte.
std::optional<Bracket> match_bracket(std::string_view pattern, size_t at, unsigned char byte, bool fold_case) {
    ++at;
    const bool inverted = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
    if (inverted) ++at;
    const size_t first = at;
    const unsigned char wanted = fold(byte, fold_case);
    bool found = false;
    while (true) {
        if (at >= pattern.size()) return std::nullopt;
        if (pattern[at] == ']' && at != first) break;
        if (pattern[at] == '[') {
            if (const std::optional<ClassName> name = read_class(pattern, at)) {
                // An unknown class matches nothing, and neither does the whole pattern.
                if (name->known == nullptr) return Bracket{false, pattern.size()};
                found = found || in_class(*name->known, byte, fold_case);
                at = name->end;
                continue;
            }
        }
        unsigned char low = 0;
        if (!read_byte(pattern, at, low)) return std::nullopt;
        unsigned char high = low;
        if (at < pattern.size() && pattern[at] == '-' && !pattern.substr(at + 1).starts_with(']')) {
            ++at;
            // A range without its end makes the whole pattern match nothing.
            if (!read_byte(pattern, at, high)) return Bracket{false, pattern.size()};
        }
        found = found || (fold(low, fold_case) <= wanted && wanted <= fold(high, fold_case));
    }
    return Bracket{found != inverted, at + 1};
}

// Matches the one pattern element at `at` against `byte`; moves `at` behind it when it does.
bool match_one(std::string_view pattern, size_t& at, unsigned char byte, bool fold_case) {
    if (pattern[at] == '?') {
        ++at;
        return true;
    }
    if (pattern[at] == '[') {
        if (const std::optional<Bracket> bracket = match_bracket(pattern, at, byte, fold_case)) {
            if (bracket->matches) at = bracket->end;
            return bracket->matches;
        }
    }
    size_t literal = at;
    if (pattern[literal] == '\\') {
        ++literal;
        if (literal == pattern.size()) return false;  // nothing follows: matches nothing
    }
    if (fold(static_cast<unsigned char>(pattern[literal]), fold_case) != fold(byte, fold_case)) return false;
    at = literal + 1;
    return true;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text, bool fold_case) {
    size_t at = 0;
    size_t position = 0;
    size_t star = std::string_view::npos;  // behind the last star
    size_t star_position = 0;              // where the text after that star begins, as tried last
    while (position < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = ++at;
            star_position = position;
            continue;
        }
        if (at < pattern.size() && match_one(pattern, at, static_cast<unsigned char>(text[position]), fold_case)) {
            ++position;
            continue;
        }
        if (star == std::string_view::npos) return false;
        at = star;
        position = ++star_position;
    }
    while (at < pattern.size() && pattern[at] == '*') ++at;
    return at == pattern.size();
}

bool is_glob(std::string_view pattern) { return pattern.find_first_of("*?[") != std::string_view::npos; }

}  // namespace bewit::match
