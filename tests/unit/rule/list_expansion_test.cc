// The one walk from left to right against what it stands for: the text gone through once per list.
#include <random>

#include "engine/rule/list_expansion.h"
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

std::vector<List> make_lists(const std::vector<std::pair<std::string, std::vector<std::string>>>& named) {
    std::vector<List> lists;
    for (const auto& [name, items] : named) {
        List list;
        list.name = name;
        list.items = items;
        list.order = list.visibility = lists.size();
        lists.push_back(std::move(list));
    }
    return lists;
}

// Runs of blanks as one: with lists side by side, how many stand between them depends on the order.
std::string squeezed(const std::string& text) {
    std::string result;
    for (char c : text) {
        if (!is_list_blank(c)) {
            result += c;
        } else if (!result.ends_with(' ')) {
            result += ' ';
        }
    }
    return result;
}

TEST_CASE("one walk gives what a walk per list gives") {
    std::mt19937 random(20240607);
    const auto pick = [&random](size_t below) { return static_cast<size_t>(random() % below); };
    const std::vector<std::string> names = {"a", "b", "c", "d", "e"};
    const std::vector<std::string> words = {"a", "b", "c", "d", "e", "x", "aa", "\"a", "b\""};
    const std::vector<std::string> gaps = {" ", ", ", ",", "(", ")", " (", ") ", "\n", "\t", "=", "  "};
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::pair<std::string, std::vector<std::string>>> named;
        for (const std::string& name : names) {
            std::vector<std::string> items(pick(4));
            for (std::string& item : items) item = pick(6) == 0 ? "y z" : words[pick(words.size())];
            named.emplace_back(name, items);
        }
        auto lists = make_lists(named);
        const auto table = ListTable::build(lists);
        REQUIRE(table);
        std::string text = "(";
        for (size_t i = pick(8); i > 0; --i) text += words[pick(words.size())] + gaps[pick(gaps.size())];
        const auto walked = expand_lists(text, *table);
        const auto one_by_one = expand_one_by_one(text, *table);
        REQUIRE(walked);
        REQUIRE(one_by_one);
        CAPTURE(text);
        for (const auto& list : table->lists()) CAPTURE(std::string(list.name) + " = " + list.text);
        CHECK(squeezed(walked->text) == squeezed(one_by_one->text));
        CHECK(walked->used == one_by_one->used);
    }
}

TEST_CASE("every byte that was copied says where from, and every other which list it came with") {
    auto lists = make_lists({{"l", {"x", "m"}}, {"m", {"y"}}, {"e", {}}});
    const auto table = ListTable::build(lists);
    const std::string text = "a in (b, l, c) or d in (q, e) or l";
    const auto expanded = expand_lists(text, *table);
    REQUIRE(expanded);
    CHECK(expanded->text == "a in (b, x, y , c) or d in (q  ) or x, y ");
    REQUIRE_FALSE(expanded->spans.empty());
    CHECK(expanded->spans.front().begin == 0);
    for (size_t i = 0; i < expanded->spans.size(); ++i) {
        const Span& span = expanded->spans[i];
        const size_t end = i + 1 < expanded->spans.size() ? expanded->spans[i + 1].begin : expanded->text.size();
        CHECK(span.begin < end);
        const std::string piece = expanded->text.substr(span.begin, end - span.begin);
        CAPTURE(piece);
        if (span.insertion == Span::copied) {
            CHECK(piece == text.substr(span.old, end - span.begin));
        } else {
            CHECK(text.substr(span.old, lists[span.insertion].name.size()) == lists[span.insertion].name);
        }
    }
}

TEST_CASE("where no list is used there is nothing to tell") {
    auto lists = make_lists({{"l", {"x"}}});
    const auto expanded = expand_lists("a = ll", *ListTable::build(lists));
    REQUIRE(expanded);
    CHECK(expanded->text == "a = ll");
    CHECK(expanded->spans.empty());
    CHECK(expanded->used.empty());
}

TEST_CASE("names that are no words are replaced wherever they stand between delimiters") {
    auto lists = make_lists({{"my list", {"x"}}, {"l", {"y"}}});
    const auto table = ListTable::build(lists);
    CHECK(table->has_odd_names());
    CHECK(expand_lists("a in (my list, l)", *table)->text == "a in ( x , y )");
    CHECK(expand_lists("a in (my listing)", *table)->text == "a in (my listing)");
}

}  // namespace bewit::rule
