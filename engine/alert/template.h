// Output templates: `File opened (file=%fd.name gparent=%proc.aname[2] evt=%evt.type)`.
//
// The token behind a % is the longest text that names a field or a transformer call which exists: `%proc.name:` is the
// field and a colon. A number between the % and the field is a width: the value is cut or padded with blanks to that
// many bytes. There is no way to write a literal % before a field's name (Falco has none either).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "engine/field/expression.h"

namespace bewit::alert {

struct TemplateError {
    size_t offset = 0;  // of the % in the template
    std::string message;
};

// Compiled once, filled often; immutable, so threads with contexts of their own may share one.
class Template {
public:
    static tl::expected<Template, TemplateError> compile(std::string_view text);

    // Appends the filled text; a missing value prints as <NA>. Here and in fields(), `context.shown` is set.
    void fill(field::Context& context, std::string& out) const;
    // Adds to the `output_fields` object: every plain field, null where missing, numbers and booleans as such.
    // Transformed tokens are left out and the fields inside them stand in, as in Falco.
    void fields(field::Context& context, nlohmann::json& object) const;
    // Every field that the template names.
    void collect(std::vector<const field::Field*>& fields) const;

private:
    struct Token {
        std::string literal;  // printed before the value
        uint32_t width = 0;   // 0: as long as it is
        field::Expression value;
    };
    std::vector<Token> tokens_;
    std::string tail_;  // literal text behind the last token
};

}  // namespace bewit::alert
