// YAML with the place of every value. yaml-cpp parses, and says where values begin; where they end is found here, from
// the text between two beginnings (yaml_extent.h).
#include <unordered_set>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text_buffer.h"
#include "injector/patch/document.h"
#include "injector/patch/utf8.h"
#include "injector/patch/yaml_extent.h"
#include "injector/patch/yaml_scalar.h"

namespace bewit::patch {
namespace {

// Thrown through the YAML parser, and caught where it was called.
struct Refusal {
    size_t offset;
    std::string message;
};

class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(Document& document) : document_(document) {}

    void OnDocumentStart(const YAML::Mark&) override {
        open_.clear();
        anchors_.clear();
        root_ = nullptr;
    }
    void OnDocumentEnd() override {
        if (root_ != nullptr && root_->kind != Node::Kind::Null) document_.roots.push_back(root_);
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node& node = add(Node::Kind::Null, mark, {}, anchor);
        // `key:` is nothing at all, wherever the parser was when it noticed; `key: null` and `key: ~` are words.
        const std::string_view here = std::string_view(document_.text).substr(node.begin);
        if (!here.starts_with('~') && !here.starts_with("null") && !here.starts_with("Null") &&
            !here.starts_with("NULL"))
            node.begin = nowhere;
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const size_t at = offset_of(mark);
        if (anchor >= anchors_.size() || anchors_[anchor] == nullptr) throw Refusal{at, "the alias stands for nothing"};
        for (const Node* open : open_) {
            if (open == anchors_[anchor]) throw Refusal{at, "the alias stands for what contains it"};
        }
        add(Node::Kind::Alias, mark, {}, 0).target = anchors_[anchor];
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        const bool key = at_key();
        Node& node = add(Node::Kind::Scalar, mark, tag, anchor);
        node.scalar = tag == "?" && !key ? plain_value(value) : Json(value);
        if (key && !keys_.back().insert(value).second)
            throw Refusal{offset_of(mark), fmt::format("the key '{}' stands twice in this map", value)};
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override {
        descend(Node::Kind::Sequence, mark, tag, anchor, style);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override {
        descend(Node::Kind::Map, mark, tag, anchor, style);
    }
    void OnMapEnd() override { close(); }

private:
    size_t offset_of(const YAML::Mark& mark) const {
        return std::min(static_cast<size_t>(std::max(mark.pos, 0)), document_.text.size());
    }

    bool at_key() const {
        return !open_.empty() && open_.back()->kind == Node::Kind::Map && open_.back()->children.size() % 2 == 0;
    }

    Node& add(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (document_.nodes.size() >= limits::values)
            throw Refusal{offset_of(mark), fmt::format("more than {} values", limits::values)};
        // A pair is two bytes at least. The parser finds values without end in some texts that are no YAML.
        if (document_.nodes.size() > 2 * document_.text.size() + 16)
            throw Refusal{offset_of(mark), "no valid YAML: there are more values than bytes"};
        if (at_key() && kind != Node::Kind::Scalar) throw Refusal{offset_of(mark), "a key must be a word"};
        Node& node = document_.nodes.emplace_back();
        node.kind = kind;
        node.begin = node.end = offset_of(mark);
        if (tag.size() > 1) node.tag = tag;  // "?" and "!" are the parser's, for plain and quoted
        if (anchor != 0) {
            if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
            anchors_[anchor] = &node;
        }
        if (open_.empty()) {
            root_ = &node;
        } else {
            open_.back()->children.push_back(&node);
        }
        return node;
    }

    void descend(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                 YAML::EmitterStyle::value style) {
        if (open_.size() >= limits::depth)
            throw Refusal{offset_of(mark), fmt::format("nested more than {} levels deep", limits::depth)};
        Node& node = add(kind, mark, tag, anchor);
        node.flow = style == YAML::EmitterStyle::Flow;
        open_.push_back(&node);
        keys_.emplace_back();
    }

    void close() {
        open_.pop_back();
        keys_.pop_back();
    }

    Document& document_;
    std::vector<Node*> open_;  // from the document's root down
    std::vector<std::unordered_set<std::string>> keys_;
    std::vector<const Node*> anchors_;
    Node* root_ = nullptr;
};

// Where more brackets are open than the YAML parser should have to remember: an offset, or npos. Quotes and comments
// are not told apart.
size_t bracket_flood(std::string_view text) {
    size_t open = 0;
    for (size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if ((c == '[' || c == '{') && ++open > limits::open_brackets) return at;
        if (c == ']' || c == '}') open -= std::min<size_t>(open, 1);
    }
    return std::string_view::npos;
}

// With advice where Helm's braces are the cause. CloudFormation has such braces within quotes (`{{resolve:...}}`).
std::string explain(std::string message, std::string_view text) {
    for (size_t at = 0; (at = text.find("{{", at)) != std::string_view::npos; at += 2) {
        if (text.substr(at).starts_with("{{resolve:")) continue;
        return message +
               "; this looks like a template: render it first (`helm template`), or use bewit as Helm's post-renderer";
    }
    return message;
}

}  // namespace

tl::expected<Document, Problem> read_yaml(std::string text) {
    Document document{.text = std::move(text)};
    if (const auto fit = check_text(document); !fit) return tl::unexpected(fit.error());
    if (const size_t flood = bracket_flood(document.text); flood != std::string_view::npos) {
        return tl::unexpected(
            problem_at(document, flood, fmt::format("more than {} brackets are open", limits::open_brackets)));
    }
    try {
        TextBuffer buffer(document.text);
        std::istream stream(&buffer);
        YAML::Parser parser(stream);
        TreeBuilder builder(document);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Refusal& refusal) {
        return tl::unexpected(problem_at(document, refusal.offset, explain(refusal.message, document.text)));
    } catch (const YAML::Exception& exception) {
        const auto offset =
            exception.mark.is_null() ? document.text.size() : static_cast<size_t>(std::max(exception.mark.pos, 0));
        return tl::unexpected(problem_at(document, std::min(offset, document.text.size()),
                                         explain("no valid YAML: " + exception.msg, document.text)));
    }
    find_extents(document);
    return document;
}

}  // namespace bewit::patch
