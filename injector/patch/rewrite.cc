#include "injector/patch/rewrite.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "injector/patch/alignment.h"
#include "injector/patch/value_text.h"

namespace bewit::patch {
namespace {

struct Edit {
    size_t begin, end;  // bytes of the text that go
    std::string text;   // what comes in their place
};

// Thrown within this file: a change that cannot be written.
struct Refusal {
    size_t offset;
    std::string message;
};

class Rewriter {
public:
    explicit Rewriter(const Document& document) : document_(document), text_(document.text) {
        const size_t line = text_.find('\n');
        if (line != std::string_view::npos && line > 0 && text_[line - 1] == '\r') line_end_ = "\r\n";
    }

    void root(const Node& node, const Json& wanted) { change(node, wanted, node.begin); }

    std::string result() {
        std::stable_sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
        });
        std::string text;
        size_t at = 0;
        for (const Edit& edit : edits_) {
            if (edit.begin < at) throw Refusal{edit.begin, "changes meet here"};
            text.append(text_.substr(at, edit.begin - at)).append(edit.text);
            at = edit.end;
        }
        text.append(text_.substr(at));
        // A text whose last line does not end, ends so without its last items, too.
        if (!text_.ends_with('\n') && text.ends_with(line_end_)) text.resize(text.size() - line_end_.size());
        return text;
    }

private:
    // ---- places
    size_t line_start(size_t offset) const { return offset == 0 ? 0 : text_.rfind('\n', offset - 1) + 1; }
    // Where the line ends that holds `offset`, before its line end.
    size_t rest_of_line(size_t offset) const {
        const size_t end = std::min(text_.find('\n', offset), text_.size());
        return end > offset && text_[end - 1] == '\r' ? end - 1 : end;
    }
    bool first_on_line(size_t offset) const { return text_.find_first_not_of(" \t", line_start(offset)) >= offset; }
    size_t column(size_t offset) const { return offset - line_start(offset); }
    std::string leading(size_t offset) const {
        const size_t start = line_start(offset);
        return std::string(text_.substr(start, std::min(text_.find_first_not_of(" \t", start), text_.size()) - start));
    }

    void edit(size_t begin, size_t end, std::string text) { edits_.push_back({begin, end, std::move(text)}); }

    // ---- values
    Json value(const Node& node) const { return value_of(document_, node).value_or(Json()); }

    // `region` begins where a new value may be written: behind the colon or the dash.
    void change(const Node& node, const Json& wanted, size_t region) {
        if (value(node) == wanted) return;
        if (node.kind == Node::Kind::Alias)
            throw Refusal{node.begin, "an alias stands here: write out what it stands for, so that it can be changed"};
        const std::string intrinsic = intrinsic_of(node.tag);
        const Json* inner = &wanted;
        if (!intrinsic.empty()) {
            if (!wanted.is_object() || wanted.size() != 1 || wanted.begin().key() != intrinsic)
                return replace(node, wanted, region);
            inner = &wanted.begin().value();
        }
        if (node.kind == Node::Kind::Map && inner->is_object() && !node.children.empty() && !inner->empty()) {
            map(node, *inner, wanted, region);
        } else if (node.kind == Node::Kind::Sequence && inner->is_array() && !node.children.empty() &&
                   !inner->empty()) {
            sequence(node, *inner, wanted, region);
        } else {
            replace(node, wanted, region);
        }
    }

    void replace(const Node& node, const Json& wanted, size_t region) {
        const std::string text = flow_text(wanted, style_at(node));
        if (document_.json) return edit(node.begin, node.end, text);
        edit(region, std::max(node.end, region), region == node.begin && node.begin != node.end ? text : " " + text);
    }

    // ---- collections
    struct Item {
        size_t begin, end;  // with its dash; with its key
        const Node* value;
        size_t region;
    };

    static size_t count(const Node& node) {
        return node.kind == Node::Kind::Map ? node.children.size() / 2 : node.children.size();
    }

