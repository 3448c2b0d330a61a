#include "injector/http/client.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "http_server.h"

namespace bewit::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::certificates;
using test::HttpServer;

Response send_ok(Client& client, const Request& request) {
    auto response = client.send(request);
    REQUIRE_MESSAGE(response.has_value(), (response ? "" : response.error().message));
    return std::move(*response);
}

Error send_error(Client& client, const Request& request) {
    auto response = client.send(request);
    REQUIRE_FALSE(response.has_value());
    CHECK_FALSE(response.error().message.empty());
    CHECK(response.error().message.find('\n') == std::string::npos);
    return response.error();
}

Settings trusting(const std::string& file) { return {.trust = {.ca_cert = file}}; }

bool has_header(const json& echoed, const std::string& name, const std::string& value) {
    return std::any_of(echoed["headers"].begin(), echoed["headers"].end(),
                       [&](const json& header) { return header[0] == name && header[1] == value; });
}

TEST_CASE("a request arrives as it was made, and the answer with its headers") {
    const HttpServer server;
    Client client({.user_agent = "bewit/test"});
    const Response response = send_ok(client, {.url = server.url("/echo?a=b&c"),
                                               .method = "POST",
                                               .headers = {{"Content-Type", "text/plain"}, {"X-Own", "1"}},
                                               .body = "h\xc3\xa9llo"});
    CHECK(response.status == 200);
    CHECK(response.ok());
    const json echoed = json::parse(response.body);
    CHECK(echoed["method"] == "POST");
    CHECK(echoed["path"] == "/echo?a=b&c");
    CHECK(echoed["body"] == "h\xc3\xa9llo");
    CHECK(has_header(echoed, "User-Agent", "bewit/test"));
    CHECK(has_header(echoed, "X-Own", "1"));
    CHECK(has_header(echoed, "Content-Type", "text/plain"));
    CHECK(has_header(echoed, "Host", "127.0.0.1:" + std::to_string(server.port())));
    REQUIRE(response.headers.find("x-TWICE") != nullptr);
    CHECK(*response.headers.find("x-TWICE") == "one");
    CHECK(response.headers.find("absent") == nullptr);
}

TEST_CASE("every status is an answer, and a redirect is handed back") {
    const HttpServer server;
    Client client;
    CHECK(send_ok(client, {.url = server.url("/status/404")}).status == 404);
    CHECK_FALSE(send_ok(client, {.url = server.url("/status/503")}).ok());
    const Response redirect = send_ok(client, {.url = server.url("/redirect")});
    CHECK(redirect.status == 302);
    REQUIRE(redirect.headers.find("Location") != nullptr);
    CHECK(*redirect.headers.find("Location") == "/echo");
}

TEST_CASE("bodies: in pieces, none for HEAD, cut off, too large") {
    const HttpServer server;
    Client client({.limits = {.body = 1000}});
    CHECK(send_ok(client, {.url = server.url("/chunked")}).body == "onetwo");
    CHECK(send_ok(client, {.url = server.url("/large/1000"), .method = "HEAD"}).body.empty());
    CHECK(send_ok(client, {.url = server.url("/large/1000")}).body.size() == 1000);
    CHECK(send_error(client, {.url = server.url("/large/1001")}).kind == Error::Kind::TooLarge);
    CHECK(send_error(client, {.url = server.url("/truncated")}).kind == Error::Kind::Protocol);
}

TEST_CASE("credentials of the URL become basic authentication and are never printed") {
    const HttpServer server;
    Client client;
    const json echoed =
        json::parse(send_ok(client, {.url = server.url("/echo", "http://me:se%2Fcret@127.0.0.1")}).body);
    CHECK(has_header(echoed, "Authorization", "Basic bWU6c2UvY3JldA=="));
    CHECK(send_error(client, {.url = "http://me:secret@127.0.0.1:1/?token=secret"}).message.find("secret") ==
          std::string::npos);
}

TEST_CASE("a header that would begin another is refused") {
    Client client;
    CHECK(send_error(client, {.url = "http://127.0.0.1:1/", .headers = {{"A", "b\r\nC: d"}}}).kind ==
          Error::Kind::Request);
    CHECK(send_error(client, {.url = "http://127.0.0.1:1/", .headers = {{"A b", "c"}}}).kind == Error::Kind::Request);
    CHECK(send_error(client, {.url = "http://127.0.0.1:1/", .method = "GET /"}).kind == Error::Kind::Request);
}

TEST_CASE("a connection is kept only when asked for, and opened anew when the server closed it") {
    const HttpServer server;
    Client once, kept({.keep_alive = true});
    for (int i = 0; i < 3; ++i) send_ok(once, {.url = server.url("/echo")});
    CHECK(send_ok(once, {.url = server.url("/connections")}).body == "4");
    for (int i = 0; i < 3; ++i) send_ok(kept, {.url = server.url("/echo")});
    CHECK(send_ok(kept, {.url = server.url("/connections")}).body == "5");
    send_ok(kept, {.url = server.url("/close")});
    // The server's end of it needs a moment to arrive.
    for (int tries = 0; tries < 100 && kept.send({.url = server.url("/connections")}).value_or(Response{}).body != "6";
         ++tries) {
    }
    CHECK(send_ok(kept, {.url = server.url("/connections")}).body == "6");
}

