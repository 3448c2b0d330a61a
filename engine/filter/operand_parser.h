// The part of the grammar below comparisons: fields, transformer calls, literals, lists.
#pragma once

#include <string_view>
#include <vector>

#include "engine/filter/parse_state.h"

namespace bewit::filter {

// Each function that returns an operand or a bool gives null or false when it failed. Those called try_... give null,
// too, without an error and without having taken anything, when what they look for does not stand here.
class OperandParser {
public:
    explicit OperandParser(ParseState& state) : state_(state), scanner_(state.scanner) {}

    OperandPtr try_field();
    OperandPtr try_call();
    // The same up to the bracket of the argument, and the bracket alone (true when there is none).
    OperandPtr try_field_head();
    OperandPtr try_call_head();
    bool take_argument(Operand& operand);

    // What stands behind `<`, behind `=` and `contains`, behind `in`, and behind a modifier.
    bool numeric_side(Check& check);
    bool string_side(Check& check);
    bool list_side(Check& check);
    bool modifier_side(Check& check);

private:
    OperandPtr with_argument(OperandPtr head);
    OperandPtr call_argument();
    OperandPtr operand_list();
    OperandPtr operand_list_item();
    OperandPtr try_val_or_call();
    OperandPtr val_call(Location start);
    OperandPtr try_number();
    OperandPtr try_quoted();
    OperandPtr try_identifier();
    OperandPtr try_string();
    // False with no error: there is no list here.
    bool try_list(Check& check);
    bool list_items(Check& check);
    OperandPtr list_item();
    bool set_right(Check& check, OperandPtr operand);

    template <class Value>
    OperandPtr finish(Location start, Value&& value);

    ParseState& state_;
    Scanner& scanner_;
};

}  // namespace bewit::filter
