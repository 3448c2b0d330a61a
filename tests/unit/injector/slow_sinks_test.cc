// Sinks that may take long: HTTP, programs, syslog, and the thread that they are on.
#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "http_server.h"
#include "injector/background_sink.h"
#include "injector/http_sink.h"
#include "injector/program_sink.h"
#include "injector/syslog_sink.h"

namespace bewit {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nlohmann::json;
using test::certificates;
using test::HttpServer;

constexpr BackgroundSink::Settings quick{.capacity = 100, .attempts = 3, .pause = 1ms, .longest_pause = 2ms};

std::unique_ptr<SlowSink> http_sink(const HttpOutput& settings) {
    auto sink = make_http_sink(settings, true);
    REQUIRE_MESSAGE(sink.has_value(), (sink ? "" : sink.error()));
    return std::move(*sink);
}

json posted(const HttpServer& server) {
    http::Client client;
    return json::parse(client.send({.url = server.url("/requests")}).value().body);
}

struct Scripted {
    std::mutex mutex;
    std::vector<Delivery> outcomes;  // of the next calls; Done afterwards
    std::vector<std::string> delivered;
    std::chrono::milliseconds takes{0};
};

class ScriptedSink final : public SlowSink {
public:
    explicit ScriptedSink(std::shared_ptr<Scripted> script) : script_(std::move(script)) {}
    std::string_view name() const override { return "scripted"; }
    DeliveryResult deliver(const AlertLine& line) override {
        std::this_thread::sleep_for(script_->takes);
        const std::lock_guard lock(script_->mutex);
        if (!script_->outcomes.empty()) {
            const Delivery outcome = script_->outcomes.front();
            script_->outcomes.erase(script_->outcomes.begin());
            if (outcome != Delivery::Done) return {.outcome = outcome, .reason = "as scripted"};
        }
        script_->delivered.emplace_back(line.text);
        return {};
    }

private:
    std::shared_ptr<Scripted> script_;
};

TEST_CASE("what fails for now is tried again, in order, and what is refused is not") {
    const auto script = std::make_shared<Scripted>();
    script->outcomes = {Delivery::Later, Delivery::Later, Delivery::Done, Delivery::Refused, Delivery::Done};
    BackgroundSink sink(std::make_unique<ScriptedSink>(script), quick);
    for (const char* text : {"one", "two", "three"}) CHECK(sink.write({.text = text}));
    CHECK(sink.finish(Clock::now() + 10s) == 1);
    CHECK(script->delivered == std::vector<std::string>{"one", "three"});
}

TEST_CASE("attempts are limited, and the next line has its own") {
    const auto script = std::make_shared<Scripted>();
    script->outcomes = {Delivery::Later, Delivery::Later, Delivery::Later, Delivery::Later};
    BackgroundSink sink(std::make_unique<ScriptedSink>(script), quick);
    CHECK(sink.write({.text = "lost"}));
    CHECK(sink.write({.text = "found"}));
    CHECK(sink.finish(Clock::now() + 10s) == 1);
    CHECK(script->delivered == std::vector<std::string>{"found"});
}

TEST_CASE("a slow sink takes what it has room for, never holds up its caller, and is left behind at the end") {
    const auto script = std::make_shared<Scripted>();
    script->takes = 300ms;
    const auto start = Clock::now();
    uint64_t refused = 0;
    {
        BackgroundSink sink(std::make_unique<ScriptedSink>(script), {.capacity = 10});
        for (int i = 0; i < 100; ++i) refused += sink.write({.text = "x"}) ? 0 : 1;
        CHECK(refused >= 89);
        CHECK(sink.finish(Clock::now() + 50ms) + refused >= 99);
    }
    CHECK(Clock::now() - start < 3s);
    std::this_thread::sleep_for(400ms);  // the thread's last delivery
}

TEST_CASE("alerts are posted one each, with Falco's headers, over one connection") {
    const HttpServer server;
    BackgroundSink sink(http_sink({.url = server.url("/alerts")}), quick);
    for (int i = 0; i < 3; ++i) CHECK(sink.write({.text = R"({"n":)" + std::to_string(i) + "}"}));
    CHECK(sink.finish(Clock::now() + 10s) == 0);
    const json requests = posted(server);
    REQUIRE(requests.size() == 3);
    CHECK(requests[0]["body"] == R"({"n":0})");
    CHECK(requests[2]["body"] == R"({"n":2})");
    CHECK(requests[0]["headers"]["Content-Type"] == "application/json");
    CHECK(requests[0]["headers"]["User-Agent"] == "falcosecurity/falco");
    http::Client client;
    CHECK(client.send({.url = server.url("/connections")}).value().body == "3");  // the sink's, posted()'s and this
}

TEST_CASE("a server that is not ready gets the alert later; bodies may be packed; headers are sent") {
    const HttpServer server;
    http::Client client;
    REQUIRE(client.send({.url = server.url("/fail/2")}).has_value());
    BackgroundSink sink(
        http_sink({.url = server.url("/alerts"), .compress_uploads = true, .headers = {{"Authorization", "Bearer x"}}}),
        quick);
    CHECK(sink.write({.text = "{}"}));
    CHECK(sink.finish(Clock::now() + 10s) == 0);
    const json requests = posted(server);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0]["body"] == "{}");
    CHECK(requests[0]["headers"]["Content-Encoding"] == "gzip");
    CHECK(requests[0]["headers"]["Authorization"] == "Bearer x");
}

