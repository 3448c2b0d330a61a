// JSON with the place of every value. The structure is walked here, without recursion; nlohmann::json decodes strings
// and numbers.
#include <unordered_set>

#include <fmt/format.h>

#include "injector/patch/document.h"
#include "injector/patch/utf8.h"

namespace bewit::patch {
namespace {

class JsonReader {
public:
    JsonReader(Document& document, size_t values) : document_(document), text_(document.text), values_(values) {}

    tl::expected<void, Problem> read() {
        while (true) {
            skip_space();
            if (auto step = value(); !step) return step;
            if (open_.empty()) break;
        }
        skip_space();
        if (at_ < text_.size()) return refuse("something follows the end of the JSON document");
        return {};
    }

private:
    struct Open {
        Node* node;
        std::unordered_set<std::string> keys;
    };

    tl::unexpected<Problem> refuse(std::string message) const {
        return tl::unexpected(problem_at(document_, at_, std::move(message)));
    }

    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }

    // One value, or the beginning of a collection; then whatever closes behind it, up to where the next value begins.
    tl::expected<void, Problem> value() {
        if (is('{') || is('[')) return enter(is('{') ? Node::Kind::Map : Node::Kind::Sequence);
        if (auto done = scalar(false); !done) return done;
        return follow();
    }

    tl::expected<Node*, Problem> add(Node::Kind kind) {
        if (document_.nodes.size() >= values_) return refuse(fmt::format("more than {} values", values_));
        Node& node = document_.nodes.emplace_back();
        node.kind = kind;
        node.begin = at_;
        if (open_.empty()) {
            document_.roots.push_back(&node);
        } else {
            open_.back().node->children.push_back(&node);
        }
        return &node;
    }

    tl::expected<void, Problem> enter(Node::Kind kind) {
        if (open_.size() >= limits::depth) return refuse(fmt::format("nested more than {} levels deep", limits::depth));
        auto node = add(kind);
        if (!node) return tl::unexpected(node.error());
        (*node)->flow = true;
        open_.push_back({*node, {}});
        ++at_;
        skip_space();
        if (is(closer())) return follow();
        return kind == Node::Kind::Map ? key() : tl::expected<void, Problem>();
    }

    char closer() const { return open_.back().node->kind == Node::Kind::Map ? '}' : ']'; }

    // Behind a value: closes what ends here. Leaves at_ before the next value, or open_ empty.
    tl::expected<void, Problem> follow() {
        while (!open_.empty()) {
            skip_space();
            if (is(closer())) {
                open_.back().node->end = ++at_;
                open_.pop_back();
                continue;
            }
            if (!is(','))
                return refuse(at_ == text_.size() ? "the JSON ends in the middle"
                                                  : fmt::format("a comma or '{}' is missing here", closer()));
            ++at_;
            skip_space();
            return open_.back().node->kind == Node::Kind::Map ? key() : tl::expected<void, Problem>();
        }
        return {};
    }

    tl::expected<void, Problem> key() {
        if (!is('"')) return refuse("a key in quotes is missing here");
        const size_t begin = at_;
        if (auto done = scalar(true); !done) return done;
        const Node& name = *open_.back().node->children.back();
        if (!open_.back().keys.insert(name.scalar.get<std::string>()).second) {
            at_ = begin;
            return refuse(fmt::format("the key '{}' stands twice in this object", name.scalar.get<std::string>()));
        }
        skip_space();
        if (!is(':')) return refuse("a colon is missing here");
        open_.back().node->marks.push_back(++at_);
        skip_space();
        return {};
    }

    tl::expected<void, Problem> scalar(bool is_key) {
        const size_t end = scalar_end();
        if (end == at_) return refuse(at_ == text_.size() ? "the JSON ends in the middle" : "a value is missing here");
        auto decoded = Json::parse(text_.data() + at_, text_.data() + end, nullptr, false);
        if (decoded.is_discarded()) return refuse(is_key ? "this key is no valid JSON" : "this value is no valid JSON");
        auto node = add(decoded.is_null() ? Node::Kind::Null : Node::Kind::Scalar);
        if (!node) return tl::unexpected(node.error());
        (*node)->scalar = std::move(decoded);
        (*node)->end = at_ = end;
        return {};
    }

    size_t scalar_end() const {
        if (!is('"')) return std::min(text_.find_first_of(" \t\r\n,:{}[]\"", at_), text_.size());
        for (size_t at = at_ + 1; at < text_.size(); ++at) {
            if (text_[at] == '\\') {
                ++at;
            } else if (text_[at] == '"') {
                return at + 1;
            }
        }
        return text_.size();
    }

    Document& document_;
    std::string_view text_;
    size_t values_;  // at most
    size_t at_ = 0;
    std::vector<Open> open_;
};

}  // namespace

tl::expected<Document, Problem> read_json(std::string text, size_t values) {
    Document document{.text = std::move(text), .json = true};
    if (const auto fit = check_text(document); !fit) return tl::unexpected(fit.error());
    const auto done = JsonReader(document, values).read();
    if (!done) return tl::unexpected(done.error());
    return document;
}

}  // namespace bewit::patch
