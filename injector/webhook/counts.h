// What the webhook did, as Prometheus reads it (text format 0.0.4).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bewit::webhook {

// Of one thread. Names of reasons and kinds are literals.
class Counts {
public:
    // An HTTP answer.
    void answered(unsigned status) { ++answers_[status]; }
    void patched() { ++patched_; }
    void skipped(std::string_view reason) { ++skipped_[reason]; }
    void refused() { ++refused_; }
    // A pod that could not be patched, and was admitted all the same.
    void let_in() { ++let_in_; }
    // Reviews and connections that came to nothing: review, http, tls, slow, crowded, late, accept.
    void failed(std::string_view kind) { ++errors_[kind]; }
    void reloaded(bool well) { ++(well ? reloads_ : failed_reloads_); }
    // From a whole review to its answer.
    void took(std::chrono::nanoseconds time);

    // What is so now.
    struct Gauges {
        size_t connections = 0;
        int64_t certificate_expires = 0;  // seconds since 1970
    };
    std::string text(const Gauges& gauges) const;

private:
    static constexpr std::array buckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                           0.25,  0.5,    1.0,   2.5,  5.0,   10.0};  // seconds

    std::map<unsigned, uint64_t> answers_;
    std::map<std::string_view, uint64_t> skipped_, errors_;
    uint64_t patched_ = 0, refused_ = 0, let_in_ = 0, reloads_ = 0, failed_reloads_ = 0;
    std::array<uint64_t, buckets.size() + 1> durations_{};  // the last: longer than all
    double seconds_ = 0;
};

}  // namespace bewit::webhook
