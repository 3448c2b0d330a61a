#include "engine/field/expression.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/field/expression_node.h"
#include "engine/field/transform.h"
#include "engine/filter/print.h"

namespace bewit::field {
namespace {

using filter::Operand;
using filter::Transformer;
using filter::TransformerCall;
using Kind = ExpressionNode::Kind;
using NodePtr = std::unique_ptr<const ExpressionNode>;
using NodeResult = tl::expected<std::unique_ptr<ExpressionNode>, ExpressionError>;

tl::unexpected<ExpressionError> error(const Operand& operand, std::string message) {
    return tl::unexpected(ExpressionError{operand.location, std::move(message)});
}

NodeResult compile_node(const Operand& operand);

bool is_text(ParamType type) {
    return type == ParamType::CharBuf || type == ParamType::FsPath || type == ParamType::FsRelPath;
}

bool takes(Transformer transformer, const ExpressionNode& input) {
    switch (transformer) {
        case Transformer::Len:
            return input.list || is_text(input.type) || input.type == ParamType::ByteBuf;
        case Transformer::B64:
            return input.type == ParamType::CharBuf || input.type == ParamType::ByteBuf;
        default:
            return is_text(input.type);
    }
}

bool is_single_text(const ExpressionNode& node) { return is_text(node.type) && !node.list; }

NodeResult compile_field(const Operand& operand, const filter::FieldName& name) {
    auto field = resolve(name.name, name.argument, name.has_argument);
    if (!field) return error(operand, std::move(field.error()));
    auto node = std::make_unique<ExpressionNode>();
    node->kind = Kind::Field;
    node->type = field->type;
    node->list = field->is_list();
    node->field = std::move(*field);
    return node;
}

NodeResult compile_inputs(const std::vector<filter::OperandPtr>& operands, Kind kind) {
    auto node = std::make_unique<ExpressionNode>();
    node->kind = kind;
    for (const filter::OperandPtr& operand : operands) {
        NodeResult input = compile_node(*operand);
        if (!input) return input;
        node->inputs.push_back(std::move(*input));
    }
    return node;
}

// Of the type of its items where they agree; otherwise of none that a transformer of texts takes.
NodeResult compile_list(const filter::OperandList& list) {
    NodeResult node = compile_inputs(list.items, Kind::List);
    if (!node) return node;
    const bool texts = std::ranges::all_of((*node)->inputs, [](const NodePtr& item) { return is_single_text(*item); });
    (*node)->type = texts ? ParamType::CharBuf : ParamType::None;
    (*node)->list = true;
    return node;
}

// Who carries the type that is wrong, for the message.
std::string_view innermost_field(const ExpressionNode& node) {
    if (node.kind == Kind::Field) return node.field.definition->name;
    return node.inputs.empty() ? std::string_view(node.literal) : innermost_field(*node.inputs.front());
}

std::optional<std::string> check_single(Transformer transformer, const ExpressionNode& call) {
    const std::string_view name = filter::text(transformer);
    if (call.inputs.size() != 1) return fmt::format("{}() requires exactly 1 argument", name);
    const ExpressionNode& input = *call.inputs.front();
    const std::string_view field = innermost_field(input);
    if (input.kind == Kind::Field && input.field.definition->has(NoTransformer)) {
        return fmt::format("field '{}' does not support transformers", field);
    }
    if (takes(transformer, input)) return std::nullopt;
    return fmt::format(
        "can't add field transformer: type '{}' is not supported by '{}' transformer applied on {}field '{}'",
        event::type_name(input.type), name, input.list ? "list " : "", field);
}

std::optional<std::string> check_join(const ExpressionNode& call) {
    if (call.inputs.size() != 2) return "join() requires exactly 2 arguments: separator and list";
    if (call.inputs[0]->list) return "join() first argument (separator) must be a single value, not a list";
    if (!call.inputs[1]->list) return "join() second argument must be a list";
    return std::nullopt;
}

std::optional<std::string> check_concat(const ExpressionNode& call) {
    if (call.inputs.size() < 2) return "concat() requires at least 2 arguments";
    const bool texts = std::ranges::all_of(call.inputs, [](const NodePtr& input) { return is_single_text(*input); });
    return texts ? std::nullopt : std::optional<std::string>("concat() arguments must be strings");
}

std::optional<std::string> check_getopt(const ExpressionNode& call, const TransformerCall& source) {
    if (call.inputs.size() != 2) return "getopt() requires exactly 2 arguments: args list and optstring";
    if (!call.inputs[0]->list) return "getopt() first argument must be a list";
    if (call.inputs[1]->list) return "getopt() second argument (optstring) must be a single value";
    if (!is_text(call.inputs[0]->type) || !is_text(call.inputs[1]->type)) return "getopt() arguments must be strings";
    if (source.has_argument && source.argument.size() != 1) {
        return "getopt() field argument must be a single option character";
    }
    return std::nullopt;
}

std::optional<std::string> check_call(const ExpressionNode& call, const TransformerCall& source) {
    if (source.has_argument && source.transformer != Transformer::GetOpt) {
        return fmt::format("transformer '{}' does not support field arguments", filter::text(source.transformer));
    }
    switch (source.transformer) {
        case Transformer::Join:
            return check_join(call);
        case Transformer::Concat:
            return check_concat(call);
        case Transformer::GetOpt:
            return check_getopt(call, source);
        default:
            return check_single(source.transformer, call);
    }
}

void set_result_type(ExpressionNode& call, const TransformerCall& source) {
    const ExpressionNode& input = *call.inputs.front();
    switch (source.transformer) {
        case Transformer::Len:
            call.type = ParamType::Uint64;
            return;
        case Transformer::Join:
        case Transformer::Concat:
            call.type = ParamType::CharBuf;
            return;
        case Transformer::GetOpt:
            call.type = ParamType::CharBuf;
            call.list = !source.has_argument;
            if (source.has_argument) call.option = source.argument.front();
            if (call.inputs[1]->kind == Kind::Literal) call.letters.emplace(call.inputs[1]->literal);
            return;
        default:
            call.type = input.type;
            call.list = input.list;
    }
}

// `val(f)` is f.
NodeResult compile_val(const Operand& operand, const TransformerCall& call) {
    if (call.has_argument) return error(operand, "transformer 'val' does not support field arguments");
    const bool one_field =
        call.arguments.size() == 1 && std::holds_alternative<filter::FieldName>(call.arguments.front()->value);
    if (!one_field) return error(operand, "val() requires exactly 1 argument: a field");
    return compile_node(*call.arguments.front());
}

NodeResult compile_call(const Operand& operand, const TransformerCall& source) {
    if (source.transformer == Transformer::Val) return compile_val(operand, source);
    NodeResult call = compile_inputs(source.arguments, Kind::Call);
    if (!call) return call;
    if (auto message = check_call(**call, source)) return error(operand, std::move(*message));
    (*call)->transformer = source.transformer;
    set_result_type(**call, source);
    return call;
}

NodeResult compile_node(const Operand& operand) {
    if (const auto* name = std::get_if<filter::FieldName>(&operand.value)) return compile_field(operand, *name);
    if (const auto* call = std::get_if<TransformerCall>(&operand.value)) return compile_call(operand, *call);
    if (const auto* list = std::get_if<filter::OperandList>(&operand.value)) return compile_list(*list);
    auto node = std::make_unique<ExpressionNode>();
    node->literal = std::get<filter::Literal>(operand.value).value;
    return node;
}

Presence evaluate_node(const ExpressionNode& node, Context& context, Value& value);

// Of several parts the value is as certain as the least certain one; Absent outweighs all. False when there is no
// value, or none in particular.
bool join_presence(Presence& all, Presence part, const Value& value) {
    if (part == Presence::Absent) {
        all = Presence::Absent;
        return false;
    }
    if (part != Presence::Present) all = Presence::Unknown;
    if (part == Presence::OneOf) return false;
    return part == Presence::Present || value.form != Value::Form::None;
}

// The values of all inputs. `complete` tells whether every one has a value; without it only Unknown or Absent is left.
Presence evaluate_inputs(const ExpressionNode& node, Context& context, std::vector<Value>& values, bool& complete) {
    Presence all = Presence::Present;
    complete = true;
    for (const NodePtr& input : node.inputs) {
        Value value;
        const bool valued = join_presence(all, evaluate_node(*input, context, value), value);
        if (all == Presence::Absent) return all;
        complete = complete && valued;
        values.push_back(value);
    }
    return all;
}

std::span<const Value> items_of(const Value& value) {
    return value.form == Value::Form::List ? value.list : std::span<const Value>(&value, 1);
}

void append_plain(const Value& value, std::string& out) {
    if (value.form == Value::Form::Bytes) {
        out += value.text;
    } else {
        append_text(value, PrintFormat::Dec, out);
    }
}

Value joined(std::span<const Value> parts, Scratch& scratch) {
    std::string& out = scratch.text();
    std::string& separator = scratch.text();
    append_plain(parts[0], separator);
    const std::span<const Value> items = items_of(parts[1]);
    for (size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += separator;
        append_plain(items[i], out);
    }
    return Value::of_text(out);
}

Value concatenated(std::span<const Value> parts, Scratch& scratch) {
    std::string& out = scratch.text();
    for (const Value& part : parts) append_plain(part, out);
    return Value::of_text(out);
}

bool options_of(const ExpressionNode& node, std::span<const Value> parts, Scratch& scratch, Value& value) {
    const OptionLetters letters = node.letters ? *node.letters : OptionLetters(parts[1].text);
    if (node.option) return find_option(items_of(parts[0]), letters, *node.option, value);
    std::vector<Value>& found = scratch.list();
    find_options(items_of(parts[0]), letters, found);
    value = Value::of_list(found);
    return true;
}

bool apply(const ExpressionNode& node, std::span<const Value> parts, Scratch& scratch, Value& value) {
    switch (node.transformer) {
        case Transformer::Join:
            value = joined(parts, scratch);
            return true;
        case Transformer::Concat:
            value = concatenated(parts, scratch);
            return true;
        case Transformer::GetOpt:
            return options_of(node, parts, scratch, value);
        default:
            value = parts.front();
            return transform(node.transformer, scratch, value);
    }
}

// Inside a transformer a field that stands for every ancestor is one text, as it is when shown.
Presence evaluate_parts(const ExpressionNode& node, Context& context, Value& value) {
    const bool shown = std::exchange(context.shown, true);
    std::vector<Value>& parts = context.scratch.list();
    bool complete = false;
    const Presence presence = evaluate_inputs(node, context, parts, complete);
    context.shown = shown;
    if (presence == Presence::Absent || !complete) return presence;
    if (node.kind == Kind::List) {
        value = Value::of_list(parts);
        return presence;
    }
    return apply(node, parts, context.scratch, value) ? presence : Presence::Absent;
}

Presence evaluate_node(const ExpressionNode& node, Context& context, Value& value) {
    switch (node.kind) {
        case Kind::Field:
            return extract(node.field, context, value);
        case Kind::Literal:
            value = Value::of_text(node.literal);
            return Presence::Present;
        case Kind::List:
        case Kind::Call:
            break;
    }
    return evaluate_parts(node, context, value);
}

void collect_fields(const ExpressionNode& node, std::vector<const Field*>& fields) {
    if (node.kind == Kind::Field) fields.push_back(&node.field);
    for (const NodePtr& input : node.inputs) collect_fields(*input, fields);
}

}  // namespace

tl::expected<Expression, ExpressionError> Expression::compile(const Operand& operand) {
    const bool bare = std::holds_alternative<filter::Literal>(operand.value) ||
                      std::holds_alternative<filter::OperandList>(operand.value);
    if (bare) return error(operand, "expected a field or a field transformer");
    NodeResult node = compile_node(operand);
    if (!node) return tl::unexpected(std::move(node.error()));
    Expression result;
    result.root_ = std::move(*node);
    result.text_ = result.root_->kind == Kind::Field ? result.root_->field.text : filter::print(operand);
    return result;
}

Presence Expression::evaluate(Context& context, Value& value) const {
    value = {};
    if (root_ == nullptr) return Presence::Absent;
    const Presence presence = evaluate_node(*root_, context, value);
    if (presence == Presence::Absent) value = {};
    return presence;
}

ParamType Expression::type() const { return root_ != nullptr ? root_->type : ParamType::None; }
bool Expression::is_list() const { return root_ != nullptr && root_->list; }

const Field* Expression::plain_field() const {
    return root_ != nullptr && root_->kind == Kind::Field ? &root_->field : nullptr;
}

void Expression::collect(std::vector<const Field*>& fields) const {
    if (root_ != nullptr) collect_fields(*root_, fields);
}

PrintFormat Expression::format() const {
    const Field* field = plain_field();
    return field != nullptr ? field->format : PrintFormat::Dec;
}

}  // namespace bewit::field
