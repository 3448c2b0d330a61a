// What the parts of the parser share: the text's front, how deep they are in it, and the first error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/filter/parser.h"
#include "engine/filter/scanner.h"

namespace bewit::filter {

// Functions of the parser return a null pointer (or false) when they fail, after fail() has noted why; nothing goes on
// after that.
class ParseState {
public:
    ParseState(std::string_view text, const ParseOptions& options)
        : scanner(text), max_depth_(options.max_depth), nodes_left_(options.max_nodes) {}

    // Notes the error, at the place where the next token would begin, and returns what stands for failure.
    std::nullptr_t fail(std::string message) { return fail_at(scanner.here(), std::move(message)); }
    std::nullptr_t fail_at(Location location, std::string message) {
        error_ = ParseError{location, std::move(message)};
        failed_ = true;
        return nullptr;
    }
    bool failed() const { return failed_; }
    // Before an expression or operand is made; false, with the error noted, when it is one too many.
    bool take_node() {
        if (nodes_left_-- != 0) return true;
        nodes_left_ = 0;
        fail("the condition has too many parts");
        return false;
    }
    ParseError take_error() { return std::move(error_); }

    Scanner scanner;

    // One production of the grammar, for as long as it lives. False, with the error noted, when it is one too many.
    class Level {
    public:
        explicit Level(ParseState& state) : state_(state), allowed_(++state.depth_ < state.max_depth_) {
            if (!allowed_) state.fail("exceeded max depth limit of " + std::to_string(state.max_depth_));
        }
        ~Level() { --state_.depth_; }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;
        explicit operator bool() const { return allowed_; }

    private:
        ParseState& state_;
        bool allowed_;
    };

private:
    uint32_t max_depth_;
    uint32_t depth_ = 0;
    size_t nodes_left_;
    ParseError error_;
    bool failed_ = false;
};

}  // namespace bewit::filter
