// The container's facts that must be asked for over the network: fetched, kept and refreshed on a thread of its own, so
// that neither the workload's start nor any event waits for them.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "engine/state/container.h"

namespace bewit {

// start(), pending() and take() are for one thread, the source's.
class MetadataWatch {
public:
    struct Settings {
        std::string uri;  // as ECS_CONTAINER_METADATA_URI_V4 gives it; only addresses of this machine and link-local
                          // ones are asked
        std::chrono::milliseconds limit{2000};  // for one request
        std::chrono::milliseconds retry{250};   // after a failure, doubling up to `refresh`
        std::chrono::milliseconds refresh{300000};
    };
    // `base` is what is known already; `finish` has the last word on every result and is called on the watch's thread.
    MetadataWatch(state::Container base, std::function<void(state::Container&)> finish, Settings settings);
    // Does not wait for a request under way: its thread is left behind and touches nothing of this object.
    ~MetadataWatch();
    MetadataWatch(const MetadataWatch&) = delete;
    MetadataWatch& operator=(const MetadataWatch&) = delete;

    // Starts the thread at the first call: after the workload was forked, so that it is forked from one thread.
    void start();
    // Whether take() has something. A load of one flag.
    bool pending() const;
    // The newest facts, once each.
    std::optional<state::Container> take();

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace bewit