    static Item item(const Node& node, size_t index) {
        if (node.kind == Node::Kind::Map) {
            const Node& key = *node.children[2 * index];
            const Node& value = *node.children[2 * index + 1];
            return {key.begin, std::max(value.end, node.marks[index]), &value, node.marks[index]};
        }
        const Node& value = *node.children[index];
        if (node.flow) return {value.begin, value.end, &value, value.begin};
        return {node.marks[index], std::max(value.end, node.marks[index] + 1), &value, node.marks[index] + 1};
    }

    void map(const Node& node, const Json& wanted, const Json& whole, size_t region) {
        std::vector<Alignment> steps;
        const size_t size = count(node);
        size_t at = 0;
        for (const auto& [key, value] : wanted.items()) {
            size_t found = at;
            while (found < size && node.children[2 * found]->scalar != key) ++found;
            if (found == size) {
                steps.push_back({.kind = Alignment::Kind::Added, .wanted = &value, .key = key});
                continue;
            }
            for (; at < found; ++at) steps.push_back({.kind = Alignment::Kind::Removed, .index = at});
            steps.push_back({.kind = Alignment::Kind::Kept, .index = at++, .wanted = &value});
        }
        for (; at < size; ++at) steps.push_back({.kind = Alignment::Kind::Removed, .index = at});
        apply(node, steps, whole, region);
    }

    void sequence(const Node& node, const Json& wanted, const Json& whole, size_t region) {
        std::vector<Json> present;
        present.reserve(node.children.size());
        for (const Node* child : node.children) present.push_back(value(*child));
        apply(node, align(present, wanted), whole, region);
    }

    void apply(const Node& node, const std::vector<Alignment>& steps, const Json& whole, size_t region) {
        const auto kept = static_cast<size_t>(std::count_if(
            steps.begin(), steps.end(), [](const Alignment& s) { return s.kind == Alignment::Kind::Kept; }));
        if (kept == 0) return replace(node, whole, region);
        std::vector<const Alignment*> added;
        size_t previous = SIZE_MAX;  // the last item of the text that was kept
        for (size_t i = 0; i < steps.size(); ++i) {
            const Alignment& step = steps[i];
            if (step.kind == Alignment::Kind::Added) {
                added.push_back(&step);
                if (i + 1 == steps.size() || steps[i + 1].kind != Alignment::Kind::Added)
                    add(node, previous, std::exchange(added, {}));
            } else if (step.kind == Alignment::Kind::Kept) {
                const Item kept_item = item(node, step.index);
                change(*kept_item.value, *step.wanted, kept_item.region);
                previous = step.index;
            } else {
                size_t last = step.index;
                while (i + 1 < steps.size() && steps[i + 1].kind == Alignment::Kind::Removed) last = steps[++i].index;
                remove(node, step.index, last);
            }
        }
    }

    void remove(const Node& node, size_t first, size_t last) {
        const Item from = item(node, first), to = item(node, last);
        if (node.flow) {
            if (first > 0) return edit(item(node, first - 1).end, to.end, "");
            return edit(from.begin, item(node, last + 1).begin, "");  // something is kept
        }
        if (!first_on_line(from.begin)) return edit(from.begin, item(node, last + 1).begin, "");
        const size_t begin = line_start(from.begin), end = rest_of_line(to.end);
        const size_t behind = text_.substr(end).starts_with("\r\n") ? end + 2 : std::min(end + 1, text_.size());
        edit(begin, behind, "");
    }

    void add(const Node& node, size_t previous, const std::vector<const Alignment*>& added) {
        if (node.flow) return add_flow(node, previous, added);
        const size_t indent = column(item(node, 0).begin);
        const std::string next_line = line_end_ + std::string(indent, ' ');
        std::string text;
        for (const Alignment* step : added) {
            const std::string one = node.kind == Node::Kind::Map
                                        ? block_pair(step->key, *step->wanted, indent, line_end_)
                                        : "- " + block_text(*step->wanted, indent + 2, line_end_);
            text += previous == SIZE_MAX ? one + next_line : next_line + one;
        }
        if (previous == SIZE_MAX) return edit(item(node, 0).begin, item(node, 0).begin, text);
        const size_t at = rest_of_line(item(node, previous).end);
        edit(at, at, text);
    }

