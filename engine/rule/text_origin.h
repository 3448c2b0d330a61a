// Where a condition or an output came from: the scalars that it was joined from, and what was put into it before it was
// parsed. Used to say where in a file something is wrong, long after the file was read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/diagnostic.h"
#include "engine/rule/source_text.h"

namespace bewit::rule {

// A place that can still be shown.
struct SourcePoint {
    SourcePtr source;
    uint32_t offset = 0;
};

// One scalar of a file, and where its text begins in the text that it became a part of.
struct TextPiece {
    SourcePoint scalar;
    uint32_t begin = 0;
};

// Definition first, then what was appended, each behind one blank. By rising `begin`.
using TextOrigin = std::vector<TextPiece>;

// Where the byte `offset` of `text` stands in a file; nullopt when `origin` is empty. Takes time in proportion to the
// text.
std::optional<SourcePoint> locate(const TextOrigin& origin, std::string_view text, size_t offset);

// Something that put text into a condition: a list's use, a row of an exception.
struct Insertion {
    ContextItem item;
    SourcePtr source;
};

// From `begin` on, up to the next span, the new text is a copy of the old one from `old` on; or, when `insertion` is
// not `copied`, it was put in at `old`.
struct Span {
    static constexpr uint32_t copied = ~uint32_t{0};
    uint32_t begin = 0;
    uint32_t old = 0;
    uint32_t insertion = copied;
};

// One rewriting of a text. No spans: nothing was changed.
struct Rewriting {
    std::vector<Span> spans;  // by rising `begin`
    std::vector<Insertion> insertions;
};

// All that is known of a condition before it became a tree.
struct ConditionOrigin {
    std::string type;  // "rule" or "macro"
    std::string name;
    Place place, condition_place;
    std::string written;
    TextOrigin pieces;     // of `written`
    Rewriting exceptions;  // written -> with its exceptions
    Rewriting lists;       // with its exceptions -> resolved
};

// The resolved conditions of macros, side by side in one space of offsets above every rule's own text: so that a node
// of a rule's tree that came from a macro still tells where it stood.
class MacroTexts {
public:
    // A resolved condition is shorter than this.
    static constexpr uint32_t base = uint32_t{1} << 26;

    // The offset of the text's first byte; nullopt when the space is used up.
    std::optional<uint32_t> add(std::shared_ptr<const ConditionOrigin> origin, size_t size);

    struct Found {
        const ConditionOrigin* origin = nullptr;  // null when there is none
        uint32_t offset = 0;                      // in the macro's resolved condition
    };
    Found find(uint32_t offset) const;

private:
    struct Entry {
        uint32_t begin;
        std::shared_ptr<const ConditionOrigin> origin;
    };
    std::vector<Entry> entries_;
    uint32_t end_ = base;
};

}  // namespace bewit::rule
