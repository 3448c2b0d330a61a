// A record may come from a file that somebody made up: no length in it is believed before it is checked, and nothing is
// read other than by memcpy, for records are packed.
#include "engine/event/view.h"

#include <bit>
#include <cstring>

namespace bewit::event {
namespace {

static_assert(std::endian::native == std::endian::little, "records are little-endian and read as they are");
static_assert(sizeof(bewit_event_header) == BEWIT_EVENT_HEADER_SIZE);

template <typename Integer>
Integer load(const std::byte* bytes) {
    Integer value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
}

// An integer of one of three widths or of eight bytes; 0 for other widths.
template <typename One, typename Two, typename Four>
int64_t load_int(const std::byte* bytes, size_t width) {
    switch (width) {
        case 1:
            return load<One>(bytes);
        case 2:
            return load<Two>(bytes);
        case 4:
            return load<Four>(bytes);
        case 8:
            return load<int64_t>(bytes);
        default:
            return 0;
    }
}

size_t length_width(const EventInfo& info) { return info.has(LargePayload) ? sizeof(uint32_t) : sizeof(uint16_t); }

size_t load_length(const std::byte* lengths, size_t position, size_t width) {
    if (width == sizeof(uint32_t)) return load<uint32_t>(lengths + position * width);
    return load<uint16_t>(lengths + position * width);
}

bool is_signed(ParamType type) {
    switch (type) {
        using enum ParamType;
        case Int8:
        case Int16:
        case Int32:
        case Int64:
        case Errno:
        case Fd:
        case Pid:
        case Fd32:
        case Pid32:
            return true;
        default:
            return false;
    }
}

bool is_text(ParamType type) {
    return type == ParamType::CharBuf || type == ParamType::FsPath || type == ParamType::FsRelPath;
}

// Whether the parameters take `available` bytes to the last, each with a length that its type allows.
bool lengths_add_up(const EventInfo& info, const std::byte* lengths, size_t count, size_t available) {
    const size_t width = length_width(info);
    uint64_t total = 0;  // too wide to overflow: a type has few parameters, of four-byte lengths
    for (size_t i = 0; i < count; ++i) {
        const size_t length = load_length(lengths, i, width);
        const size_t fixed = type_width(info.params[i].type);
        if (fixed != 0 && length != 0 && length != fixed) return false;
        total += length;
    }
    return total == available;
}

}  // namespace

int64_t Param::as_int() const {
    if (info == nullptr || !present()) return 0;
    return is_signed(info->type) ? load_int<int8_t, int16_t, int32_t>(bytes.data(), type_width(info->type))
                                 : load_int<uint8_t, uint16_t, uint32_t>(bytes.data(), type_width(info->type));
}

std::string_view Param::as_text() const {
    if (info == nullptr || !present()) return {};
    const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return is_text(info->type) ? all.substr(0, all.find('\0')) : all;
}

View::View(std::span<const std::byte> bytes, const EventInfo& info, const bewit_event_header& header)
    : bytes_(bytes), info_(&info), header_(header), kind_(kind_of(info.id, 0)) {
    if (info.id == EventId::Generic) kind_ = kind_of(info.id, static_cast<uint16_t>(param(0).as_uint()));
}

std::optional<View> View::parse(std::span<const std::byte> bytes) {
    if (bytes.size() < BEWIT_EVENT_HEADER_SIZE) return std::nullopt;
    bewit_event_header header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    if (header.len != bytes.size()) return std::nullopt;

    const EventInfo* info = find_event(EventId{header.type});
    if (info == nullptr || header.nparams > info->params.size()) return std::nullopt;

    const auto after_header = bytes.subspan(BEWIT_EVENT_HEADER_SIZE);
    const size_t lengths_size = header.nparams * length_width(*info);
    if (lengths_size > after_header.size()) return std::nullopt;
    if (!lengths_add_up(*info, after_header.data(), header.nparams, after_header.size() - lengths_size))
        return std::nullopt;
    return View{bytes, *info, header};
}

Param View::param(size_t position) const {
    if (position >= info_->params.size()) return {};
    const ParamInfo* info = &info_->params[position];
    if (position >= header_.nparams) return {info, {}};

    const std::byte* lengths = bytes_.data() + BEWIT_EVENT_HEADER_SIZE;
    const size_t width = length_width(*info_);
    size_t offset = BEWIT_EVENT_HEADER_SIZE + header_.nparams * width;
    for (size_t i = 0; i < position; ++i) offset += load_length(lengths, i, width);
    return {info, bytes_.subspan(offset, load_length(lengths, position, width))};
}

Param View::param(std::string_view name) const {
    const auto position = info_->param(name);
    return position ? param(*position) : Param{};
}

std::optional<int64_t> View::result() const {
    if (!info_->has_result()) return std::nullopt;
    const Param first = param(0);
    if (!first.present()) return std::nullopt;
    return first.as_int();
}

}  // namespace bewit::event
