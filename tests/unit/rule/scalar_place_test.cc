#include "engine/rule/scalar_places.h"

#include <yaml-cpp/yaml.h>

#include "tests/unit/rule/loading.h"

namespace bewit::rule {

// The scalar of the one-pair map `yaml`, and where it begins.
struct Scalar {
    std::string source, decoded;
    size_t start;
};

Scalar scalar_of(const std::string& yaml) {
    const YAML::Node node = YAML::Load(yaml)["k"];
    return {yaml, node.Scalar(), static_cast<size_t>(node.Mark().pos)};
}

TEST_CASE("every byte of a scalar that is not blank stands where it is found, in all of YAML's styles") {
    const char* files[] = {
        "k: one two  three\n",
        "k: one\n  two\n\n  three\nx: y\n",
        "k:   \n   one   \n     two\n",
        "k: 'one ''two'' three'\n",
        "k: 'one\n  two ''three'' four'\n",
        "k: \"one \\\"two\\\" three\"\n",
        "k: \"one\\n two \\t three \\\\ four \\x41\\u00e9\\U0001F600 five\"\n",
        "k: \"one \\\n   two\n  three\"\n",
        "k: |\n  one\n    two\n\n  three\n",
        "k: |-  # said\n  one\n  two\n",
        "k: |2\n    one\n   two\n",
        "k: >\n  one\n  two\n\n  three\n    four\n  five\n",
        "k: >+ \n  one\n\n\n  two\n\n",
        "k: >-\n  é one 😀 two\n  three\n",
        "k: &anchor !!str one\n  two\n",
        "k: &anchor |\n  one\n  two\n",
        "k: one\r\n  two\r\n  three\r\n",
        "{k: one\n two, j: x}\n",
    };
    for (const char* file : files) {
        CAPTURE(std::string(file));
        const Scalar scalar = scalar_of(file);
        REQUIRE_FALSE(scalar.decoded.empty());
        size_t last = 0;
        for (size_t i = 0; i < scalar.decoded.size(); ++i) {
            CAPTURE(i);
            const size_t place = scalar_place(scalar.source, scalar.start, scalar.decoded, i);
            CHECK(place >= last);
            last = place;
            const char c = scalar.decoded[i];
            if (static_cast<unsigned char>(c) <= ' ') continue;
            const bool escaped = scalar.source[place] == '\\';
            CHECK((escaped || scalar.source[place] == c));
        }
        CHECK(scalar_place(scalar.source, scalar.start, scalar.decoded, scalar.decoded.size()) >= last);
    }
}

TEST_CASE("places are exact where a byte occurs more than once") {
    struct {
        const char* file;
        size_t wanted;  // in the scalar
        size_t place;
    } const cases[] = {
        {"k: aa a\n", 0, 3},          {"k: aa a\n", 1, 4},        {"k: aa a\n", 3, 6},
        {"k: aa a\n", 4, 7},                                       // behind the end
        {"k: >\n  a\n  a\n", 2, 11},  {"k: >\n  a\n  a\n", 1, 8},  // the fold
        {"k: 'a''a'\n", 1, 5},        {"k: 'a''a'\n", 2, 7},      {"k: \"a\\x61a\"\n", 1, 5},
        {"k: \"a\\x61a\"\n", 2, 9},   {"k: \"a\\na\"\n", 1, 5},   {"k: \"a\\na\"\n", 2, 7},
        {"k: \"\\u00e9a\"\n", 2, 10},  // two bytes for one escape
        {"k: |\n  a\n  a\n", 1, 8},    // the line feed
        {"k: |\n  a\n  a\n", 2, 11},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string(c.file));
        CAPTURE(c.wanted);
        const Scalar scalar = scalar_of(c.file);
        CHECK(scalar_place(scalar.source, scalar.start, scalar.decoded, c.wanted) == c.place);
    }
}

TEST_CASE("a scalar that is not what was said does no harm") {
    CHECK(scalar_place("", 0, "abc", 2) == 0);
    CHECK(scalar_place("xyz", 9, "abc", 2) == 3);
    CHECK(scalar_place("\"a\\", 0, "abc", 2) <= 3);
    CHECK(scalar_place("\"\\u12", 0, "abc", 2) <= 5);
    CHECK(scalar_place("& ! |", 0, "abc", 3) <= 5);
}

}  // namespace bewit::rule