    void add_flow(const Node& node, size_t previous, const std::vector<const Alignment*>& added) {
        const Item first = item(node, 0);
        const FlowStyle style = style_within(node);
        const std::string gap = style.multi_line ? line_end_ + style.indent : style.spaced ? " " : "";
        std::string text;
        for (const Alignment* step : added) {
            std::string one = flow_text(*step->wanted, style);
            if (node.kind == Node::Kind::Map)
                one.insert(0, fmt::format("{}:{}", Json(step->key).dump(), style.spaced ? " " : ""));
            text += previous == SIZE_MAX ? fmt::format("{},{}", one, gap) : fmt::format(",{}{}", gap, one);
        }
        const size_t at = previous == SIZE_MAX ? first.begin : item(node, previous).end;
        edit(at, at, text);
    }

    // ---- style
    // Of what is written among the items of `node`.
    FlowStyle style_within(const Node& node) const {
        FlowStyle style{.line_end = line_end_, .spaced = spaced()};
        const size_t first = item(node, 0).begin;
        if (!first_on_line(first)) return style;
        style.multi_line = true;
        style.indent = leading(first);
        const std::string outer = leading(node.begin);
        if (style.indent.size() > outer.size() && style.indent.starts_with(outer))
            style.unit = style.indent.substr(outer.size());
        return style;
    }

    // Of what is written in place of `node`.
    FlowStyle style_at(const Node& node) const {
        FlowStyle style{.indent = leading(node.begin), .line_end = line_end_, .spaced = spaced()};
        if (!document_.json || document_.roots.empty()) return style;
        const Node& root = *document_.roots[0];
        if (count(root) == 0 || root.kind == Node::Kind::Scalar) return style;
        const FlowStyle outermost = style_within(root);
        style.multi_line = outermost.multi_line;
        style.unit = outermost.unit;
        return style;
    }

    bool spaced() const {
        if (!document_.json) return true;
        for (const Node& node : document_.nodes) {
            if (node.kind == Node::Kind::Map && !node.marks.empty())
                return node.marks[0] < text_.size() && (text_[node.marks[0]] == ' ' || text_[node.marks[0]] == '\n');
        }
        return true;
    }

    const Document& document_;
    std::string_view text_;
    std::string line_end_ = "\n";
    std::vector<Edit> edits_;
};

tl::expected<void, Problem> verify(const Document& document, const std::string& text, const std::vector<Json>& wanted) {
    const auto again = document.json ? read_json(text) : read_yaml(text);
    const std::string advice =
        "the changed text would not mean what it should; write this definition in a plainer style";
    if (!again) {
        Problem problem = again.error();
        problem.message = fmt::format("{} ({})", advice, problem.message);
        return tl::unexpected(problem);
    }
    if (again->roots.size() != wanted.size()) return tl::unexpected(Problem{.message = advice});
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (value_of(*again, *again->roots[i]) != wanted[i])
            return tl::unexpected(problem_at(document, document.roots[i]->begin, advice));
    }
    return {};
}

}  // namespace

tl::expected<std::string, Problem> rewrite(const Document& document, const std::vector<Json>& wanted) {
    Rewriter rewriter(document);
    std::string text;
    try {
        for (size_t i = 0; i < document.roots.size(); ++i) rewriter.root(*document.roots[i], wanted[i]);
        text = rewriter.result();
    } catch (const Refusal& refusal) {
        return tl::unexpected(problem_at(document, refusal.offset, refusal.message));
    }
    if (const auto right = verify(document, text, wanted); !right) return tl::unexpected(right.error());
    return text;
}

}  // namespace bewit::patch
