// A sink that may take long, on a thread of its own: others are not held up by it, and what it cannot deliver is tried
// again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "injector/alert_sink.h"

namespace bewit {

// How one line fared.
enum class Delivery : uint8_t {
    Done,
    Later,    // may succeed when it is tried again
    Refused,  // never will
};

struct DeliveryResult {
    Delivery outcome = Delivery::Done;
    std::string reason{};  // one sentence when it is not Done
};

// What is slow. Called on the background thread only; should not block for longer than a few seconds.
class SlowSink {
public:
    virtual ~SlowSink() = default;
    virtual DeliveryResult deliver(const AlertLine& line) = 0;
    // No more will come. Until `deadline`.
    virtual void finish(std::chrono::steady_clock::time_point /*deadline*/) {}
    virtual bool runs_programs() const { return false; }
    virtual std::string_view name() const = 0;
};

// write() takes a line if there is room and returns at once. A line is tried up to `attempts` times, with a pause that
// doubles from `pause`; then it is lost and counted. The user is told of the first failure, of losses once a minute at
// most, and when it works again.
class BackgroundSink final : public AlertSink {
public:
    struct Settings {
        size_t capacity = 8192;
        unsigned attempts = 5;
        std::chrono::milliseconds pause{200};
        std::chrono::milliseconds longest_pause{5000};
    };

    BackgroundSink(std::unique_ptr<SlowSink> sink, Settings settings);
    ~BackgroundSink() override;

    bool write(const AlertLine& line) override;
    uint64_t finish(std::chrono::steady_clock::time_point deadline) override;
    bool runs_programs() const override;
    std::string_view name() const override;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace bewit
