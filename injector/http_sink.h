// Alerts as HTTP requests: one POST each, as Falco's http_output makes them and falcosidekick takes them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "injector/background_sink.h"
#include "injector/http/client.h"

namespace bewit {

// The names are those of falco.yaml's http_output.
struct HttpOutput {
    std::string url{};
    std::string user_agent = "falcosecurity/falco";
    bool insecure = false;
    http::TrustOptions trust{};
    bool mtls = false;
    std::string client_cert{}, client_key{};
    bool echo = false;              // what the server answers goes to bewit's own messages
    bool compress_uploads = false;  // gzip
    bool keep_alive = true;
    unsigned attempts = 5;
    std::vector<http::Header> headers{};  // bewit's own: authentication
};

// Reads certificates now; connects when there is an alert. `json` says what the lines are. The error is one sentence.
tl::expected<std::unique_ptr<SlowSink>, std::string> make_http_sink(const HttpOutput& settings, bool json);

}  // namespace bewit
