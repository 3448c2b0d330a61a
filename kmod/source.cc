#include "kmod/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "kernel/plans.h"
#include "kernel/sample.h"
#include "kernel/sample_witness.h"
#include "kmod/interface.h"
#include "kmod/rings.h"

namespace bewit::kmod {
namespace {

using kernel::Failure;

constexpr uint32_t wakeups_per_ring = 16;
// What was begun on another CPU before now is in its ring after that long.
constexpr uint64_t settled_ns = 2'000'000;

tl::unexpected<Failure> failed(Failure::Step step, int error, std::string_view what) {
    return tl::unexpected(Failure{step, error, fmt::format("{}: {}", what, std::strerror(error))});
}

uint64_t address(const void* data) { return reinterpret_cast<uintptr_t>(data); }

class Device final : public kernel::Source {
public:
    explicit Device(event::Witness& proc) : witness_(sample_, proc) {}
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;
    ~Device() override {
        if (area_ != MAP_FAILED) munmap(area_, area_bytes_);
    }

    tl::expected<void, Failure> start(const match::Interest& interest, const kernel::Options& options) {
        fd_ = UniqueFd(::open(BEWIT_DEVICE, O_RDWR | O_CLOEXEC));
        if (!fd_) {
            const int error = errno;
            if (error == ENOENT)
                return tl::unexpected(Failure{Failure::Step::Open, error,
                                              "the kernel module is not loaded (" BEWIT_DEVICE " does not exist)"});
            if (error == EBUSY)
                return tl::unexpected(Failure{Failure::Step::Open, error,
                                              "the kernel module is in use: " BEWIT_DEVICE " has one owner at a time"});
            return failed(Failure::Step::Open, error, BEWIT_DEVICE);
        }
        const kernel::Plans plans = kernel::make_plans(interest);
        const auto cpus = static_cast<size_t>(std::max(sysconf(_SC_NPROCESSORS_CONF), 1L));
        bewit_configuration wanted{};
        wanted.interface = BEWIT_INTERFACE;
        wanted.ring_bytes = static_cast<uint32_t>(
            std::clamp<size_t>(std::bit_floor(options.ring_bytes / cpus), BEWIT_SMALLEST_RING, BEWIT_LARGEST_RING));
        wanted.wakeup_bytes = wanted.ring_bytes / wakeups_per_ring;
        wanted.signals = plans.signals ? 1 : 0;
        wanted.calls = address(plans.calls.data());
        wanted.plans = address(plans.plans.data());
        wanted.tests = address(plans.tests.data());
        if (ioctl(fd_.get(), BEWIT_CONFIGURE, &wanted) != 0) {
            if (errno == EPROTO)
                return tl::unexpected(Failure{Failure::Step::Load, EPROTO,
                                              "the kernel module that is loaded is of another version of bewit"});
            return failed(Failure::Step::Load, errno, "the kernel module does not take its configuration");
        }
        area_bytes_ = size_t{wanted.rings} * wanted.ring_stride;
        area_ = mmap(nullptr, area_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_.get(), 0);
        if (area_ == MAP_FAILED) return failed(Failure::Step::Ring, errno, "the rings of events cannot be mapped");
        rings_ = Rings(static_cast<std::byte*>(area_), wanted.rings, wanted.ring_stride, wanted.ring_bytes);
        if (ioctl(fd_.get(), BEWIT_START) != 0)
            return failed(Failure::Step::Attach, errno, "the probes of the kernel module cannot be put in place");
        return {};
    }

    event::Witness& witness() override { return witness_; }

    int read(event::Sink& sink, int timeout_ms) override {
        pollfd waiting{.fd = fd_.get(), .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, timeout_ms) < 0 && errno != EINTR) return -errno;
        const uint64_t offset = kernel::boot_offset_ns();
        // Who does not wait wants all there is.
        const uint64_t until =
            timeout_ms == 0 ? std::numeric_limits<uint64_t>::max() : nanoseconds_of(CLOCK_BOOTTIME) - settled_ns;
        int handed_over = 0;
        for (auto bytes = rings_.next(until); !bytes.empty(); bytes = rings_.next(until)) {
            ++handed_over;
            if (const auto view = sample_.take(bytes, offset)) sink.on_event(*view);
        }
        return handed_over;
    }

    bewit_counters counters() const override {
        bewit_counters sum{};
        if (ioctl(fd_.get(), BEWIT_COUNT, &sum) != 0) return {};
        sum.drops[BEWIT_DROP_OTHER] += rings_.damaged();
        return sum;
    }

private:
    UniqueFd fd_;
    void* area_ = MAP_FAILED;
    size_t area_bytes_ = 0;
    Rings rings_;
    kernel::Sample sample_;
    kernel::SampleWitness witness_;
};

}  // namespace

tl::expected<std::unique_ptr<kernel::Source>, Failure> open(const match::Interest& interest, event::Witness& proc,
                                                            const kernel::Options& options) {
    auto device = std::make_unique<Device>(proc);
    if (auto started = device->start(interest, options); !started) return tl::unexpected(std::move(started.error()));
    return device;
}

}  // namespace bewit::kmod
