// A parameter of an event as `evt.arg` and `evt.args` print it: the bare value, and what it stands for.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/field/extract.h"

namespace bewit::field {

// Borrowed from the record or from the scratch.
struct ParamText {
    std::string_view raw;  // "3", "1537", "passwd"
    std::string_view
        resolved;  // "<f>/etc/passwd", "O_TRUNC|O_CREAT|O_WRONLY", "/etc/passwd"; empty when there is nothing better

    std::string_view shown() const { return resolved.empty() ? raw : resolved; }
};

// An absent value is "<NA>", or "NULL" for buffers, tuples and lists. `position` must be below the number of the type's
// parameters.
ParamText param_text(Context& context, size_t position);

// The directory that the path in that parameter starts from; empty for an absolute path, `unknown_directory`
// (engine/state/path.h) where nobody knows.
std::string_view start_of(Context& context, size_t position);
// The directory as the call gave it, if it gave one.
Fd directory_of_path(const event::View& event, size_t position);
// The path in that parameter, from the directory that it is relative to, as the call would look at it.
// `unknown_directory` glued to it where the directory is not known.
std::string_view absolute_path_of(Context& context, size_t position);
// Whether it is the name of a file that starts from a directory.
bool is_relative_path(const event::Param& param);

// Before the call: whether the parameter will be the same after it, as a number and as text.
bool param_is_settled(const Context& context, size_t position);
// The same for a path made absolute.
bool path_is_settled(const Context& context, size_t position);

}  // namespace bewit::field
