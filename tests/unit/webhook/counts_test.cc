#include "injector/webhook/counts.h"

#include <doctest/doctest.h>

namespace bewit::webhook {
namespace {

using namespace std::chrono_literals;

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("everything that is counted is on the page") {
    Counts counts;
    counts.answered(200);
    counts.answered(200);
    counts.answered(400);
    counts.patched();
    counts.skipped("annotation");
    counts.refused();
    counts.let_in();
    counts.let_in();
    counts.failed("tls");
    counts.reloaded(true);
    counts.reloaded(false);
    const std::string text = counts.text({.connections = 3, .certificate_expires = 1'800'000'000});
    for (const char* line : {"bewit_webhook_requests_total{code=\"200\"} 2",
                             "bewit_webhook_requests_total{code=\"400\"} 1", "bewit_webhook_patched_total 1",
                             "bewit_webhook_skipped_total{reason=\"annotation\"} 1", "bewit_webhook_refused_total 1",
                             "bewit_webhook_unwatched_total 2", "bewit_webhook_errors_total{kind=\"tls\"} 1",
                             "bewit_webhook_connections 3", "bewit_webhook_certificate_expires_seconds 1800000000",
                             "bewit_webhook_certificate_reloads_total{result=\"success\"} 1",
                             "bewit_webhook_certificate_reloads_total{result=\"failure\"} 1",
                             "# TYPE bewit_webhook_patched_total counter"}) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
}

TEST_CASE("buckets of the histogram hold what is shorter, the edge included") {
    Counts counts;
    for (const auto time : {500us, 1000us, 3000us, 20'000'000us}) counts.took(time);
    const std::string text = counts.text({});
    const std::string name = "bewit_webhook_review_duration_seconds";
    CHECK(has_line(text, name + "_bucket{le=\"0.001\"} 2"));
    CHECK(has_line(text, name + "_bucket{le=\"0.0025\"} 2"));
    CHECK(has_line(text, name + "_bucket{le=\"0.005\"} 3"));
    CHECK(has_line(text, name + "_bucket{le=\"10\"} 3"));
    CHECK(has_line(text, name + "_bucket{le=\"+Inf\"} 4"));
    CHECK(has_line(text, name + "_sum 20.0045"));
    CHECK(has_line(text, name + "_count 4"));
}

}  // namespace
}  // namespace bewit::webhook
