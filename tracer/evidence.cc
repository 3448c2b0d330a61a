#include "tracer/evidence.h"

#include <array>
#include <charconv>
#include <climits>
#include <cstring>

namespace bewit::tracer {
namespace {

// "fd/7"
struct DescriptorPath {
    explicit DescriptorPath(int64_t fd) { std::to_chars(text.data() + 3, text.data() + text.size() - 1, fd); }
    std::array<char, 24> text{'f', 'd', '/'};
};

bool can_be_descriptor(int64_t fd) { return fd >= 0 && fd <= INT_MAX; }

}  // namespace

void Evidence::begin(Tid tid) {
    tid_ = tid;
    described_ = examined_ = none;
    asked_ = known_ = 0;
}

const event::Descriptor* Evidence::descriptor(int64_t fd) {
    if (!can_be_descriptor(fd)) return nullptr;
    if (described_ != fd) description_ok_ = witness_.descriptor(tid_, static_cast<Fd>(fd), descriptor_);
    described_ = fd;
    return description_ok_ ? &descriptor_ : nullptr;
}

const struct stat* Evidence::file(int64_t fd) {
    if (!can_be_descriptor(fd)) return nullptr;
    if (examined_ != fd) file_ok_ = proc_.status(tid_, DescriptorPath(fd).text.data(), file_);
    examined_ = fd;
    return file_ok_ ? &file_ : nullptr;
}

const std::string* Evidence::file_name(int64_t fd) {
    if (!can_be_descriptor(fd)) return nullptr;
    return proc_.link(tid_, DescriptorPath(fd).text.data(), file_name_) ? &file_name_ : nullptr;
}

const event::ProcessFacts& Evidence::facts(uint32_t groups) { return facts_always(groups & wanted_); }

const event::ProcessFacts& Evidence::facts_always(uint32_t groups) {
    const uint32_t missing = groups & ~asked_;
    if (missing != 0) known_ |= witness_.process(tid_, missing, facts_) & missing;
    asked_ |= missing;
    return facts_;
}

}  // namespace bewit::tracer
