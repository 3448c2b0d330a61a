#include "injector/patch/document.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace bewit::patch {
namespace {

class Values {
public:
    explicit Values(const Document& document) : document_(document) {}

    tl::expected<Json, Problem> of(const Node& node, size_t depth) {
        if (++count_ > limits::values)
            return refuse(node, fmt::format("aliases make more than {} values of it", limits::values));
        if (depth > limits::depth) return refuse(node, fmt::format("nested more than {} levels deep", limits::depth));
        auto value = plain(node, depth);
        if (!value) return value;
        const std::string intrinsic = intrinsic_of(node.tag);
        if (intrinsic.empty()) return value;
        return Json::object({{intrinsic, std::move(*value)}});
    }

private:
    tl::unexpected<Problem> refuse(const Node& node, std::string message) const {
        return tl::unexpected(problem_at(document_, node.begin, std::move(message)));
    }

    tl::expected<Json, Problem> plain(const Node& node, size_t depth) {
        switch (node.kind) {
            case Node::Kind::Null:
                return Json();
            case Node::Kind::Scalar:
                return node.scalar;
            case Node::Kind::Alias:
                return of(*node.target, depth + 1);
            case Node::Kind::Sequence:
                return sequence(node, depth);
            case Node::Kind::Map:
                return map(node, depth);
        }
        return Json();
    }

    tl::expected<Json, Problem> sequence(const Node& node, size_t depth) {
        Json result = Json::array();
        for (const Node* child : node.children) {
            auto value = of(*child, depth + 1);
            if (!value) return value;
            result.push_back(std::move(*value));
        }
        return result;
    }

    tl::expected<Json, Problem> map(const Node& node, size_t depth) {
        Json result = Json::object();
        // Keys are known to be unique; looking each up again would take quadratic time.
        auto& pairs = static_cast<Json::object_t::Container&>(result.get_ref<Json::object_t&>());
        for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
            auto value = of(*node.children[i + 1], depth + 1);
            if (!value) return value;
            pairs.emplace_back(node.children[i]->scalar.get<std::string>(), std::move(*value));
        }
        return result;
    }

    const Document& document_;
    size_t count_ = 0;
};

std::vector<std::string> pointer_steps(std::string_view pointer) {
    std::vector<std::string> steps;
    while (!pointer.empty()) {
        pointer.remove_prefix(1);
        const size_t end = std::min(pointer.find('/'), pointer.size());
        std::string step(pointer.substr(0, end));
        for (size_t at = 0; (at = step.find('~', at)) != std::string::npos; ++at) {
            step.replace(at, 2, at + 1 < step.size() && step[at + 1] == '1' ? "/" : "~");
        }
        steps.push_back(std::move(step));
        pointer.remove_prefix(end);
    }
    return steps;
}

const Node* child_of(const Node& node, const std::string& step) {
    if (node.kind == Node::Kind::Map) {
        for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
            if (node.children[i]->scalar == step) return node.children[i + 1];
        }
    }
    size_t index = 0;
    const auto [end, failure] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (node.kind != Node::Kind::Sequence || failure != std::errc() || end != step.data() + step.size()) return nullptr;
    return index < node.children.size() ? node.children[index] : nullptr;
}

bool starts_json(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// `{key: ...`, which no JSON begins with.
bool starts_with_plain_key(std::string_view text) {
    size_t at = text.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos || text[at] != '{') return false;
    at = text.find_first_not_of(" \t\r\n", at + 1);
    return at != std::string_view::npos && std::isalpha(static_cast<unsigned char>(text[at])) != 0;
}

}  // namespace

std::string to_text(const Problem& problem, std::string_view file) {
    std::string text(file);
    if (problem.line != 0) text += fmt::format("{}{}:{}", text.empty() ? "" : ":", problem.line, problem.column);
    if (!text.empty()) text += ": ";
    if (!problem.pointer.empty()) text += problem.pointer + ": ";
    text += problem.message;
    // Names from a file may hold anything.
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, '?');
    return text;
}

std::string intrinsic_of(std::string_view tag) {
    if (tag.size() < 2 || tag[0] != '!' || tag[1] == '!') return {};
    std::string name(tag.substr(1));
    if (name == "Ref" || name == "Condition") return name;
    return "Fn::" + name;
}

tl::expected<Json, Problem> value_of(const Document& document, const Node& node) {
    return Values(document).of(node, 0);
}

Problem problem_at(const Document& document, size_t offset, std::string message) {
    const std::string_view before = std::string_view(document.text).substr(0, offset);
    Problem problem{.message = std::move(message)};
    problem.line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
    problem.column = static_cast<uint32_t>(before.size() - (before.rfind('\n') + 1) + 1);  // npos + 1 is 0
    return problem;
}

Problem located(const Document& document, const Node& root, Problem problem) {
    const Node* node = &root;
    size_t hops = 0;
    for (const std::string& step : pointer_steps(problem.pointer)) {
        while (node->kind == Node::Kind::Alias && ++hops < limits::depth) node = node->target;
        if (step == intrinsic_of(node->tag)) continue;
        const Node* child = child_of(*node, step);
        if (child == nullptr) break;
        node = child;
    }
    const Problem place = problem_at(document, node->begin, {});
    problem.line = place.line;
    problem.column = place.column;
    return problem;
}

tl::expected<Document, Problem> read_document(std::string text, bool yaml) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    const bool marked = text.starts_with(mark);
    if (marked) text.erase(0, mark.size());
    // A file that is called YAML and looks like JSON is mostly JSON, whose tabs the YAML parser does not bear.
    auto document = starts_json(text) ? read_json(text) : read_yaml(text);
    if (!document && starts_json(text) && (yaml || starts_with_plain_key(text))) {
        auto other = read_yaml(text);
        if (yaml || other) document = std::move(other);
    }
    if (document && marked) document->mark = mark;
    return document;
}

}  // namespace bewit::patch
