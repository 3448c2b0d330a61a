// A text as a stream's source, read where it lies.
#pragma once

#include <streambuf>
#include <string_view>

namespace bewit {

// The text must outlive it.
class TextBuffer : public std::streambuf {
public:
    explicit TextBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // std::streambuf asks for it; nothing writes
        setg(begin, begin, begin + text.size());
    }
};

}  // namespace bewit
