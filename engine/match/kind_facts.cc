#include "engine/match/kind_facts.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bewit::match {
namespace {

using field::Field;
using field::Value;
using filter::Operator;

constexpr Fixed::What absent = Fixed::What::Absent;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

bool has_parameter(const event::EventInfo& info, const Field& field) {
    if (field.index >= 0) return static_cast<size_t>(field.index) < info.params.size();
    return info.param(field.argument).has_value();
}

// Fields that are about the descriptor of the event; `fd.types` is about all descriptors of the process.
bool is_about_descriptor(std::string_view name) { return name.starts_with("fd.") && name != "fd.types"; }

bool has_descriptor(const event::EventInfo& info) {
    return info.has(event::CreatesFd) || info.has(event::UsesFd) || info.has(event::DestroysFd);
}

bool is_syscall(event::Kind kind) {
    const event::EventInfo* info = event::kind_event(kind);
    return info == nullptr || info->has(event::SyscallCategory);
}

// False for kinds where the field says false whatever the call was.
bool opens(std::string_view field_name, std::string_view kind_name) {
    if (is_one_of(kind_name, {"open", "openat", "openat2", "open_by_handle_at"})) return true;
    return kind_name == "creat" && (field_name == "evt.is_open_exec" || field_name == "evt.is_open_create");
}

// Those of which fixed_for() may know something.
bool may_be_fixed(std::string_view name) {
    return name.starts_with("evt.") || name == "syscall.type" || is_about_descriptor(name);
}

Fixed fixed_field(const Field& field, event::Kind kind) {
    const std::string_view name = field.definition->name;
    const event::EventInfo& info = info_of(kind);
    if (name == "evt.type" || (name == "syscall.type" && is_syscall(kind))) {
        return {Fixed::What::Always, Value::of_text(event::kind_name(kind))};
    }
    if (name == "syscall.type") return {absent, {}};
    if (is_one_of(name, {"evt.arg", "evt.rawarg"}) && !has_parameter(info, field)) return {absent, {}};
    if (is_one_of(name, {"evt.res", "evt.rawres", "evt.failed", "evt.count.error"}) && !info.has_result())
        return {absent, {}};
    if (is_one_of(name, {"evt.is_open_read", "evt.is_open_write", "evt.is_open_exec", "evt.is_open_create"}) &&
        !opens(name, event::kind_name(kind))) {
        return {Fixed::What::Always, Value::of_bool(false)};
    }
    if (is_about_descriptor(name) && !has_descriptor(info)) return {absent, {}};
    return {};
}

std::optional<uint64_t> number(const std::string& literal) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (error != std::errc{} || end != literal.data() + literal.size()) return std::nullopt;
    return value;
}

// `left op literal` for a left side that is any number from 1 upwards.
std::optional<bool> from_one_upwards(Operator op, uint64_t literal) {
    switch (op) {
        case Operator::Equal:
        case Operator::In:
            return literal == 0 ? std::optional(false) : std::nullopt;
        case Operator::NotEqual:
        case Operator::Greater:
            return literal == 0 ? std::optional(true) : std::nullopt;
        case Operator::GreaterEqual:
            return literal <= 1 ? std::optional(true) : std::nullopt;
        case Operator::LessEqual:
            return literal == 0 ? std::optional(false) : std::nullopt;
        case Operator::Less:
            return literal <= 1 ? std::optional(false) : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace

const event::EventInfo& info_of(event::Kind kind) {
    const event::EventInfo* info = event::kind_event(kind);
    return info != nullptr ? *info : *event::find_event(event::EventId::Generic);
}

std::optional<bool> constant_for_all(const Leaf& leaf, const field::Expression& left) {
    const Field* field = left.plain_field();
    if (field == nullptr || field->definition->name != "evt.num") return std::nullopt;
    if (leaf.op == Operator::Exists) return true;
    if (leaf.right || leaf.modifier != filter::Modifier::None) return std::nullopt;
    bool any_undecided = false;
    for (const std::string& literal : leaf.literals) {
        const std::optional<uint64_t> value = number(literal);
        const std::optional<bool> decided = value ? from_one_upwards(leaf.op, *value) : std::nullopt;
        if (decided == true) return true;
        any_undecided = any_undecided || !decided;
    }
    return any_undecided ? std::nullopt : std::optional(false);
}

Fixed fixed_for(const field::Expression& left, event::Kind kind) {
    return depends_on_kind(left) ? fixed_field(*left.plain_field(), kind) : Fixed{};
}

bool depends_on_kind(const field::Expression& left) {
    const Field* field = left.plain_field();
    return field != nullptr && may_be_fixed(field->definition->name);
}

std::optional<bool> constant_with(const Leaf& leaf, const Fixed& fixed) {
    if (fixed.what == Fixed::What::Nothing) return std::nullopt;
    if (fixed.what == Fixed::What::Absent) return false;
    if (leaf.right) return std::nullopt;
    field::Scratch scratch;
    return leaf.holds(fixed.value, scratch);
}

}  // namespace bewit::match
