// The webhook's paths, and the thread on which pods are patched.
#pragma once

#include <atomic>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "injector/webhook/review.h"
#include "injector/webhook/server.h"

namespace bewit::webhook {

struct Policy {
    patch::Options options{};
    bool let_in = false;  // what cannot be patched is admitted, with a warning
};

// /mutate over TLS alone; /healthz, /readyz and /metrics. On the thread of `context`, but for the decisions, which are
// made on one other: to look up what an image runs may take time. `images` is used on that thread only.
class Service final : public Handler {
public:
    Service(boost::asio::io_context& context, Policy policy, patch::ImageSource& images, const Server& server,
            Counts& counts);

    // From now on /readyz says no.
    void leave() { leaving_ = true; }
    // Whether a decision is being made, now or soon.
    bool busy() const { return waiting_ != 0; }

    std::optional<Reply> refuse(const Head& head) override;
    void serve(const Head& head, std::string body, Owner::Respond respond) override;

private:
    struct Job;
    void review(const Head& head, std::string body, Owner::Respond respond);
    void decide_on_pool(const std::shared_ptr<Job>& job);
    void finish(const std::shared_ptr<Job>& job, const Decision& decision);
    void count(const Decision& decision);

    boost::asio::io_context& context_;
    const Policy policy_;
    patch::ImageSource& images_;
    const Server& server_;
    Counts& counts_;
    bool leaving_ = false;
    size_t waiting_ = 0;
    boost::asio::thread_pool pool_{1};
};

// How long the API server waits: "?timeout=10s" of the target, or 10 seconds, which is its default.
std::chrono::milliseconds patience(std::string_view target);

}  // namespace bewit::webhook
