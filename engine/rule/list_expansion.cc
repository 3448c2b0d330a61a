// Falco goes through the text once per list. One walk from left to right gives the same: a word that is a list's name
// is opened, and its items are walked in its place, in which only lists that come later count. What a later round would
// do at the edges (blanks eaten, a comma taken away by an empty list) is remembered in two flags for the bytes that
// come next.
#include "engine/rule/list_expansion.h"

#include <algorithm>
#include <set>

#include "engine/rule/load_limits.h"

namespace bewit::rule {
namespace {

class Expansion {
public:
    Expansion(std::string_view text, const ListTable& lists) : lists_(lists) { open_.push_back({text, 0, 0}); }

    bool run() {
        while (!open_.empty()) {
            step();
            if (too_large_) return false;
        }
        return true;
    }

    ExpandedText take() {
        if (used_.empty()) spans_.clear();
        return {std::move(text_), std::move(spans_), {used_.begin(), used_.end()}};
    }

private:
    // A text that is being walked: the condition at the bottom, the items of lists above it.
    struct Open {
        std::string_view text;
        size_t at;
        size_t first_list;  // lists before this position had their turn already
    };

    bool in_condition() const { return open_.size() == 1; }

    void step() {
        Open& open = open_.back();
        if (open.at == open.text.size()) return close();
        const char c = open.text[open.at];
        if (is_list_delimiter(c)) {
            delimiter(c);
            ++open.at;
            return;
        }
        const std::string_view rest = open.text.substr(open.at);
        const auto length =
            static_cast<size_t>(std::find_if(rest.begin(), rest.end(), is_list_delimiter) - rest.begin());
        const std::string_view word = rest.substr(0, length);
        const size_t at = open.at;
        open.at += length;
        const ResolvedList* list = lists_.find(word);
        if (list != nullptr && list->position >= open.first_list) return put_list(*list, at);
        put(word, at);
        swallow_blanks_ = swallow_comma_ = false;
    }

    void delimiter(char c) {
        if (is_list_blank(c)) {
            if (!swallow_blanks_) put({&c, 1}, open_.back().at);
            return;
        }
        if (c != ',' || !swallow_comma_) put({&c, 1}, open_.back().at);
        swallow_blanks_ = swallow_comma_ = false;
    }

    void put(std::string_view piece, size_t at) {
        if (in_condition()) mark_copy(at);
        grow(piece);
    }

    void grow(std::string_view piece) {
        too_large_ = too_large_ || text_.size() + piece.size() > limits::condition_size;
        if (!too_large_) text_ += piece;
    }

    void put_list(const ResolvedList& list, size_t at) {
        too_large_ = too_large_ || ++uses_ > limits::list_uses;
        used_.insert(list.position);
        while (!text_.empty() && is_list_blank(text_.back())) text_.pop_back();
        const bool is_empty = list.text.empty();
        const bool takes_left_comma = is_empty && text_.ends_with(',');
        if (takes_left_comma) text_.pop_back();
        if (in_condition()) mark_insertion(at, list.position);
        if (!text_.empty()) grow(" ");
        if (list.names_later) {
            swallow_blanks_ = swallow_comma_ = false;
            open_.push_back({list.text, 0, list.position + 1});
            return;
        }
        grow(list.text);
        grow(" ");
        swallow_blanks_ = true;
        swallow_comma_ = is_empty && !takes_left_comma;
    }

    void close() {
        open_.pop_back();
        if (open_.empty() || swallow_blanks_) return;
        grow(" ");
        swallow_blanks_ = true;
    }

    // A list may have taken away bytes that spans tell of.
    void push_span(Span span) {
        while (!spans_.empty() && spans_.back().begin >= span.begin) spans_.pop_back();
        spans_.push_back(span);
    }

    void mark_copy(size_t at) {
        const auto begin = static_cast<uint32_t>(text_.size());
        const auto old = static_cast<uint32_t>(at);
        if (!spans_.empty() && spans_.back().insertion == Span::copied && spans_.back().begin < begin &&
            old - spans_.back().old == begin - spans_.back().begin) {
            return;
        }
        push_span({begin, old, Span::copied});
    }

    void mark_insertion(size_t at, size_t position) {
        push_span({static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(at), static_cast<uint32_t>(position)});
    }

    const ListTable& lists_;
    std::vector<Open> open_;
    std::string text_;
    std::vector<Span> spans_;
    std::set<size_t> used_;
    size_t uses_ = 0;
    bool swallow_blanks_ = false;  // the text ends with a list's items and their blank
    bool swallow_comma_ = false;   // it was a list without items, which found no comma on its left
    bool too_large_ = false;
};

// The text with one list put in; nullopt when its name does not occur.
std::optional<std::string> put_in(std::string_view text, const ResolvedList& list) {
    std::string done;
    size_t copied = 0;  // what stands before it is in `done`
    for (size_t at = text.find(list.name); at != std::string_view::npos;) {
        size_t end = at + list.name.size();
        const bool opens = at == 0 || is_list_delimiter(text[at - 1]);
        const bool closes = end == text.size() || is_list_delimiter(text[end]);
        if (!opens || !closes) {
            at = text.find(list.name, at + 1);
            continue;
        }
        done += text.substr(copied, at - copied);
        while (!done.empty() && is_list_blank(done.back())) done.pop_back();
        while (end < text.size() && is_list_blank(text[end])) ++end;
        if (list.text.empty()) {
            if (done.ends_with(',')) {
                done.pop_back();
            } else if (end < text.size() && text[end] == ',') {
                ++end;
            }
        }
        if (!done.empty()) done += ' ';
        done += list.text + ' ';
        if (done.size() > limits::condition_size) return done;
        copied = end;
        at = text.find(list.name, end);
    }
    if (copied == 0) return std::nullopt;
    done += text.substr(copied);
    return done;
}

}  // namespace

std::optional<ExpandedText> expand_one_by_one(std::string_view text, const ListTable& lists) {
    ExpandedText result{std::string(text), {}, {}};
    for (const ResolvedList& list : lists.lists()) {
        auto changed = put_in(result.text, list);
        if (!changed) continue;
        result.text = std::move(*changed);
        result.used.push_back(list.position);
        if (result.text.size() > limits::condition_size) return std::nullopt;
    }
    return result;
}

std::optional<ExpandedText> expand_lists(std::string_view text, const ListTable& lists) {
    if (lists.has_odd_names()) return expand_one_by_one(text, lists);
    Expansion expansion(text, lists);
    if (!expansion.run()) return std::nullopt;
    return expansion.take();
}

}  // namespace bewit::rule
