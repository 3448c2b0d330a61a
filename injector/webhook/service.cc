#include "injector/webhook/service.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>

#include "injector/http/media_type.h"
#include "injector/message.h"

namespace bewit::webhook {

namespace asio = boost::asio;

namespace {

constexpr std::string_view mutate = "/mutate", metrics = "/metrics";
constexpr std::array<std::string_view, 3> pages = {"/healthz", "/readyz", metrics};

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

bool is_json(std::string_view content_type) {
    const std::string_view type = http::media_type(content_type);
    return boost::beast::iequals({type.data(), type.size()}, "application/json");
}

}  // namespace

std::chrono::milliseconds patience(std::string_view target) {
    constexpr std::string_view name = "timeout=";
    constexpr int least = 1, usual = 10, most = 30;
    const size_t query = target.find('?');
    size_t at = query == std::string_view::npos ? query : target.find(name, query);
    int seconds = usual;
    if (at != std::string_view::npos) {
        const char* end = target.data() + target.size();
        const auto [stop, bad] = std::from_chars(target.data() + at + name.size(), end, seconds);
        if (bad != std::errc() || stop == end || *stop != 's') seconds = usual;
    }
    // The answer has to get there, too.
    return std::chrono::seconds(std::clamp(seconds, least, most)) - std::chrono::milliseconds(500);
}

// `over` is set by whoever answers: the decision or the clock.
struct Service::Job {
    Job(Review what, Owner::Respond where, asio::io_context& context)
        : review(std::move(what)), respond(std::move(where)), timer(context) {}

    const Review review;
    const Owner::Respond respond;
    const Clock::time_point begun = Clock::now();
    asio::steady_timer timer;
    std::atomic<bool> over = false;
};

Service::Service(asio::io_context& context, Policy policy, patch::ImageSource& images, const Server& server,
                 Counts& counts)
    : context_(context), policy_(std::move(policy)), images_(images), server_(server), counts_(counts) {}

std::optional<Reply> Service::refuse(const Head& head) {
    const std::string_view path = path_of(head.target);
    if (std::find(pages.begin(), pages.end(), path) != pages.end()) {
        if (head.method == "GET" || head.method == "HEAD") return std::nullopt;
        return Reply{.status = 405, .body = "GET it\n", .allow = "GET, HEAD"};
    }
    if (path != mutate || !head.encrypted)
        return Reply{.status = 404, .body = "there is /mutate (over TLS), /healthz, /readyz and /metrics\n"};
    if (head.method != "POST") return Reply{.status = 405, .body = "POST an AdmissionReview\n", .allow = "POST"};
    if (!is_json(head.content_type)) return Reply{.status = 415, .body = "the content type must be application/json\n"};
    return std::nullopt;
}

void Service::serve(const Head& head, std::string body, Owner::Respond respond) {
    const std::string_view path = path_of(head.target);
    if (path == mutate) return review(head, std::move(body), std::move(respond));
    if (path == metrics)
        return respond(
            {.body = counts_.text(server_.gauges()), .content_type = "text/plain; version=0.0.4; charset=utf-8"});
    if (path == "/readyz" && leaving_) return respond({.status = 503, .body = "ending\n"});
    respond({.body = "ok\n"});
}

void Service::review(const Head& head, std::string body, Owner::Respond respond) {
    auto read = read_review(std::move(body));
    if (!read) {
        counts_.failed("review");
        return respond({.status = 400, .body = read.error() + "\n"});
    }
    const auto job = std::make_shared<Job>(std::move(*read), std::move(respond), context_);
    ++waiting_;
    job->timer.expires_after(patience(head.target));
    job->timer.async_wait([this, job](Code code) {
        if (code || job->over.exchange(true)) return;
        counts_.failed("late");
        finish(job, webhook::failed(job->review, "the decision was not made in time"));
    });
    asio::post(pool_, [this, job] { decide_on_pool(job); });
}

void Service::decide_on_pool(const std::shared_ptr<Job>& job) {
    Decision decision;
    if (!job->over) {
        try {
            decision = decide(job->review, policy_.options, images_);
        } catch (const std::exception& thrown) {
            decision = webhook::failed(job->review, thrown.what());
        }
    }
    asio::post(context_, [this, job, decision = std::move(decision)] {
        --waiting_;
        if (job->over.exchange(true)) return;
        job->timer.cancel();
        finish(job, decision);
    });
}

void Service::finish(const std::shared_ptr<Job>& job, const Decision& decision) {
    count(decision);
    counts_.took(Clock::now() - job->begun);
    job->respond({.body = answer_text(job->review, decision, policy_.let_in), .content_type = "application/json"});
}

void Service::count(const Decision& decision) {
    switch (decision.kind) {
        case Decision::Kind::Patched:
            return counts_.patched();
        case Decision::Kind::Skipped:
            return counts_.skipped(decision.reason);
        case Decision::Kind::Failed:
            break;
    }
    warning(fmt::format("webhook: {}: {}", policy_.let_in ? "admitted unwatched" : "refused", decision.message));
    policy_.let_in ? counts_.let_in() : counts_.refused();
}

}  // namespace bewit::webhook
