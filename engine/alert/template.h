// Output templates: `File opened (file=%fd.name gparent=%proc.aname[2] evt=%evt.type)`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "engine/field/expression.h"

namespace bewit::alert {

struct TemplateError {
    size_t offset = 0;
    std::string message;
};

class Template {
public:
    static tl::expected<Template, TemplateError> compile(std::string_view text);

    // Appends the filled text; a missing value prints as <NA>.
    void fill(field::Context& context, std::string& out) const;
    // The `output_fields` object: plain fields only, null where missing, numbers and booleans as such.
    void fields(field::Context& context, nlohmann::json& object) const;
    // Every field that the template names.
    void collect(std::vector<const field::Field*>& fields) const;

private:
    struct Piece {
        std::string literal;             // printed before the token
        bool has_token = false;
        uint32_t width = 0;              // 0: as long as it is
        field::Expression token;
    };
    std::vector<Piece> pieces_;
};

}  // namespace bewit::alert
