// The thread shares its state by a shared_ptr: when a sink hangs for good, close() gives up and leaves the thread
// behind rather than wait for it, since the program must end when the workload does.
#include "injector/alert_queue.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include <fmt/format.h>

#include "injector/background_thread.h"
#include "injector/internal_alert.h"

namespace bewit {

struct AlertQueue::Shared {
    std::vector<std::unique_ptr<AlertSink>> sinks;
    Settings settings;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<alert::Alert> waiting;
    bool closing = false;
    std::chrono::steady_clock::time_point deadline;  // of close()
    bool finished = false;
    Counts counts;

    // Of the thread alone.
    uint64_t told_dropped = 0;
    std::chrono::steady_clock::time_point told_at;

    void run();
    void tell_losses(std::unique_lock<std::mutex>& lock);
    bool deliver(const alert::Alert& alert);
};

AlertQueue::AlertQueue(std::vector<std::unique_ptr<AlertSink>> sinks, Settings settings)
    : shared_(std::make_shared<Shared>()) {
    shared_->sinks = std::move(sinks);
    shared_->settings = settings;
}

AlertQueue::~AlertQueue() { close(std::chrono::seconds(2)); }

void AlertQueue::push(alert::Alert alert) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->waiting.size() >= shared_->settings.capacity) {
            ++shared_->counts.dropped;
            return;
        }
        shared_->waiting.push_back(std::move(alert));
    }
    if (!thread_.joinable()) {
        const bool runs_programs =
            std::ranges::any_of(shared_->sinks, [](const auto& sink) { return sink->runs_programs(); });
        start_thread(
            thread_, [shared = shared_] { shared->run(); }, runs_programs);
    }
    shared_->changed.notify_one();
}

void AlertQueue::close(std::chrono::milliseconds limit) {
    std::unique_lock lock(shared_->mutex);
    if (!thread_.joinable() && shared_->waiting.empty()) return;
    shared_->closing = true;
    // Sinks that deliver later have a little less than the caller waits, so that they can still say what they could
    // not.
    shared_->deadline = std::chrono::steady_clock::now() + limit * 9 / 10;
    shared_->changed.notify_all();
    if (!thread_.joinable()) {
        // There never was a thread to be had.
        lock.unlock();
        const SignalsBlocked none;
        return shared_->run();
    }
    if (shared_->changed.wait_for(lock, limit, [this] { return shared_->finished; })) {
        lock.unlock();
        thread_.join();
        return;
    }
    shared_->counts.dropped += shared_->waiting.size();
    shared_->waiting.clear();
    lock.unlock();
    thread_.detach();
}

AlertQueue::Counts AlertQueue::counts() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->counts;
}

void AlertQueue::Shared::run() {
    std::unique_lock lock(mutex);
    while (true) {
        changed.wait(lock, [this] { return closing || !waiting.empty(); });
        if (waiting.empty()) break;
        const alert::Alert next = std::move(waiting.front());
        waiting.pop_front();
        lock.unlock();
        const bool delivered = deliver(next);
        lock.lock();
        ++(delivered ? counts.delivered : counts.dropped);
        if (delivered) tell_losses(lock);
    }
    lock.unlock();
    uint64_t lost = 0;
    for (const auto& sink : sinks) lost = std::max(lost, sink->finish(deadline));
    lock.lock();
    lost = std::min(lost, counts.delivered);
    counts.delivered -= lost;
    counts.dropped += lost;
    finished = true;
    changed.notify_all();
}

// What was lost becomes an alert as soon as one gets through, once a minute at most and at the end.
void AlertQueue::Shared::tell_losses(std::unique_lock<std::mutex>& lock) {
    constexpr auto between = std::chrono::minutes(1);
    const uint64_t dropped = counts.dropped;
    const auto now = std::chrono::steady_clock::now();
    if (dropped == told_dropped || (told_dropped != 0 && !closing && now - told_at < between)) return;
    lock.unlock();
    const bool told =
        deliver(internal_alert("alerts lost", fmt::format("{} alerts could not be delivered so far", dropped),
                               {{"alerts", std::to_string(dropped)}}));
    lock.lock();
    if (!told) return;
    told_dropped = dropped;
    told_at = now;
}

// Delivered means that every sink took it.
bool AlertQueue::Shared::deliver(const alert::Alert& alert) {
    const std::string line = settings.format == AlertFormat::Json ? alert::to_json(alert, settings.shape)
                                                                  : alert::to_text(alert, settings.shape);
    bool all = true;
    for (const auto& sink : sinks) all = sink->write({.text = line, .priority = alert.priority}) && all;
    return all;
}

}  // namespace bewit
