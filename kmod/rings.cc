#include "kmod/rings.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "engine/event/record.h"

namespace bewit::kmod {
namespace {

constexpr uint64_t alignment = 8;
constexpr size_t smallest = sizeof(bewit_sample) + BEWIT_EVENT_HEADER_SIZE;

uint64_t rounded(uint64_t size) { return (size + alignment - 1) & ~(alignment - 1); }

}  // namespace

Rings::Rings(std::byte* area, uint32_t count, uint32_t stride, uint32_t ring_bytes) : ring_bytes_(ring_bytes) {
    for (uint32_t i = 0; i < count; ++i) {
        std::byte* ring = area + size_t{i} * stride;
        auto* head = reinterpret_cast<bewit_ring*>(ring);
        readers_.push_back({head, ring + BEWIT_RING_HEAD, head->consumed, 0, 0});
    }
}

void Rings::copy(const Reader& reader, uint64_t from, std::span<std::byte> to) const {
    const size_t at = from & (ring_bytes_ - 1);
    const size_t first = std::min<size_t>(to.size(), ring_bytes_ - at);
    std::memcpy(to.data(), reader.data + at, first);
    std::memcpy(to.data() + first, reader.data, to.size() - first);
}

void Rings::look(Reader& reader) {
    const uint64_t produced = std::atomic_ref(reader.head->produced).load(std::memory_order_acquire);
    const uint64_t unread = produced - reader.position;
    if (unread == 0) return;
    uint32_t size = 0;
    if (unread >= smallest && unread <= ring_bytes_)
        copy(reader, reader.position, std::as_writable_bytes(std::span(&size, 1)));
    if (size < smallest || rounded(size) > unread) {
        ++damaged_;
        reader.position = produced;
        std::atomic_ref(reader.head->consumed).store(produced, std::memory_order_release);
        return;
    }
    copy(reader, reader.position + sizeof(bewit_sample), std::as_writable_bytes(std::span(&reader.time_ns, 1)));
    reader.size = size;
}

std::span<const std::byte> Rings::next(uint64_t until_ns) {
    if (taken_ != nullptr) {
        taken_->position += rounded(taken_->size);
        taken_->size = 0;
        std::atomic_ref(taken_->head->consumed).store(taken_->position, std::memory_order_release);
        taken_ = nullptr;
    }
    for (Reader& reader : readers_) {
        if (reader.size == 0) look(reader);
        if (reader.size == 0 || reader.time_ns >= until_ns) continue;
        if (taken_ == nullptr || reader.time_ns < taken_->time_ns) taken_ = &reader;
    }
    if (taken_ == nullptr) return {};
    sample_.resize(taken_->size);
    copy(*taken_, taken_->position, sample_);
    return sample_;
}

}  // namespace bewit::kmod
