// As in AlertQueue, the thread shares its state by a shared_ptr: a sink that hangs for good is left behind, and the
// program ends.
#include "injector/background_sink.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include <fmt/format.h>

#include "injector/background_thread.h"
#include "injector/message.h"

namespace bewit {

using Clock = std::chrono::steady_clock;

struct BackgroundSink::Shared {
    struct Waiting {
        std::string text;
        rule::Priority priority;
    };

    std::unique_ptr<SlowSink> sink;
    Settings settings;

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Waiting> waiting;
    bool closing = false, finished = false;
    Clock::time_point deadline = Clock::time_point::max();  // while closing
    uint64_t lost = 0;                                      // taken and not delivered, in all
    uint64_t in_hand = 0;                                   // 1 while a line is being delivered

    // Of the thread alone.
    bool failing = false;
    uint64_t told_lost = 0;
    Clock::time_point told_at;

    void run();
    bool deliver(const Waiting& line);
    bool pause(std::chrono::milliseconds length);
    void tell_failure(const std::string& reason);
    void tell_losses();
};

BackgroundSink::BackgroundSink(std::unique_ptr<SlowSink> sink, Settings settings)
    : shared_(std::make_shared<Shared>()) {
    shared_->sink = std::move(sink);
    shared_->settings = settings;
}

BackgroundSink::~BackgroundSink() {
    if (thread_.joinable()) finish(Clock::now());
}

bool BackgroundSink::runs_programs() const { return shared_->sink->runs_programs(); }

std::string_view BackgroundSink::name() const { return shared_->sink->name(); }

bool BackgroundSink::write(const AlertLine& line) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->waiting.size() >= shared_->settings.capacity) return false;
        shared_->waiting.push_back({.text = std::string(line.text), .priority = line.priority});
    }
    if (!thread_.joinable())
        start_thread(
            thread_, [shared = shared_] { shared->run(); }, runs_programs());
    shared_->changed.notify_all();
    return true;
}

uint64_t BackgroundSink::finish(Clock::time_point deadline) {
    std::unique_lock lock(shared_->mutex);
    if (!thread_.joinable() && shared_->waiting.empty()) return 0;
    shared_->closing = true;
    shared_->deadline = deadline;
    shared_->changed.notify_all();
    if (!thread_.joinable()) {
        lock.unlock();
        shared_->run();
        return shared_->lost;
    }
    if (shared_->changed.wait_until(lock, deadline, [this] { return shared_->finished; })) {
        lock.unlock();
        thread_.join();
        return shared_->lost;
    }
    const uint64_t lost = shared_->lost + shared_->waiting.size() + shared_->in_hand;
    shared_->waiting.clear();
    lock.unlock();
    thread_.detach();
    return lost;
}

void BackgroundSink::Shared::run() {
    std::unique_lock lock(mutex);
    while (true) {
        changed.wait(lock, [this] { return closing || !waiting.empty(); });
        if (waiting.empty()) break;
        const Waiting next = std::move(waiting.front());
        waiting.pop_front();
        in_hand = 1;
        lock.unlock();
        const bool delivered = deliver(next);
        lock.lock();
        in_hand = 0;
        if (!delivered) ++lost;
        if (lost != told_lost) {
            lock.unlock();
            tell_losses();
            lock.lock();
        }
    }
    const Clock::time_point until = deadline;
    lock.unlock();
    sink->finish(until);
    lock.lock();
    finished = true;
    changed.notify_all();
}

bool BackgroundSink::Shared::deliver(const Waiting& line) {
    std::chrono::milliseconds wait = settings.pause;
    for (unsigned attempt = 1;; ++attempt) {
        const DeliveryResult result = sink->deliver({.text = line.text, .priority = line.priority});
        if (result.outcome == Delivery::Done) {
            if (failing) note(fmt::format("{}: alerts get through again", sink->name()));
            failing = false;
            return true;
        }
        tell_failure(result.reason);
        if (result.outcome == Delivery::Refused || attempt >= settings.attempts || !pause(wait)) return false;
        wait = std::min(wait * 2, settings.longest_pause);
    }
}

// False when there is no time left for it.
bool BackgroundSink::Shared::pause(std::chrono::milliseconds length) {
    std::unique_lock lock(mutex);
    const Clock::time_point end = Clock::now() + length;
    while (Clock::now() < end) {
        if (closing && deadline <= end) return false;
        changed.wait_until(lock, end);
    }
    return true;
}

void BackgroundSink::Shared::tell_failure(const std::string& reason) {
    if (!failing) warning(fmt::format("an alert did not get through, it is tried again: {}", reason));
    failing = true;
}

void BackgroundSink::Shared::tell_losses() {
    constexpr auto between = std::chrono::minutes(1);
    const Clock::time_point now = Clock::now();
    if (told_lost != 0 && now - told_at < between) return;
    const std::unique_lock lock(mutex);
    warning(fmt::format("{}: {} alerts were lost", sink->name(), lost));
    told_lost = lost;
    told_at = now;
}

}  // namespace bewit
