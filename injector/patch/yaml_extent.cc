#include "injector/patch/yaml_extent.h"

#include <algorithm>

namespace bewit::patch {
namespace {

class Extents {
public:
    explicit Extents(Document& document) : text_(document.text), nodes_(document.nodes) {}

    void find(Node& root) { visit(root, -1, false); }
    // Before the next root: nodes lie in the order of the text.
    void skip_to(const Node& root) {
        while (next_ < nodes_.size() && &nodes_[next_] != &root) ++next_;
    }

private:
    char at(size_t offset) const { return offset < text_.size() ? text_[offset] : '\n'; }
    bool is_space(size_t offset) const { return at(offset) == ' ' || at(offset) == '\t'; }
    bool is_break(size_t offset) const { return at(offset) == '\n' || at(offset) == '\r'; }
    bool is_gap(size_t offset) const { return is_space(offset) || is_break(offset); }
    bool comment_starts(size_t offset) const { return at(offset) == '#' && (offset == 0 || is_gap(offset - 1)); }
    size_t line_end(size_t offset) const { return std::min(text_.find('\n', offset), text_.size()); }
    int column(size_t offset) const {
        const size_t start = offset == 0 ? 0 : text_.rfind('\n', offset - 1) + 1;
        return static_cast<int>(offset - start);
    }

    size_t skip_gap(size_t offset) const {
        while (offset < text_.size()) {
            if (comment_starts(offset)) {
                offset = line_end(offset);
            } else if (is_gap(offset)) {
                ++offset;
            } else {
                break;
            }
        }
        return offset;
    }

    // Behind the tag and the anchor of a node.
    size_t content_of(size_t offset) const {
        while (at(offset) == '!' || at(offset) == '&') {
            while (offset < text_.size() && !is_gap(offset)) ++offset;
            offset = skip_gap(offset);
        }
        return offset;
    }

    // Where the next value begins, as far as the parser said.
    size_t limit() const {
        for (size_t i = next_; i < nodes_.size(); ++i) {
            if (nodes_[i].begin != nowhere) return nodes_[i].begin;
        }
        return text_.size();
    }

    void visit(Node& node, int indent, bool flow) {
        ++next_;
        if (node.begin == nowhere) return;  // its parent places it
        switch (node.kind) {
            case Node::Kind::Null:
            case Node::Kind::Scalar:
                node.end = scalar_end(node, indent, flow);
                break;
            case Node::Kind::Alias:
                node.end = text_.find_first_of(" \t\r\n,]}", node.begin);
                node.end = std::min(node.end, text_.size());
                break;
            case Node::Kind::Sequence:
                visit_sequence(node);
                break;
            case Node::Kind::Map:
                visit_map(node);
                break;
        }
    }

    void place(Node& node, size_t offset) {
        if (node.begin == nowhere) node.begin = node.end = offset;
    }

    void visit_sequence(Node& node) {
        const size_t content = content_of(node.begin);
        const int indent = node.flow ? 0 : column(content);
        size_t end = content + (node.flow ? 1 : 0);
        for (Node* child : node.children) {
            end = skip_gap(end);
            if (node.flow && at(end) == ',') ++end;
            if (!node.flow) {
                node.marks.push_back(end);
                end = std::min(end + 1, text_.size());
            }
            visit(*child, indent, node.flow);
            place(*child, end);
            end = std::max(end, child->end);
        }
        node.end = node.flow ? close(content, '[', ']', end) : end;
    }

    void visit_map(Node& node) {
        const size_t content = content_of(node.begin);
        const int indent = node.flow ? 0 : column(content);
        size_t end = content + (node.flow ? 1 : 0);
        for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
            Node& key = *node.children[i];
            Node& value = *node.children[i + 1];
            visit(key, indent, node.flow);
            place(key, end);
            size_t colon = skip_gap(key.end);
            colon = at(colon) == ':' ? colon + 1 : key.end;
            node.marks.push_back(colon);
            visit(value, indent, node.flow);
            place(value, colon);
            end = std::max(colon, value.end);
        }
        node.end = node.flow ? close(content, '{', '}', end) : end;
    }

