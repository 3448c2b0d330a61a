#include "injector/webhook/counts.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/version.h"

namespace bewit::webhook {
namespace {

class Page {
public:
    void head(std::string_view name, std::string_view type, std::string_view help) {
        text_ += fmt::format("# HELP bewit_{0} {2}\n# TYPE bewit_{0} {1}\n", name, type, help);
    }
    template <typename Value>
    void sample(std::string_view name, const Value& value) {
        text_ += fmt::format("bewit_{} {}\n", name, value);
    }
    void counter(std::string_view name, std::string_view help, uint64_t value) {
        head(name, "counter", help);
        sample(name, value);
    }
    template <typename Map>
    void counters(std::string_view name, std::string_view label, std::string_view help, const Map& values) {
        head(name, "counter", help);
        for (const auto& [key, value] : values) sample(fmt::format("{}{{{}=\"{}\"}}", name, label, key), value);
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

}  // namespace

void Counts::took(std::chrono::nanoseconds time) {
    const double seconds = std::chrono::duration<double>(time).count();
    const auto bucket = std::lower_bound(buckets.begin(), buckets.end(), seconds);
    ++durations_[static_cast<size_t>(bucket - buckets.begin())];
    seconds_ += seconds;
}

std::string Counts::text(const Gauges& gauges) const {
    Page page;
    page.counters("webhook_requests_total", "code", "HTTP requests by the status of their answer.", answers_);
    page.counter("webhook_patched_total", "Pods that were patched.", patched_);
    page.counters("webhook_skipped_total", "reason", "Reviews of what is not to be patched.", skipped_);
    page.counter("webhook_refused_total", "Pods that could not be patched and were refused.", refused_);
    page.counter("webhook_unwatched_total", "Pods that could not be patched and were admitted unwatched.", let_in_);
    page.counters("webhook_errors_total", "kind", "Requests and connections that came to nothing.", errors_);
    constexpr std::string_view duration = "webhook_review_duration_seconds";
    page.head(duration, "histogram", "From a whole review to its answer.");
    uint64_t sum = 0;
    for (size_t i = 0; i < durations_.size(); ++i) {
        sum += durations_[i];
        page.sample(fmt::format("{}_bucket{{le=\"{}\"}}", duration,
                                i < buckets.size() ? fmt::format("{}", buckets[i]) : "+Inf"),
                    sum);
    }
    page.sample(fmt::format("{}_sum", duration), seconds_);
    page.sample(fmt::format("{}_count", duration), sum);
    page.head("webhook_connections", "gauge", "Open connections.");
    page.sample("webhook_connections", gauges.connections);
    page.head("webhook_certificate_expires_seconds", "gauge",
              "When the certificate in use expires, in seconds since 1970.");
    page.sample("webhook_certificate_expires_seconds", gauges.certificate_expires);
    const std::map<std::string_view, uint64_t> reloads = {{"success", reloads_}, {"failure", failed_reloads_}};
    page.counters("webhook_certificate_reloads_total", "result", "Certificates that were read again.", reloads);
    page.head("build_info", "gauge", "1.");
    page.sample(fmt::format("build_info{{version=\"{}\"}}", version), 1);
    return page.take();
}

}  // namespace bewit::webhook
