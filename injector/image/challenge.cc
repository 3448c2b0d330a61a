#include "injector/image/challenge.h"

#include <algorithm>
#include <optional>

namespace bewit::image {
namespace {

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ == text_.size(); }
    bool skip(std::string_view of) {
        const size_t begin = at_;
        while (!at_end() && of.find(text_[at_]) != std::string_view::npos) ++at_;
        return at_ > begin;
    }
    bool take(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    // In lower case; empty when there is none.
    std::string token() {
        std::string word;
        while (!at_end() && is_token_character(text_[at_])) word += text_[at_++];
        std::transform(word.begin(), word.end(), word.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
        return word;
    }
    // What may stand behind `=`: a token, or a string in quotes.
    std::optional<std::string> value() {
        std::string word;
        if (!take('"')) {
            while (!at_end() && is_token_character(text_[at_])) word += text_[at_++];
            return word.empty() ? std::nullopt : std::optional(word);
        }
        while (!at_end() && text_[at_] != '"') {
            if (text_[at_] == '\\') ++at_;
            if (at_end()) return std::nullopt;
            word += text_[at_++];
        }
        return take('"') ? std::optional(word) : std::nullopt;
    }
    // Of base64 without a name, as other schemes use it: `Negotiate abc==`.
    void skip_token68() {
        while (!at_end() && text_[at_] != ',' && text_[at_] != ' ') ++at_;
    }
    size_t position() const { return at_; }
    void back_to(size_t position) { at_ = position; }

private:
    std::string_view text_;
    size_t at_ = 0;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
    constexpr std::string_view blank = " \t", between = " \t,";
    std::vector<Challenge> challenges;
    Scanner scanner(header);
    scanner.skip(between);
    while (!scanner.at_end()) {
        Challenge challenge{.scheme = scanner.token(), .parameters = {}};
        if (challenge.scheme.empty()) break;
        const bool more = scanner.skip(blank);
        bool well_formed = true;
        // Parameters up to a word that is none: the next scheme.
        while (more && !scanner.at_end()) {
            const size_t begin = scanner.position();
            const std::string name = scanner.token();
            scanner.skip(blank);
            if (!name.empty() && scanner.take('=')) {
                scanner.skip(blank);
                if (auto value = scanner.value()) {
                    challenge.parameters.emplace(name, std::move(*value));
                    scanner.skip(blank);
                    well_formed = scanner.at_end() || scanner.skip(between);
                    if (well_formed) continue;
                } else {
                    scanner.back_to(begin);
                    scanner.skip_token68();
                    well_formed = challenge.parameters.empty();
                }
            } else {
                scanner.back_to(begin);
                well_formed = !name.empty();
            }
            break;
        }
        challenges.push_back(std::move(challenge));
        scanner.skip(between);
        if (!well_formed) break;
    }
    return challenges;
}

}  // namespace bewit::image
