// The folding works on one buffer that only ever grows and shrinks at its end. Two details are Falco's and kept on
// purpose: `..` of a relative name without a directory vanishes, and so does the directory when the name is empty.
#include "engine/state/path.h"

#include <algorithm>
#include <cstring>

namespace bewit::state {
namespace {

// The end of a name that is being written to memory of sufficient size.
class Name {
public:
    explicit Name(char* memory) : begin_(memory), end_(memory) {}

    void append(std::string_view text) {
        std::memcpy(end_, text.data(), text.size());
        end_ += text.size();
    }
    void append(char character) { *end_++ = character; }

    size_t size() const { return static_cast<size_t>(end_ - begin_); }
    bool empty() const { return end_ == begin_; }
    bool ends_with_slash() const { return !empty() && end_[-1] == '/'; }
    bool at_component() const { return empty() || ends_with_slash(); }

    // Drops the last component; its parent's slash stays.
    void climb() {
        if (size() <= 1) return;
        --end_;
        while (!at_component()) --end_;
    }
    void drop_final_slash() {
        if (size() > 1 && ends_with_slash()) --end_;
    }

private:
    char* begin_;
    char* end_;
};

void fold(std::string_view path, Name& name) {
    const bool has_base = !name.empty();
    size_t position = 0;
    while (position < path.size()) {
        const size_t slash = std::min(path.find('/', position), path.size());
        const std::string_view component = path.substr(position, slash - position);
        // Where the component and the slash behind it end.
        const size_t next = std::min(slash + 1, path.size());
        if (component == ".." && name.at_component()) {
            name.climb();
            position = next;
        } else if (component == "." && name.at_component()) {
            position = next;
        } else {
            name.append(component);
            // A slash that follows a slash is one too many; so is one before the first component of a name that climbed
            // out of its base.
            const bool doubled = name.ends_with_slash() || (name.empty() && has_base);
            if (slash < path.size() && !doubled) name.append('/');
            position = next;
        }
    }
    name.drop_final_slash();
}

}  // namespace

size_t join_path(std::string_view directory, std::string_view path, char* out) {
    Name name(out);
    if (path.empty()) return 0;
    if (!is_absolute(path)) {
        name.append(directory);
        if (!directory.empty() && !directory.ends_with('/') && directory != unknown_directory) name.append('/');
    }
    fold(path, name);
    return name.size();
}

void join_path(std::string_view directory, std::string_view path, std::string& out) {
    out.resize(join_size(directory, path));
    out.resize(join_path(directory, path, out.data()));
}

void collapse_slashes(std::string& path) {
    const auto both_slashes = [](char left, char right) { return left == '/' && right == '/'; };
    path.erase(std::unique(path.begin(), path.end(), both_slashes), path.end());
}

}  // namespace bewit::state
