#include "injector/metadata/metadata_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "injector/background_thread.h"
#include "injector/http/client.h"
#include "injector/metadata/ecs_metadata.h"

namespace bewit {

struct MetadataWatch::Shared {
    state::Container base;
    std::function<void(state::Container&)> finish;
    Settings settings;

    std::atomic<bool> pending = false;
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<state::Container> newest;
    bool stopping = false;

    void run();
    bool fetch(http::Client& client);
};

MetadataWatch::MetadataWatch(state::Container base, std::function<void(state::Container&)> finish, Settings settings)
    : shared_(std::make_shared<Shared>()) {
    shared_->base = std::move(base);
    shared_->finish = std::move(finish);
    shared_->settings = std::move(settings);
}

MetadataWatch::~MetadataWatch() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
    }
    shared_->changed.notify_all();
    thread_.detach();
}

void MetadataWatch::start() {
    if (thread_.joinable()) return;
    start_thread(thread_, [shared = shared_] { shared->run(); });
}

bool MetadataWatch::pending() const { return shared_->pending.load(std::memory_order_relaxed); }

std::optional<state::Container> MetadataWatch::take() {
    const std::lock_guard lock(shared_->mutex);
    shared_->pending.store(false, std::memory_order_relaxed);
    return std::exchange(shared_->newest, std::nullopt);
}

void MetadataWatch::Shared::run() {
    http::Client client({.limits = {.connect = settings.limit, .total = settings.limit, .body = size_t{1} << 20},
                         .reach = http::Reach::Local});
    std::chrono::milliseconds retry = settings.retry;
    std::unique_lock lock(mutex);
    while (!stopping) {
        lock.unlock();
        const bool complete = fetch(client);
        lock.lock();
        const auto wait = complete ? settings.refresh : retry;
        retry = complete ? settings.retry : std::min(retry * 2, settings.refresh);
        changed.wait_for(lock, wait, [this] { return stopping; });
    }
}

// Whether both answers came. What came is kept either way.
bool MetadataWatch::Shared::fetch(http::Client& client) {
    state::Container found = base;
    const auto ask = [&](const std::string& path, bool (*add)(std::string_view, state::Container&)) {
        const auto response = client.send({.url = settings.uri + path});
        return response && response->ok() && add(response->body, found);
    };
    const bool container = ask("", &add_ecs_container), task = ask("/task", &add_ecs_task);
    if (!container && !task) return false;
    base = found;
    finish(found);
    const std::lock_guard lock(mutex);
    newest = std::move(found);
    pending.store(true, std::memory_order_relaxed);
    return container && task;
}

}  // namespace bewit
