#include "engine/rule/exception_text.h"

#include <fmt/format.h>

#include "engine/rule/condition_places.h"
#include "engine/rule/exception_check.h"
#include "engine/rule/list_table.h"

namespace bewit::rule {
namespace {

std::string in_parentheses(std::string_view text) {
    return text.starts_with('(') ? std::string(text) : fmt::format("({})", text);
}

std::string element_text(const Exception::Element& element, std::string_view comp) {
    if (element.is_list) {
        std::string text(1, '(');
        for (const std::string& item : element.items) {
            if (text != "(") text += ", ";
            text += quoted_item(item);
        }
        return text + ")";
    }
    return takes_list(comp) ? in_parentheses(element.items[0]) : quoted_item(element.items[0]);
}

std::string_view at(const std::vector<std::string>& words, size_t index) {
    return index < words.size() ? std::string_view(words[index]) : std::string_view();
}

class Writer {
public:
    explicit Writer(const Rule& rule) : rule_(rule) {}

    tl::expected<ConditionWithExceptions, Diagnostic> write() {
        put("(");
        mark(0, Span::copied);
        result_.text += rule_.condition;
        mark(rule_.condition.size(), Span::copied);
        put(")");
        for (const Exception& exception : rule_.exceptions) {
            if (exception.values.empty()) continue;
            put(" and not (");
            const bool ok = exception.fields_is_list ? tuples(exception) : values(exception);
            if (!ok) return tl::unexpected(std::move(error_));
            put(")");
        }
        return std::move(result_);
    }

private:
    // field op (v1, v2, ...)
    bool values(const Exception& exception) {
        put(fmt::format("{} {} (", at(exception.fields, 0), at(exception.comps, 0)));
        bool first = true;
        for (const Exception::Row& row : exception.values) {
            if (row.is_tuple) return fail("Expected values array to contain a list of strings", exception, row);
            if (!first) put(", ");
            first = false;
            mark_row(exception, row);
            put(quoted_item(row.elements[0].items[0]));
        }
        put(")");
        return true;
    }

    // ( f1 op1 a1 and  f2 op2 a2) or (...)
    bool tuples(const Exception& exception) {
        bool first = true;
        for (const Exception::Row& row : exception.values) {
            const size_t length = row.is_tuple ? row.elements.size() : 0;
            if (length != exception.fields.size())
                return fail("Fields and values lists must have equal length", exception, row);
            if (!first) put(" or ");
            first = false;
            mark_row(exception, row);
            put("(");
            for (size_t i = 0; i < length; ++i) comparison(exception, row, i);
            put(")");
        }
        return true;
    }

    void comparison(const Exception& exception, const Exception::Row& row, size_t i) {
        const std::string_view comp = at(exception.comps, i);
        if (i > 0) put(" and ");
        put(fmt::format(" {} {} {}", exception.fields[i], comp, element_text(row.elements[i], comp)));
    }

    void put(std::string_view piece) { result_.text += piece; }

    void mark(size_t old, uint32_t insertion) {
        std::vector<Span>& spans = result_.rewriting.spans;
        spans.push_back({static_cast<uint32_t>(result_.text.size()), static_cast<uint32_t>(old), insertion});
    }

    // What follows is from this row, up to the next one.
    void mark_row(const Exception& exception, const Exception::Row& row) {
        std::vector<Insertion>& insertions = result_.rewriting.insertions;
        mark(rule_.condition.size(), static_cast<uint32_t>(insertions.size()));
        insertions.push_back({row_step(exception, row), row.point.source});
    }

    static ContextItem row_step(const Exception& exception, const Exception::Row& row) {
        Place place;
        if (row.point.source != nullptr) place = row.point.source->place(row.point.offset);
        return {"exception", exception.name, place};
    }

    bool fail(std::string message, const Exception& exception, const Exception::Row& row) {
        error_ = {Code::ErrValidate, std::move(message), {}, {}, {}};
        if (row.point.source != nullptr) {
            error_.context.push_back(file_context(*row.point.source));
            error_.snippet = row.point.source->snippet(row.point.offset);
        }
        error_.context.push_back({"rule", rule_.name, rule_.place});
        if (exception.point.source != nullptr) {
            error_.context.push_back(
                {"exception", exception.name, exception.point.source->place(exception.point.offset)});
        }
        error_.context.push_back({"exception value", "", row_step(exception, row).place});
        error_.remedy = exception.fields_is_list ? "write one element for each field: values: [[a, b], [c, d]]"
                                                 : "`fields` is one field, so `values` is a plain list: values: [a, b]";
        return false;
    }

    const Rule& rule_;
    ConditionWithExceptions result_;
    Diagnostic error_{};
};

}  // namespace

tl::expected<ConditionWithExceptions, Diagnostic> add_exceptions(const Rule& rule) {
    if (rule.exceptions.empty()) return ConditionWithExceptions{rule.condition, {}};
    return Writer(rule).write();
}

}  // namespace bewit::rule