TEST_CASE("a server that says nothing holds nobody up") {
    const HttpServer silent("--silent");
    const auto start = std::chrono::steady_clock::now();
    Client impatient({.limits = {.total = 200ms}});
    CHECK(send_error(impatient, {.url = silent.url("/")}).kind == Error::Kind::Timeout);
    Client patient;
    CHECK(send_error(patient, {.url = silent.url("/"), .within = 100ms}).kind == Error::Kind::Timeout);
    Client tls({.limits = {.handshake = 200ms}, .insecure = true});
    CHECK(send_error(tls, {.url = silent.url("/", "https://127.0.0.1")}).kind == Error::Kind::Timeout);
    CHECK(std::chrono::steady_clock::now() - start < 8s);
}

TEST_CASE("nobody listens, or nobody is there") {
    Client client({.limits = {.connect = 300ms}});
    const Error refused = send_error(client, {.url = "http://127.0.0.1:1/x"});
    CHECK(refused.kind == Error::Kind::Connect);
    CHECK(refused.message.find("http://127.0.0.1:1/x") != std::string::npos);
    CHECK(refused.message.find("refused") != std::string::npos);
}

TEST_CASE("where a server's word may not lead") {
    const HttpServer server;
    Client outside({.reach = Reach::Public}), local({.reach = Reach::Local});
    CHECK(send_error(outside, {.url = server.url("/echo")}).kind == Error::Kind::Refused);
    CHECK(send_error(outside, {.url = server.url("/echo", "http://localhost")}).kind == Error::Kind::Refused);
    CHECK(send_error(outside, {.url = server.url("/echo", "http://[::ffff:127.0.0.1]")}).kind == Error::Kind::Refused);
    CHECK(send_ok(local, {.url = server.url("/echo")}).ok());
    CHECK(send_error(local, {.url = "http://192.0.2.1/"}).kind == Error::Kind::Refused);
}

TEST_CASE("TLS: the certificate's root and its name are verified, by name and by address") {
    const HttpServer server(certificates().server_options());
    Client client(trusting(certificates().path("ca.pem")));
    CHECK(send_ok(client, {.url = server.url("/echo", "https://127.0.0.1")}).ok());
    CHECK(send_ok(client, {.url = server.url("/echo", "https://localhost")}).ok());
    const Error other_name = send_error(client, {.url = server.url("/echo", "https://other.localhost")});
    CHECK(other_name.kind == Error::Kind::Untrusted);
    CHECK(other_name.message.find("not trusted") != std::string::npos);
    Client stranger(trusting(certificates().path("other.pem")));
    CHECK(send_error(stranger, {.url = server.url("/echo", "https://127.0.0.1")}).kind == Error::Kind::Untrusted);
    Client insecure({.insecure = true});
    CHECK(send_ok(insecure, {.url = server.url("/echo", "https://other.localhost")}).ok());
}

TEST_CASE("TLS: a kept connection carries several requests") {
    const HttpServer server(certificates().server_options());
    Settings settings = trusting(certificates().path("ca.pem"));
    settings.keep_alive = true;
    Client client(settings);
    for (int i = 0; i < 4; ++i)
        CHECK(send_ok(client, {.url = server.url("/large/100000", "https://localhost")}).body.size() == 100000);
    CHECK(send_ok(client, {.url = server.url("/connections", "https://localhost")}).body == "1");
}

TEST_CASE("TLS: a server that wants the client's certificate gets it") {
    const HttpServer server(certificates().server_options() + " --client-ca " + certificates().path("ca.pem"));
    Settings settings = trusting(certificates().path("ca.pem"));
    Client without(settings);
    CHECK_FALSE(without.send({.url = server.url("/echo", "https://localhost")}).has_value());
    settings.client_certificate = certificates().path("client.pem");
    settings.client_key = certificates().path("client.key");
    Client with(settings);
    CHECK(send_ok(with, {.url = server.url("/echo", "https://localhost")}).ok());
}

TEST_CASE("mistakes in TLS settings are told before anything is sent") {
    const auto prepared = [](Settings settings) { return Client(std::move(settings)).prepare("https://a.test/"); };
    const auto missing = prepared(trusting("/nowhere/ca.pem"));
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message.find("/nowhere/ca.pem") != std::string::npos);
    Settings half = trusting(certificates().path("ca.pem"));
    half.client_certificate = certificates().path("client.pem");
    CHECK(prepared(half).error().message.find("its key") != std::string::npos);
    half.client_key = certificates().path("server.key");
    CHECK(prepared(half).error().message.find("client key") != std::string::npos);
    CHECK(prepared(trusting(certificates().path("ca.pem"))).has_value());
    CHECK(Client().prepare("http://a.test/").has_value());
}

TEST_CASE("plain HTTP where TLS is expected, and the reverse, are errors and no hang") {
    const HttpServer plain, tls(certificates().server_options());
    Client client({.limits = {.total = 3000ms}, .insecure = true});
    CHECK(send_error(client, {.url = plain.url("/echo", "https://127.0.0.1")}).kind == Error::Kind::Tls);
    send_error(client, {.url = tls.url("/echo")});
}

}  // namespace
}  // namespace bewit::http
