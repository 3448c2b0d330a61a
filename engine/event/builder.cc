#include "engine/event/builder.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace bewit::event {

Builder::Builder() : buffer_(BEWIT_EVENT_MAX_SIZE) {}

void Builder::begin(const EventInfo& info, uint64_t time_ns, Tid tid) {
    info_ = &info;
    added_ = 0;
    truncated_ = false;
    length_width_ = info.has(LargePayload) ? sizeof(uint32_t) : sizeof(uint16_t);
    fixed_left_ = 0;
    for (const ParamInfo& param : info.params) fixed_left_ += type_width(param.type);

    const size_t lengths_size = info.params.size() * length_width_;
    header_.ts_ns = time_ns;
    header_.tid = static_cast<uint64_t>(raw(tid));
    header_.type = static_cast<uint16_t>(info.id);
    header_.nparams = static_cast<uint32_t>(info.params.size());
    std::memset(buffer_.data() + BEWIT_EVENT_HEADER_SIZE, 0, lengths_size);
    used_ = BEWIT_EVENT_HEADER_SIZE + lengths_size;
}

const ParamInfo* Builder::next() const { return added_ < info_->params.size() ? &info_->params[added_] : nullptr; }

void Builder::add_int(int64_t value) {
    assert(next() != nullptr);
    const size_t width = type_width(next()->type);
    assert(width != 0 && width <= sizeof(value));
    append(std::as_bytes(std::span{&value, 1}).first(std::min(width, sizeof(value))));
    close_param(width);
}

void Builder::add_text(std::string_view value) {
    assert(next() != nullptr && type_width(next()->type) == 0);
    if (room() == 0) {
        truncated_ = true;
        add_absent();
        return;
    }
    const size_t kept = std::min(value.size(), room() - 1);
    truncated_ = truncated_ || kept < value.size();
    append(std::as_bytes(std::span{value.data(), kept}));
    constexpr std::byte terminator{0};
    append({&terminator, 1});
    close_param(kept + 1);
}

void Builder::add_bytes(std::span<const std::byte> value) {
    assert(next() != nullptr);
    assert(type_width(next()->type) == 0 || type_width(next()->type) == value.size());
    const size_t kept = std::min(value.size(), room());
    truncated_ = truncated_ || kept < value.size();
    append(value.first(kept));
    close_param(kept);
}

void Builder::add_absent() {
    assert(next() != nullptr);
    close_param(0);
}

View Builder::finish() {
    header_.len = static_cast<uint32_t>(used_);
    std::memcpy(buffer_.data(), &header_, sizeof(header_));
    return View{{buffer_.data(), used_}, *info_, header_};
}

// Bytes that the next parameter may take: what the record has left when the ones of fixed width that follow are
// accounted for.
size_t Builder::room() const {
    const size_t left = buffer_.size() - used_ - fixed_left_ + type_width(next()->type);
    return length_width_ == sizeof(uint16_t) ? std::min<size_t>(left, UINT16_MAX) : left;
}

void Builder::append(std::span<const std::byte> value) {
    if (!value.empty()) std::memcpy(buffer_.data() + used_, value.data(), value.size());
    used_ += value.size();
}

// Writes the length of the parameter whose bytes have just been appended.
void Builder::close_param(size_t length) {
    const auto stored = static_cast<uint32_t>(length);
    std::memcpy(buffer_.data() + BEWIT_EVENT_HEADER_SIZE + added_ * length_width_, &stored, length_width_);
    fixed_left_ -= type_width(next()->type);
    ++added_;
}

}  // namespace bewit::event
