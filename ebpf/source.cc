#include "ebpf/source.h"

#include <bewit.skel.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "kernel/plans.h"
#include "kernel/sample.h"
#include "kernel/sample_witness.h"

namespace bewit::ebpf {
namespace {

using kernel::Failure;
using kernel::Options;

constexpr size_t longest_log = 1 << 20, told_of_log = 2000;
constexpr uint32_t wakeups_per_ring = 16;

// What libbpf has to say while programs are loaded: the last lines are the reason when it fails.
thread_local std::string* library_log = nullptr;

int keep_log(libbpf_print_level level, const char* format, va_list arguments) {
    if (library_log == nullptr || level == LIBBPF_DEBUG) return 0;
    // The verifier's log is one line to libbpf; its reason stands at the end.
    std::string line(longest_log, '\0');
    const int size = vsnprintf(line.data(), line.size(), format, arguments);
    if (size <= 0) return 0;
    line.resize(std::min(static_cast<size_t>(size), line.size() - 1));
    if (line.size() > told_of_log) line = "... " + line.substr(line.size() - told_of_log);
    *library_log += line;
    return 0;
}

struct Skeleton {
    bewit_bpf* object = nullptr;
    ~Skeleton() { bewit_bpf__destroy(object); }
    bewit_bpf* operator->() const { return object; }
};

template <typename Row>
bool fill(const bpf_map* map, const std::vector<Row>& rows) {
    for (uint32_t i = 0; i < rows.size(); ++i) {
        if (bpf_map_update_elem(bpf_map__fd(map), &i, &rows[i], BPF_ANY) != 0) return false;
    }
    return true;
}

class LoadedSource final : public kernel::Source {
public:
    explicit LoadedSource(event::Witness& proc) : witness_(sample_, proc) {}
    ~LoadedSource() override { ring_buffer__free(ring_); }

    tl::expected<void, Failure> start(const match::Interest& interest, const Options& options) {
        std::string log;
        library_log = &log;
        libbpf_set_print(keep_log);
        auto done = start_logged(interest, options, log);
        library_log = nullptr;
        return done;
    }

    event::Witness& witness() override { return witness_; }

    int read(event::Sink& sink, int timeout_ms) override {
        sink_ = &sink;
        handed_over_ = 0;
        boot_offset_ = kernel::boot_offset_ns();
        const int polled = ring_buffer__poll(ring_, timeout_ms);
        if (polled < 0 && polled != -EINTR) return polled;
        // What did not wake anybody.
        const int consumed = ring_buffer__consume(ring_);
        return consumed < 0 ? consumed : handed_over_;
    }

    bewit_counters counters() const override {
        std::vector<bewit_counters> all(static_cast<size_t>(libbpf_num_possible_cpus()));
        const uint32_t zero = 0;
        bewit_counters sum{};
        if (bpf_map_lookup_elem(bpf_map__fd(skeleton_->maps.counters), &zero, all.data()) != 0) return sum;
        for (const bewit_counters& one : all) {
            sum.events += one.events;
            for (size_t i = 0; i < BEWIT_DROPS; ++i) sum.drops[i] += one.drops[i];
        }
        return sum;
    }

private:
    static tl::unexpected<Failure> failed(Failure::Step step, int error, std::string_view what,
                                          const std::string& log) {
        std::string message = fmt::format("{}: {}", what, std::strerror(error));
        if (!log.empty()) message += "\n" + log;
        return tl::unexpected(Failure{step, error, std::move(message)});
    }

    tl::expected<void, Failure> start_logged(const match::Interest& interest, const Options& options,
                                             const std::string& log) {
        const kernel::Plans plans = kernel::make_plans(interest);
        skeleton_.object = bewit_bpf__open();
        if (skeleton_.object == nullptr)
            return failed(Failure::Step::Open, errno, "the BPF programs cannot be read", log);
        skeleton_->rodata->own_tgid = static_cast<uint32_t>(getpid());
        skeleton_->rodata->wakeup_bytes = static_cast<uint32_t>(options.ring_bytes / wakeups_per_ring);
        bpf_map__set_max_entries(skeleton_->maps.ring, static_cast<uint32_t>(options.ring_bytes));
        bpf_map__set_max_entries(skeleton_->maps.scratches, static_cast<uint32_t>(libbpf_num_possible_cpus()));
        bpf_program__set_autoload(skeleton_->progs.delivered, plans.signals);
        if (const int error = bewit_bpf__load(skeleton_.object); error != 0) {
            return failed(Failure::Step::Load, -error, "the kernel does not take the BPF programs", log);
        }
        if (!fill(skeleton_->maps.calls, plans.calls) || !fill(skeleton_->maps.plans, plans.plans) ||
            !fill(skeleton_->maps.tests, plans.tests)) {
            return failed(Failure::Step::Load, errno, "the maps of the BPF programs cannot be filled", log);
        }
        ring_ = ring_buffer__new(bpf_map__fd(skeleton_->maps.ring), take, this, nullptr);
        if (ring_ == nullptr) return failed(Failure::Step::Ring, errno, "the ring of events cannot be mapped", log);
        if (const int error = bewit_bpf__attach(skeleton_.object); error != 0) {
            return failed(Failure::Step::Attach, -error, "the BPF programs cannot be attached", log);
        }
        return {};
    }

    static int take(void* self, void* data, size_t size) {
        static_cast<LoadedSource*>(self)->hand_over({static_cast<const std::byte*>(data), size});
        return 0;
    }

    void hand_over(std::span<const std::byte> bytes) {
        ++handed_over_;
        if (const auto view = sample_.take(bytes, boot_offset_)) sink_->on_event(*view);
    }

    Skeleton skeleton_;
    ring_buffer* ring_ = nullptr;
    kernel::Sample sample_;
    kernel::SampleWitness witness_;
    event::Sink* sink_ = nullptr;
    uint64_t boot_offset_ = 0;
    int handed_over_ = 0;
};

}  // namespace

tl::expected<std::unique_ptr<kernel::Source>, Failure> open(const match::Interest& interest, event::Witness& proc,
                                                            const Options& options) {
    auto source = std::make_unique<LoadedSource>(proc);
    if (auto started = source->start(interest, options); !started) return tl::unexpected(std::move(started.error()));
    return source;
}

bool built_in() { return true; }

}  // namespace bewit::ebpf
