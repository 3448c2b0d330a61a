#include "injector/alert_outputs.h"

#include "injector/background_sink.h"
#include "injector/http_sink.h"
#include "injector/program_sink.h"
#include "injector/syslog_sink.h"

namespace bewit {
namespace {

using Opened = tl::expected<std::unique_ptr<AlertSink>, std::string>;

Opened open_http(const Configuration& configuration, const std::string& url) {
    HttpOutput settings = configuration.http;
    settings.url = url;
    auto sink = make_http_sink(settings, configuration.format == AlertFormat::Json);
    if (!sink) return tl::unexpected(sink.error());
    return std::make_unique<BackgroundSink>(
        std::move(*sink),
        BackgroundSink::Settings{.capacity = configuration.queue_capacity, .attempts = settings.attempts});
}

Opened open_destination(const Configuration& configuration, const std::string& destination) {
    const bool http = destination.starts_with("http://") || destination.starts_with("https://");
    return http ? open_http(configuration, destination) : open_alert_sink(destination);
}

}  // namespace

tl::expected<std::vector<std::unique_ptr<AlertSink>>, std::string> open_outputs(const Configuration& configuration) {
    std::vector<std::unique_ptr<AlertSink>> sinks;
    std::string failure;
    const auto add = [&](Opened sink) {
        if (!sink) failure = sink.error();
        if (sink) sinks.push_back(std::move(*sink));
        return failure.empty();
    };
    for (const std::string& destination : configuration.alerts) {
        if (!add(open_destination(configuration, destination))) return tl::unexpected(failure);
    }
    if (configuration.file && !add(open_file_sink(configuration.file->path, configuration.file->keep_open)))
        return tl::unexpected(failure);
    if (configuration.syslog) add(make_syslog_sink());
    if (!configuration.http.url.empty() && !add(open_http(configuration, configuration.http.url)))
        return tl::unexpected(failure);
    if (configuration.program) {
        add(std::make_unique<BackgroundSink>(
            make_program_sink(configuration.program->command, configuration.program->keep_alive),
            BackgroundSink::Settings{.capacity = configuration.queue_capacity}));
    }
    return sinks;
}

}  // namespace bewit