TEST_CASE("a server that refuses is not asked twice") {
    const HttpServer server;
    const auto sink = http_sink({.url = server.url("/status/403")});
    const DeliveryResult result = sink->deliver({.text = "{}"});
    CHECK(result.outcome == Delivery::Refused);
    CHECK(result.reason.find("403") != std::string::npos);
    CHECK(http_sink({.url = "http://127.0.0.1:1/"})->deliver({.text = "{}"}).outcome == Delivery::Later);
}

TEST_CASE("https with the client's certificate, and mistakes told at once") {
    const HttpServer server(certificates().server_options() + " --client-ca " + certificates().path("ca.pem"));
    const HttpOutput good{.url = server.url("/alerts", "https://localhost"),
                          .trust = {.ca_cert = certificates().path("ca.pem")},
                          .mtls = true,
                          .client_cert = certificates().path("client.pem"),
                          .client_key = certificates().path("client.key")};
    CHECK(http_sink(good)->deliver({.text = "{}"}).outcome == Delivery::Done);
    HttpOutput bad = good;
    bad.client_key = "/nowhere";
    CHECK_FALSE(make_http_sink(bad, true).has_value());
    bad.client_key.clear();
    CHECK_FALSE(make_http_sink(bad, true).has_value());
    CHECK_FALSE(make_http_sink({.url = "nonsense"}, true).has_value());
    CHECK(http_sink({.url = "http://user:secret@127.0.0.1:1/a?key=secret"})->name() == "http://127.0.0.1:1/a");
}

struct Directory {
    std::string path = [] {
        char name[] = "/tmp/bewit-sinks-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    ~Directory() { std::filesystem::remove_all(path); }
    std::string contents(const std::string& name) const {
        std::stringstream text;
        text << std::ifstream(path + "/" + name).rdbuf();
        return text.str();
    }
};

// As the sinks' threads are: SIGPIPE stays an error of write(2).
struct SignalsBlocked {
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~SignalsBlocked() {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        const timespec none{};
        while (sigtimedwait(&pipe, nullptr, &none) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    sigset_t before{};
};

TEST_CASE("a program gets alerts on its input: one process each, or one for all") {
    const SignalsBlocked signals;
    const Directory directory;
    for (const bool keep_alive : {false, true}) {
        const std::string file = keep_alive ? "kept" : "each";
        const auto sink = make_program_sink(
            "echo started >> " + directory.path + "/" + file + "; cat >> " + directory.path + "/" + file, keep_alive);
        CHECK(sink->deliver({.text = "one"}).outcome == Delivery::Done);
        CHECK(sink->deliver({.text = "two"}).outcome == Delivery::Done);
        sink->finish(Clock::now() + 20s);
    }
    CHECK(directory.contents("each") == "started\none\nstarted\ntwo\n");
    CHECK(directory.contents("kept") == "started\none\ntwo\n");
}

TEST_CASE("a program that has ended is started again, and one that never ends is killed") {
    const SignalsBlocked signals;
    const Directory directory;
    const auto once = make_program_sink("head -n 1 >> " + directory.path + "/once", true);
    CHECK(once->deliver({.text = "one"}).outcome == Delivery::Done);
    // Until its end is noticed, what it is given may be lost in the pipe.
    for (int tries = 0; tries < 2000 && once->deliver({.text = "two"}).outcome == Delivery::Done; ++tries)
        std::this_thread::sleep_for(1ms);
    CHECK(once->deliver({.text = "three"}).outcome == Delivery::Done);
    once->finish(Clock::now() + 20s);
    CHECK(directory.contents("once") == "one\nthree\n");
    const auto endless = make_program_sink("exec sleep 1000", true);
    CHECK(endless->deliver({.text = "x"}).outcome == Delivery::Done);
    const auto start = Clock::now();
    endless->finish(Clock::now() + 50ms);
    CHECK(Clock::now() - start < 5s);
}

TEST_CASE("syslog: facility user, the rule's severity, and a daemon that comes back is found") {
    const Directory directory;
    const std::string path = directory.path + "/log";
    const auto sink = make_syslog_sink(path);
    CHECK_FALSE(sink->write({.text = "nobody listens"}));
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, path.size());
        const int daemon = socket(AF_UNIX, type, 0);
        REQUIRE(bind(daemon, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        if (type == SOCK_STREAM) REQUIRE(listen(daemon, 1) == 0);
        CHECK(sink->write({.text = "text", .priority = rule::Priority::Warning}));
        const int reading = type == SOCK_STREAM ? accept(daemon, nullptr, nullptr) : daemon;
        char message[256] = {};
        const ssize_t got = recv(reading, message, sizeof message - 1, 0);
        REQUIRE(got > 0);
        const std::string text(message);
        CHECK(text.starts_with("<12>"));
        CHECK(text.ends_with(" bewit[" + std::to_string(getpid()) + "]: text"));
        if (reading != daemon) close(reading);
        close(daemon);
        unlink(path.c_str());
    }
}

}  // namespace
}  // namespace bewit
