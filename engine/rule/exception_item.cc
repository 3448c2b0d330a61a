#include "engine/rule/exception_item.h"

#include <unordered_set>

#include <fmt/format.h>

namespace bewit::rule {
namespace {

using Kind = YamlNode::Kind;

// A scalar that may not be empty.
bool take_scalar(const YamlNode& node, std::string_view name, const Context& context, Report& report,
                 std::string& out) {
    const Context step = report.step(&context, "value for", name, node);
    if (node.scalar.empty()) return report.fail(Code::ErrYamlValidate, "Value must be non-empty", &step);
    if (!report.charge(1, node.scalar.size(), &step)) return false;
    out = node.scalar;
    return true;
}

// The items of a sequence of scalars. What is none stays empty.
bool take_scalars(const YamlNode& sequence, std::string_view name, const Context& context, Report& report,
                  std::vector<std::string>& out) {
    const Context step = report.step(&context, "value for", name, sequence);
    for (const YamlNode* child : sequence.children) {
        const Context child_step = report.step(&step, "exception", "", *child);
        if (!report.charge(1, 0, &child_step)) return false;
        std::string& item = out.emplace_back();
        if (child->is(Kind::Scalar) && !take_scalar(*child, "", child_step, report, item)) return false;
    }
    return true;
}

// `fields` or `comps`: a scalar or a sequence of scalars. What is neither counts as missing.
bool read_words(const ItemReader& reader, std::string_view key, Presence presence, std::vector<std::string>& out,
                bool& is_list) {
    const YamlNode* value = reader.item().find(key);
    if (value == nullptr) {
        if (presence != Presence::Required) return true;
        return reader.fail(Code::ErrYamlValidate, fmt::format("Item has no mapping for key '{}'", key),
                           fmt::format("add `{}: ...` to the exception", key));
    }
    is_list = value->is(Kind::Sequence);
    if (is_list) return take_scalars(*value, key, reader.context(), reader.report(), out);
    if (!value->is(Kind::Scalar)) return true;
    return take_scalar(*value, key, reader.context(), reader.report(), out.emplace_back());
}

bool read_element(const YamlNode& node, const Context& context, Report& report, Exception::Element& out) {
    out.is_list = node.is(Kind::Sequence);
    if (out.is_list) return take_scalars(node, "", context, report, out.items);
    std::string& item = out.items.emplace_back();
    return !node.is(Kind::Scalar) || take_scalar(node, "", context, report, item);
}

bool read_row(const YamlNode& node, const Context& parent, Report& report, Exception::Row& out) {
    const Context context = report.step(&parent, "exception value", "", node);
    if (!report.charge(1, 0, &context)) return false;
    out.point = report.point_of(node);
    out.is_tuple = node.is(Kind::Sequence);
    if (!out.is_tuple) return read_element(node, context, report, out.elements.emplace_back());
    for (const YamlNode* child : node.children) {
        if (!report.charge(1, 0, &context)) return false;
        if (!read_element(*child, context, report, out.elements.emplace_back())) return false;
    }
    return true;
}

bool read_values(const ItemReader& reader, bool append, std::vector<Exception::Row>& out) {
    const YamlNode::Pair pair = reader.item().pair("values");
    if (pair.value == nullptr) {
        if (append) reader.warn(Code::AppendNoValues, "Overriding/appending exception with no values");
        return true;
    }
    const Context context = reader.report().step(&reader.context(), "exception values", "", pair.shown());
    if (!pair.value->is(Kind::Sequence)) {
        return reader.report().fail(Code::ErrYamlValidate, "Rule exception values must be a sequence", &context,
                                    "write `values: [...]`, or leave the key out");
    }
    for (const YamlNode* child : pair.value->children) {
        if (!read_row(*child, context, reader.report(), out.emplace_back())) return false;
    }
    return true;
}

bool read_exception(const YamlNode& node, const ItemReader& rule, bool append, Exception& exception) {
    Report& report = rule.report();
    const Context unnamed = report.step(&rule.context(), "exception", "", node);
    if (!node.is(Kind::Map)) return report.fail(Code::ErrYamlValidate, "Rule exception must be a mapping", &unnamed);
    if (!ItemReader(node, unnamed, report).read("name", exception.name)) return false;
    const Context context = report.step(&rule.context(), "exception", exception.name, node);
    const ItemReader reader(node, context, report);
    exception.point = report.point_of(node);
    return read_words(reader, "fields", append ? Presence::Optional : Presence::Required, exception.fields,
                      exception.fields_is_list) &&
           read_words(reader, "comps", Presence::Optional, exception.comps, exception.comps_is_list) &&
           read_values(reader, append, exception.values);
}

void warn_of_same_name(const YamlNode& node, const ItemReader& rule, const std::string& name) {
    const Context context = rule.report().step(&rule.context(), "exception", name, node);
    rule.report().warn(Code::ExceptionNameNotUnique,
                       fmt::format("Multiple definitions of exception '{}' in the same rule", name), &context);
}

}  // namespace

bool read_exceptions(const ItemReader& rule, bool append, std::vector<Exception>& out) {
    const YamlNode* value = rule.item().find("exceptions");
    if (value == nullptr || value->is(Kind::Null)) return true;
    const Context context = rule.report().step(&rule.context(), "exceptions", "", *value);
    if (!value->is(Kind::Sequence)) {
        return rule.report().fail(Code::ErrYamlValidate, "Rule exceptions must be a sequence", &context,
                                  "each exception begins with `- name: ...`");
    }
    std::unordered_set<std::string> names;
    for (const YamlNode* child : value->children) {
        Exception& exception = out.emplace_back();
        if (!read_exception(*child, rule, append, exception)) return false;
        if (!names.insert(exception.name).second) warn_of_same_name(*child, rule, exception.name);
    }
    return true;
}

}  // namespace bewit::rule
