// What the HTTP client is made of: addresses, name lookup, trust, reach.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "injector/http/base64.h"
#include "injector/http/reach.h"
#include "injector/http/resolver.h"
#include "injector/http/trust.h"
#include "injector/http/url.h"

namespace bewit::http {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a URL is taken apart") {
    const Url plain = parse_url("http://collector.example").value();
    CHECK_FALSE(plain.tls);
    CHECK(plain.host == "collector.example");
    CHECK(plain.port == 80);
    CHECK(plain.target == "/");
    CHECK(plain.authority() == "collector.example");
    const Url full = parse_url("https://me:p%40ss@[2001:db8::1]:8443/a/b?c=d#e").value();
    CHECK(full.tls);
    CHECK(full.host == "2001:db8::1");
    CHECK(full.port == 8443);
    CHECK(full.target == "/a/b?c=d");
    CHECK(full.credentials == "me:p@ss");
    CHECK(full.authority() == "[2001:db8::1]:8443");
    CHECK(full.printable() == "https://[2001:db8::1]:8443/a/b");
    CHECK(parse_url("https://h?q").value().target == "/?q");
    CHECK(parse_url("http://h:/").value().port == 80);
    CHECK(parse_url("http://user@evil.test@good.test/").value().host == "good.test");
}

TEST_CASE("what is no URL is refused") {
    for (const char* bad : {"", "h", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:70000/",
                            "http://h:x/", "http://a b/", "http://a\r\nb/", "http://[::1/", "http://[::1]x/",
                            "http://h\x80/", "http://%zz@h/", "http://a_b%41/", "HTTP//h"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_url(bad).has_value());
    }
}

TEST_CASE("addresses and localhost need no lookup") {
    const auto now = std::chrono::steady_clock::now();  // no time is left for any
    CHECK(resolve("192.0.2.7", now).value().front().to_string() == "192.0.2.7");
    CHECK(resolve("::1", now).value().front().is_loopback());
    CHECK(resolve("localhost", now).value().size() == 2);
    CHECK(resolve("a.localhost", now).value().front().is_loopback());
}

TEST_CASE("a name that cannot be looked up is an error in time") {
    const auto start = std::chrono::steady_clock::now();
    const auto nothing = resolve("no-such-host.invalid", start + 1500ms);
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error().find("no-such-host.invalid") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - start < 6s);
}

bool reaches(Reach reach, const char* address) { return may_reach(reach, boost::asio::ip::make_address(address)); }

TEST_CASE("public means public, in every spelling") {
    for (const char* open : {"1.1.1.1", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1", "::ffff:1.1.1.1"}) {
        CAPTURE(open);
        CHECK(reaches(Reach::Public, open));
        CHECK_FALSE(reaches(Reach::Local, open));
    }
    for (const char* closed : {"0.0.0.0",
                               "10.1.2.3",
                               "100.64.0.1",
                               "127.0.0.1",
                               "169.254.169.254",
                               "169.254.170.2",
                               "172.16.0.1",
                               "172.31.255.255",
                               "192.168.1.1",
                               "224.0.0.1",
                               "255.255.255.255",
                               "::",
                               "::1",
                               "fe80::1",
                               "fc00::1",
                               "fd00:ec2::254",
                               "ff02::1",
                               "::ffff:169.254.169.254",
                               "64:ff9b::a9fe:a9fe",
                               "2002:7f00:1::",
                               "2001:db8::1"}) {
        CAPTURE(closed);
        CHECK_FALSE(reaches(Reach::Public, closed));
        CHECK(reaches(Reach::Anywhere, closed));
    }
    for (const char* local : {"127.0.0.1", "169.254.170.2", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254"}) {
        CAPTURE(local);
        CHECK(reaches(Reach::Local, local));
    }
    CHECK_FALSE(reaches(Reach::Local, "10.0.0.1"));
}

struct Root {
    std::string path = [] {
        char name[] = "/tmp/bewit-root-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    ~Root() { std::filesystem::remove_all(path); }
    void file(const std::string& name) const {
        std::filesystem::create_directories(std::filesystem::path(path + name).parent_path());
        std::ofstream(path + name) << "x";
    }
};

TEST_CASE("trusted roots: what is said, then the environment, then where distributions keep them") {
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    const Root root;
    CHECK(find_trusted_roots({}, root.path).empty());
    root.file("/etc/pki/tls/certs/one.pem");
    CHECK(find_trusted_roots({}, root.path).directories == std::vector<std::string>{root.path + "/etc/pki/tls/certs"});
    root.file("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem");
    CHECK(find_trusted_roots({}, root.path).files ==
          std::vector<std::string>{root.path + "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"});
    root.file("/etc/ssl/certs/ca-certificates.crt");
    CHECK(find_trusted_roots({}, root.path).origin == "/etc/ssl/certs/ca-certificates.crt");
    setenv("SSL_CERT_FILE", "/from/environment", 1);
    CHECK(find_trusted_roots({}, root.path).files == std::vector<std::string>{"/from/environment"});
    const TrustedRoots said = find_trusted_roots({.ca_cert = "/a", .ca_bundle = "/b", .ca_path = "/c"}, root.path);
    CHECK(said.files == std::vector<std::string>{"/a", "/b"});
    CHECK(said.directories == std::vector<std::string>{"/c"});
    unsetenv("SSL_CERT_FILE");
}

TEST_CASE("a Location leads where a browser would go") {
    const Url base = parse_url("https://me:secret@h:8443/a/b?q=1").value();
    CHECK(resolve_reference(base, "http://other/x") == "http://other/x");
    CHECK(resolve_reference(base, "//other/x") == "https://other/x");
    CHECK(resolve_reference(base, "/x?y:z") == "https://h:8443/x?y:z");
    CHECK(resolve_reference(base, "x") == "https://h:8443/a/x");
    CHECK(resolve_reference(base, "?x") == "https://h:8443/a/b?x");
    CHECK(resolve_reference(base, "") == "https://h:8443/a/b");
    CHECK(resolve_reference(parse_url("http://[::1]:80/").value(), "x/y:z") == "http://[::1]/x/y:z");
    // Another scheme is refused when it is parsed.
    CHECK_FALSE(parse_url(resolve_reference(base, "file:/etc/passwd")).has_value());
}

TEST_CASE("base64 goes there and back, and what is not base64 is refused") {
    for (const std::string text : {"", "f", "fo", "foo", "foob", "user:pass\xff"})
        CHECK(decode_base64(base64(text)) == text);
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(decode_base64("Zm9vYg==") == "foob");
    for (const char* bad : {"Zm9vYg", "Zm9v Yg=", "Zm9vYg=a", "Zm9v\nYg==", "====", "a===", "Zm9-Yg=="}) {
        CAPTURE(bad);
        CHECK_FALSE(decode_base64(bad).has_value());
    }
}

}  // namespace
}  // namespace bewit::http
