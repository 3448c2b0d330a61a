// `bewit webhook`: `bewit patch k8s` for an API server that asks about every pod.
#include <signal.h>

#include <cstdlib>

#include <fmt/format.h>
#include <boost/asio/signal_set.hpp>

#include "injector/command_patch.h"
#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/webhook/service.h"

namespace bewit {
namespace {

namespace asio = boost::asio;

constexpr auto grace = std::chrono::seconds(10);  // for what is under way at the end

struct WebhookCommand {
    PatchCommand patch{};
    std::string listen = "0.0.0.0:8443", metrics_listen{};
    std::string certificate{}, key{};
    std::string fail = "closed";
    unsigned delay = 0;  // seconds
};

tl::expected<void, std::string> check(WebhookCommand& line) {
    if (auto fit = complete(line.patch); !fit) return fit;
    if (line.patch.shape != "init" && line.patch.shape != "in-image")
        return tl::unexpected(std::string("for Kubernetes, --shape is init or in-image"));
    for (const std::string& argument : line.patch.sources.configs) {
        if (argument.find('=') == std::string::npos) {
            return tl::unexpected(
                fmt::format("--image-config {}: say what it is for, NAME={}: pods of more than one image will come",
                            argument, argument));
        }
    }
    for (const std::string* text : {&line.listen, &line.metrics_listen}) {
        if (text->empty()) continue;
        if (auto endpoint = webhook::parse_endpoint(*text); !endpoint) return tl::unexpected(endpoint.error());
    }
    return {};
}

class Webhook {
public:
    Webhook(const WebhookCommand& line, webhook::Certificate certificate, patch::ImageSource& images)
        : line_(line),
          server_(context_, std::move(certificate), counts_),
          service_(context_, {.options = line.patch.options, .let_in = line.fail == "open"}, images, server_, counts_) {
    }

    int go() {
        const auto bound = server_.listen(*webhook::parse_endpoint(line_.listen), true);
        if (!bound) return refuse(bound.error());
        std::string said = fmt::format("bewit: webhook listens on https://{}/mutate", webhook::to_text(*bound));
        if (!line_.metrics_listen.empty()) {
            const auto plain = server_.listen(*webhook::parse_endpoint(line_.metrics_listen), false);
            if (!plain) return refuse(plain.error());
            said += fmt::format(", and for metrics on http://{}/metrics", webhook::to_text(*plain));
        }
        signal(SIGPIPE, SIG_IGN);
        wait_for_signal();
        server_.start(service_);
        write_report(said + "\n");
        run();
        // A look-up that hangs is left behind.
        if (service_.busy()) std::_Exit(0);
        return 0;
    }

private:
    static int refuse(const std::string& why) {
        error("webhook: " + why);
        return failed;
    }

    // What a request does to bewit, it does to itself only.
    void run() {
        while (true) {
            try {
                context_.run();
                return;
            } catch (const std::exception& thrown) {
                counts_.failed("internal");
                error(fmt::format("webhook: {}", thrown.what()));
            }
        }
    }

    void wait_for_signal() {
        signals_.async_wait([this](webhook::Code code, int) {
            if (code) return;
            if (leaving_) return context_.stop();
            leaving_ = true;
            service_.leave();
            wait_for_signal();
            after(std::chrono::seconds(line_.delay), [this] {
                server_.end();
                after(grace, [this] { context_.stop(); });
            });
        });
    }

    template <typename Action>
    void after(std::chrono::seconds time, Action action) {
        timer_.expires_after(time);
        timer_.async_wait([action](webhook::Code code) {
            if (!code) action();
        });
    }

    const WebhookCommand& line_;
    asio::io_context context_{1};
    asio::signal_set signals_{context_, SIGTERM, SIGINT};
    asio::steady_timer timer_{context_};
    bool leaving_ = false;
    webhook::Counts counts_;
    webhook::Server server_;
    webhook::Service service_;
};

int serve(WebhookCommand& line) {
    if (const auto fit = check(line); !fit) {
        error("webhook: " + fit.error());
        return usage_error;
    }
    const auto images = open_images(line.patch);
    if (!images) {
        error("webhook: " + images.error());
        return failed;
    }
    auto certificate = webhook::Certificate::load(line.certificate, line.key);
    if (!certificate) {
        error("webhook: " + certificate.error());
        return failed;
    }
    return Webhook(line, std::move(*certificate), **images).go();
}

}  // namespace

void add_webhook(CLI::App& program, int& status) {
    auto line = std::make_shared<WebhookCommand>();
    CLI::App* command =
        program.add_subcommand("webhook", "the patch of Kubernetes pods as a mutating admission webhook");
    set_examples(*command,
                 "  bewit webhook --cert tls.crt --key tls.key --bewit-image registry.test/bewit:1\n"
                 "  bewit webhook --cert tls.crt --key tls.key --bewit-image registry.test/bewit:1 --fail open "
                 "--exclude istio-proxy\n"
                 "  bewit webhook --cert tls.crt --key tls.key --bewit-image registry.test/bewit:1 --image-config "
                 "nginx:1.27=nginx.json\n");
    command->add_option("--listen", line->listen, "where the API server finds it (default: 0.0.0.0:8443)")
        ->type_name("ADDR:PORT");
    command
        ->add_option("--cert", line->certificate,
                     "its certificate, PEM, with the chain behind it; read again when it changes")
        ->required()
        ->type_name("FILE");
    command->add_option("--key", line->key, "the certificate's key, PEM; read again when it changes")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("--fail", line->fail,
                     "what becomes of a pod that cannot be patched: closed: it is refused, and the message says why "
                     "(default); open: it is admitted unwatched, with a warning")
        ->check(CLI::IsMember({"open", "closed"}));
    command
        ->add_option("--metrics-listen", line->metrics_listen,
                     "/metrics, /healthz and /readyz without TLS, too (default: nowhere)")
        ->type_name("ADDR:PORT");
    command
        ->add_option("--shutdown-delay", line->delay,
                     "after SIGTERM, how long to go on while the news spreads (default: 0)")
        ->check(CLI::Range(0U, 600U))
        ->type_name("SECONDS");
    add_verbosity_options(*command);
    add_patch_options(*command, line->patch);
    command->callback([line, &status] { status = serve(*line); });
}

}  // namespace bewit
