// The way from the tracer to the sinks: bounded, so that a sink that hangs costs memory up to a limit and never the
// workload's time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/alert/alert.h"
#include "injector/alert_sink.h"

namespace bewit {

enum class AlertFormat : uint8_t { Json, Text };

// When the queue is full the new alert is dropped and counted; the count becomes an alert (`bewit internal: alerts
// lost`) once others get through again. Sinks are called on the queue's own thread, one alert at a time; it starts with
// the first alert, so that a program which has nothing to say forks its workload with one thread; where the system has
// no thread to give, with a later one, and close() delivers what is left by itself. push() and close() are for one
// thread.
class AlertQueue {
public:
    struct Settings {
        AlertFormat format = AlertFormat::Json;
        alert::Shape shape{};
        size_t capacity = 8192;
    };

    AlertQueue(std::vector<std::unique_ptr<AlertSink>> sinks, Settings settings);
    ~AlertQueue();

    // Never blocks on a sink.
    void push(alert::Alert alert);
    // Waits until all is delivered, at most `limit`; what is left then counts as dropped. No push after this.
    void close(std::chrono::milliseconds limit);

    // Dropped is what did not reach every sink.
    struct Counts {
        uint64_t delivered = 0, dropped = 0;
    };
    Counts counts() const;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace bewit
