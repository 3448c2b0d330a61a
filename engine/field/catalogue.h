// The one catalogue of fields that conditions and outputs may name: `proc.name`, `fd.sip`, `evt.arg`, ...
//
// Names, types, print formats and flags are those of Falco's syscall source and of its container plugin, because rules
// rest on them; `bewit.*` are our own. All data is constant and lives for the whole program; every function may be
// called from any thread.
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
    FilterOnly = 1u << 0,  // means something in conditions only; an output prints <NA>
    PrintOnly = 1u << 1,   // made for outputs; conditions may use it all the same
    ArgRequired = 1u << 2,
    TableOnly = 1u << 3,   // not shown in listings
    ListValued = 1u << 4,  // many values, where no argument picks one
    Deprecated = 1u << 5,  // works, and is not shown in listings
    ArgOptional = 1u << 6,
    NoRightSide = 1u << 7,  // cannot be compared with another field, on either side
    NoTransformer = 1u << 8,
    AnyAncestor = 1u << 9,      // without an argument it stands for every ancestor: see Field::any_ancestor()
    EitherEndpoint = 1u << 10,  // stands for both ends of a connection: see extract()
};

// What a field's value depends on, from what never changes to what is new with every event. A leaf of a condition is
// computed when its scope changes, and its answer is kept there. Process means: constant as long as
// state::State::image_key() is.
enum class Scope : uint8_t { Constant, Container, Process, Descriptor, Event };

// What it takes to get the value when the state does not have it.
enum class Cost : uint8_t { Free, State, ProcRead, UserMemory };

// How the argument may be written. Bits.
enum ArgumentForm : uint8_t {
    IndexArgument = 1u << 0,   // proc.aname[2]
    KeyArgument = 1u << 1,     // proc.env[HOME]
    DottedArgument = 1u << 2,  // evt.arg.flags
};

// What the look before the call can tell.
enum class AtEntry : uint8_t {
    Same,     // the value that it will have, unless this kind of call changes the facts that it rests on
    Unknown,  // nothing
    Own,      // it depends on the event
};

// One number per entry of the catalogue; dense, in the catalogue's order.
enum class FieldId : uint16_t {};

struct Field;
struct Context;
struct Value;
enum class Presence : uint8_t;
using Extract = Presence(const Field&, Context&, Value&);

struct Definition {
    FieldId id;
    std::string_view name;
    std::string_view group;  // "evt", "process", "user", "group", "fd", "fs.path", "fdlist", "container", "k8s", "ecs",
                             // "bewit", "util"
    ParamType type;          // Dyn for evt.rawarg: the parameter's, see Field::type
    PrintFormat format;
    uint32_t flags;  // FieldFlag bits
    Scope scope;
    Cost cost;
    uint32_t facts;         // event::FactGroup bits that extraction asks for
    std::string_view help;  // one sentence
    uint8_t arguments;      // ArgumentForm bits; 0 when it takes none
    AtEntry at_entry;
    Extract* extract;

    bool has(FieldFlag flag) const { return (flags & flag) != 0; }
};

std::span<const Definition> all_fields();
// By its name alone, without an argument; nullptr when there is none.
const Definition* find_definition(std::string_view name);

// A field as a rule names it: with its argument.
struct Field {
    const Definition* definition = nullptr;
    std::string argument;                    // "" when none, or when it is a number
    int64_t index = -1;                      // numeric argument, -1 when none
    ParamType type = ParamType::None;        // the definition's, or for evt.rawarg that of the parameter
    PrintFormat format = PrintFormat::None;  // likewise
    std::string text;                        // canonical: `proc.aname[2]`, `evt.arg.flags`: the key in output_fields

    bool has_argument() const { return !argument.empty() || index >= 0; }
    // The values of all ancestors, from the parent upwards: a comparison holds when it holds for any one of them.
    bool any_ancestor() const { return definition->has(AnyAncestor) && !has_argument(); }
    // Many values of one field, with the all-or-any meaning that operators have for lists.
    bool is_list() const { return definition->has(ListValued) && !has_argument(); }
    bool operator==(const Field& other) const { return text == other.text; }
};

// `name` and its bracketed argument, as the condition's parser split them. Resolves the dotted forms too
// (`evt.arg.flags`, `k8s.pod.label.app`). The error is Falco's sentence, with the nearest name that exists.
tl::expected<Field, std::string> resolve(std::string_view name, std::string_view argument, bool has_argument);
// The same from one text: `proc.aname[2]`.
tl::expected<Field, std::string> resolve(std::string_view text);

}  // namespace bewit::field