    // Behind the bracket that closes. A pair in a flow sequence is a map without one.
    size_t close(size_t content, char opens, char closes, size_t end) const {
        if (at(content) != opens) return end;
        while (true) {
            end = skip_gap(end);
            if (at(end) != ',' || end >= text_.size()) break;
            ++end;
        }
        return at(end) == closes ? end + 1 : end;
    }

    size_t scalar_end(const Node& node, int indent, bool flow) const {
        const size_t begin = content_of(node.begin);
        if (at(begin) == '"' || at(begin) == '\'') return quoted_end(begin);
        if (!flow && (at(begin) == '|' || at(begin) == '>')) return block_end(begin, indent);
        return flow ? flow_plain_end(begin) : plain_end(begin, indent);
    }

    size_t quoted_end(size_t begin) const {
        const char quote = at(begin);
        for (size_t i = begin + 1; i < text_.size(); ++i) {
            if (quote == '"' && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                if (quote == '"' || at(i + 1) != '\'') return i + 1;
                ++i;
            }
        }
        return text_.size();
    }

    // `|` and `>`: to the last line that is indented more than what holds it. Empty lines at its end belong to it only
    // if it keeps them (`|+`).
    size_t block_end(size_t begin, int indent) const {
        size_t header_end = line_end(begin);
        const bool keeps = text_.substr(begin, header_end - begin).find('+') != std::string_view::npos;
        size_t end = header_end;
        for (size_t line = header_end + 1; line < text_.size(); line = line_end(line) + 1) {
            const size_t stop = line_end(line);
            const size_t first = std::min(text_.find_first_not_of(' ', line), stop);
            const bool blank = first == stop || (at(first) == '\r' && first + 1 == stop);
            if (!blank && static_cast<int>(first - line) <= indent) break;
            if (!blank || keeps) end = stop;
        }
        return trim_return(end);
    }

    size_t trim_return(size_t end) const { return end > 0 && text_[end - 1] == '\r' ? end - 1 : end; }

    // The end of the words of one line.
    size_t words_end(size_t begin, size_t bound, bool flow) const {
        size_t end = begin;
        for (size_t i = begin; i < bound && !is_break(i); ++i) {
            if (comment_starts(i)) break;
            if (at(i) == ':' && (is_gap(i + 1) || (flow && (at(i + 1) == ',' || at(i + 1) == ']' || at(i + 1) == '}'))))
                break;
            if (flow && (at(i) == ',' || at(i) == ']' || at(i) == '}')) break;
            if (!is_space(i)) end = i + 1;
        }
        return end;
    }

    size_t plain_end(size_t begin, int indent) const {
        const size_t bound = std::max(limit(), begin);
        size_t end = words_end(begin, bound, false);
        while (true) {
            size_t next = end;
            while (is_space(next)) ++next;
            if (!is_break(next)) return end;  // a comment or a colon
            while (next < bound && is_gap(next)) ++next;
            if (next >= bound || comment_starts(next) || column(next) <= indent) return end;
            const std::string_view here = text_.substr(next);
            if (column(next) == 0 && (here.starts_with("---") || here.starts_with("..."))) return end;
            const size_t more = words_end(next, bound, false);
            if (more <= end) return end;
            end = more;
        }
    }

    size_t flow_plain_end(size_t begin) const {
        size_t end = words_end(begin, text_.size(), true);
        while (true) {
            size_t next = end;
            while (next < text_.size() && is_gap(next)) ++next;
            if (next == end || next >= text_.size() || at(next) == '#') return end;
            const size_t more = words_end(next, text_.size(), true);
            if (more <= next) return end;
            end = more;
        }
    }

    std::string_view text_;
    std::deque<Node>& nodes_;
    size_t next_ = 0;
};

}  // namespace

void find_extents(Document& document) {
    Extents extents(document);
    for (Node* root : document.roots) {
        extents.skip_to(*root);
        extents.find(*root);
    }
}

}  // namespace bewit::patch
