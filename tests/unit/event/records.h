// Records for tests: one with every parameter filled, for any event type.
#pragma once

#include <string>
#include <vector>

#include "engine/event/builder.h"

namespace bewit::event::testing {

inline std::vector<std::byte> bytes_of(std::string_view text) {
    const auto span = std::as_bytes(std::span{text.data(), text.size()});
    return {span.begin(), span.end()};
}

inline bool is_text(ParamType type) {
    return type == ParamType::CharBuf || type == ParamType::FsPath || type == ParamType::FsRelPath;
}

// The value that filled() gives to the parameter at `position`: negative, so that signs and widths are seen to be kept.
inline int64_t number_at(size_t position) { return -2 - static_cast<int64_t>(position); }

inline std::string text_at(size_t position) { return "/value/" + std::to_string(position); }

// A record whose parameters are number_at() and text_at() of their positions.
inline View filled(Builder& builder, const EventInfo& info) {
    builder.begin(info, 1'700'000'000'123'456'789, Tid{4321});
    for (size_t i = 0; i < info.params.size(); ++i) {
        const ParamType type = info.params[i].type;
        if (is_text(type)) {
            builder.add_text(text_at(i));
        } else if (type_width(type) == 0) {
            builder.add_bytes(bytes_of(text_at(i)));
        } else if (type_width(type) <= sizeof(int64_t)) {
            builder.add_int(number_at(i));
        } else {
            builder.add_bytes(std::vector<std::byte>(type_width(type), std::byte{0xfe}));
        }
    }
    return builder.finish();
}

}  // namespace bewit::event::testing
