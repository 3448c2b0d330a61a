// The YAML parser's events are taken rather than its nodes: they come while it descends, so that what is nested too
// deeply can be refused before its recursion is deep; and they cost a third less.
#include "engine/rule/yaml_tree.h"

#include <algorithm>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text_buffer.h"
#include "engine/rule/load_limits.h"

namespace bewit::rule {
namespace {

// Thrown through the YAML parser, and caught where it was called.
struct Refusal {
    YamlError error;
};

class TreeBuilder : public YAML::EventHandler {
public:
    // yaml-cpp gives the same values of some broken text again and again: of a text of that size there cannot be so
    // many.
    TreeBuilder(YamlTree& tree, size_t text_size) : tree_(tree), most_values_(4 * text_size + 16) {}

    void OnDocumentStart(const YAML::Mark&) override {
        open_.clear();
        anchors_.clear();
        root_ = nullptr;
    }
    void OnDocumentEnd() override {
        if (root_ != nullptr) tree_.documents.push_back(root_);
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(YamlNode::Kind::Null, mark, anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (anchor >= anchors_.size() || anchors_[anchor] == nullptr) refuse(mark, "the alias stands for nothing");
        attach(anchors_[anchor]);
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        add(YamlNode::Kind::Scalar, mark, anchor).scalar = value;
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        descend(YamlNode::Kind::Sequence, mark, anchor);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        descend(YamlNode::Kind::Map, mark, anchor);
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    YamlNode& add(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (tree_.nodes.size() >= limits::yaml_values)
            refuse(mark, fmt::format("more than {} values", limits::yaml_values));
        if (tree_.nodes.size() >= most_values_) refuse(mark, "the YAML parser comes to no end here");
        YamlNode& node = tree_.nodes.emplace_back();
        node.kind = kind;
        node.line = mark.line;
        node.column = mark.column;
        if (anchor != 0) remember(anchor, node);
        attach(&node);
        return node;
    }

    void descend(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (open_.size() >= limits::yaml_depth) {
            refuse(mark, fmt::format("nested more than {} levels deep", limits::yaml_depth));
        }
        open_.push_back(&add(kind, mark, anchor));
    }

    void remember(YAML::anchor_t anchor, const YamlNode& node) {
        if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
        anchors_[anchor] = &node;
    }

    void attach(const YamlNode* node) {
        if (open_.empty()) {
            root_ = node;
        } else {
            open_.back()->children.push_back(node);
        }
    }

    [[noreturn]] static void refuse(const YAML::Mark& mark, std::string message) {
        throw Refusal{{mark.line, mark.column, std::move(message)}};
    }

    YamlTree& tree_;
    const size_t most_values_;
    std::vector<YamlNode*> open_;  // from the document's root down
    std::vector<const YamlNode*> anchors_;
    const YamlNode* root_ = nullptr;
};

// Where more brackets are open than the YAML parser should have to remember: an offset, or npos. Quotes and comments
// are not told apart, and an item of the file's own list counts anew.
size_t bracket_flood(std::string_view text) {
    size_t open = 0;
    for (size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '[' || c == '{') {
            if (++open > limits::open_brackets) return at;
        } else if (c == ']' || c == '}') {
            open -= std::min<size_t>(open, 1);
        } else if (c == '\n' && text.substr(at + 1).starts_with("- ")) {
            open = 0;
        }
    }
    return std::string_view::npos;
}

YamlError flood_error(std::string_view text, size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')), static_cast<int>(offset - line_start),
            fmt::format("more than {} brackets are open", limits::open_brackets)};
}

void parse_documents(std::string_view text, YamlTree& tree) {
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder(tree, text.size());
    while (parser.HandleNextDocument(builder)) {
    }
}

}  // namespace

YamlNode::Pair YamlNode::pair(std::string_view key) const {
    if (kind != Kind::Map) return {};
    for (size_t i = 0; i + 1 < children.size(); i += 2) {
        if (children[i]->kind == Kind::Scalar && children[i]->scalar == key) return {children[i], children[i + 1]};
    }
    return {};
}

tl::expected<YamlTree, YamlError> parse_yaml(std::string_view text) {
    if (const size_t flood = bracket_flood(text); flood != std::string_view::npos) {
        return tl::unexpected(flood_error(text, flood));
    }
    YamlTree tree;
    try {
        parse_documents(text, tree);
    } catch (const Refusal& refusal) {
        return tl::unexpected(refusal.error);
    } catch (const YAML::Exception& exception) {
        return tl::unexpected(YamlError{exception.mark.line, exception.mark.column, exception.what()});
    }
    return tree;
}

}  // namespace bewit::rule
