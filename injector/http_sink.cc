#include "injector/http_sink.h"

#include <zlib.h>

#include <fmt/format.h>

#include "injector/http/url.h"
#include "injector/message.h"

namespace bewit {
namespace {

using namespace std::chrono_literals;

constexpr unsigned too_many_requests = 429, request_timeout = 408, server_error = 500;

// gzip(1)'s format; empty when it fails.
std::string gzip(std::string_view text) {
    constexpr int window_and_gzip = 15 + 16, default_memory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_and_gzip, default_memory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return {};
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int status = deflate(&stream, Z_FINISH);
    packed.resize(status == Z_STREAM_END ? stream.total_out : 0);
    deflateEnd(&stream);
    return packed;
}

class HttpSink final : public SlowSink {
public:
    HttpSink(HttpOutput settings, http::Client client, std::string name, bool json)
        : settings_(std::move(settings)), client_(std::move(client)), name_(std::move(name)), json_(json) {}

    std::string_view name() const override { return name_; }

    DeliveryResult deliver(const AlertLine& line) override {
        const auto response = client_.send(request_of(line.text));
        if (!response)
            return {.outcome = is_final(response.error().kind) ? Delivery::Refused : Delivery::Later,
                    .reason = response.error().message};
        if (settings_.echo) note(fmt::format("{}: {}", name_, response->body));
        if (response->ok()) return {};
        const unsigned status = response->status;
        const bool later = status >= server_error || status == too_many_requests || status == request_timeout;
        return {.outcome = later ? Delivery::Later : Delivery::Refused,
                .reason = fmt::format("{} answered {}", name_, status)};
    }

private:
    static bool is_final(http::Error::Kind kind) {
        return kind == http::Error::Kind::Request || kind == http::Error::Kind::Refused;
    }

    http::Request request_of(std::string_view text) const {
        http::Request request{.url = settings_.url, .method = "POST", .headers = settings_.headers};
        request.headers.emplace_back("Content-Type", json_ ? "application/json" : "text/plain");
        if (settings_.compress_uploads) request.body = gzip(text);
        if (!request.body.empty()) {
            request.headers.emplace_back("Content-Encoding", "gzip");
        } else {
            request.body = text;
        }
        return request;
    }

    HttpOutput settings_;
    http::Client client_;
    std::string name_;
    bool json_;
};

}  // namespace

tl::expected<std::unique_ptr<SlowSink>, std::string> make_http_sink(const HttpOutput& settings, bool json) {
    const auto url = http::parse_url(settings.url);
    if (!url) return tl::unexpected(fmt::format("alerts cannot be sent: {}", url.error()));
    if (settings.mtls && (settings.client_cert.empty() || settings.client_key.empty())) {
        return tl::unexpected(std::string("http_output.mtls needs client_cert and client_key"));
    }
    http::Settings client;
    client.limits = {.connect = 2000ms, .handshake = 3000ms, .total = 5000ms, .body = size_t{64} << 10};
    client.keep_alive = settings.keep_alive;
    client.user_agent = settings.user_agent;
    client.insecure = settings.insecure;
    client.trust = settings.trust;
    if (settings.mtls) {
        client.client_certificate = settings.client_cert;
        client.client_key = settings.client_key;
    }
    http::Client connection(std::move(client));
    if (auto prepared = connection.prepare(settings.url); !prepared) return tl::unexpected(prepared.error().message);
    return std::make_unique<HttpSink>(settings, std::move(connection), url->printable(), json);
}

}  // namespace bewit
