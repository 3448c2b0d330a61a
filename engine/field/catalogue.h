// The one catalogue of fields that conditions and outputs may name: `proc.name`, `fd.sip`, `evt.arg`, ...
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/event/catalogue.h"

namespace bewit::field {

using event::ParamType;
using event::PrintFormat;

enum FieldFlag : uint32_t {
    FilterOnly = 1u << 0, PrintOnly = 1u << 1, ArgRequired = 1u << 2, TableOnly = 1u << 3, ListValued = 1u << 4,
    Deprecated = 1u << 5, ArgOptional = 1u << 6, NoRightSide = 1u << 7, NoTransformer = 1u << 8,
};

// What a field's value depends on, from what never changes to what is new with every event. A leaf of a condition is computed when
// its scope changes, and its answer is kept there.
enum class Scope : uint8_t { Constant, Container, Process, Descriptor, Event };

// What it takes to get the value when the state does not have it.
enum class Cost : uint8_t { Free, State, ProcRead, UserMemory };

// One number per entry of the catalogue; dense, in the catalogue's order.
enum class FieldId : uint16_t {};

struct Definition {
    FieldId id;
    std::string_view name;
    std::string_view group;     // "evt", "process", "user", "group", "fd", "fs.path", "fdlist", "container", "bewit", ...
    ParamType type;
    PrintFormat format;
    uint32_t flags;             // FieldFlag bits
    Scope scope;
    Cost cost;
    uint32_t facts;             // event::FactGroup bits that extraction asks for
    std::string_view help;      // one sentence

    bool has(FieldFlag flag) const { return (flags & flag) != 0; }
};

std::span<const Definition> all_fields();
const Definition* find_definition(std::string_view name);

// A field as a rule names it: with its argument.
struct Field {
    const Definition* definition = nullptr;
    std::string argument;        // "" when none
    int64_t index = -1;          // numeric argument, -1 when none
    ParamType type = ParamType::None;  // the definition's, or for evt.rawarg that of the parameter
    std::string text;            // canonical: `proc.aname[2]`, `evt.arg.flags`: the key in output_fields

    bool has_argument() const { return !argument.empty() || index >= 0; }
    bool operator==(const Field& other) const { return text == other.text; }
};

// `name` and its bracketed argument, as the condition's parser split them. Resolves the dotted forms too (`evt.arg.flags`,
// `k8s.pod.label.app`). The error is Falco's sentence, with the nearest name that exists.
tl::expected<Field, std::string> resolve(std::string_view name, std::string_view argument, bool has_argument);
// The same from one text: `proc.aname[2]`.
tl::expected<Field, std::string> resolve(std::string_view text);

}  // namespace bewit::field
