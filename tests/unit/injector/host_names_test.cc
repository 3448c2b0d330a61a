#include "injector/host_names.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>

namespace bewit {
namespace {

using namespace std::chrono_literals;

event::Address address(const char* text) {
    event::Address result;
    result.family = AF_INET;
    if (inet_pton(AF_INET, text, result.bytes.data()) == 1) return result;
    result.family = AF_INET6;
    REQUIRE(inet_pton(AF_INET6, text, result.bytes.data()) == 1);
    return result;
}

struct File {
    std::string path = [] {
        char name[] = "/tmp/bewit-hosts-XXXXXX";
        close(mkstemp(name));
        return std::string(name);
    }();
    explicit File(const std::string& text) { std::ofstream(path) << text; }
    ~File() { unlink(path.c_str()); }
};

TEST_CASE("a hosts file: addresses, names in any case, comments, and what is none of them") {
    const auto names = parse_hosts(
        "# comment\n127.0.0.1 localhost\n10.0.0.5\tDB.internal db # the database\n2001:db8::5 db.internal\nnonsense "
        "x\n10.0.0.6\n\n10.0.0.7 a#b");
    CHECK(names.size() == 4);
    REQUIRE(names.at("db.internal").size() == 2);
    CHECK(names.at("db.internal")[0] == address("10.0.0.5"));
    CHECK(names.at("db.internal")[1] == address("2001:db8::5"));
    CHECK(names.at("a")[0] == address("10.0.0.7"));
    CHECK(parse_hosts("").empty());
}

TEST_CASE("a name stands for what the hosts file says, and nobody else is asked") {
    const File hosts("10.0.0.5 db.internal\n");
    HostNames names({.hosts_file = hosts.path});
    names.expect("DB.internal");
    names.expect("other.example");
    names.start();
    CHECK(names.has("DB.internal", address("10.0.0.5")));
    CHECK_FALSE(names.has("DB.internal", address("10.0.0.6")));
    CHECK_FALSE(names.has("other.example", address("10.0.0.5")));
    CHECK_FALSE(names.has("never.expected", address("10.0.0.5")));
}

TEST_CASE("where it was asked for, name servers are, on another thread, again and again") {
    static std::atomic<int> asked = 0;
    const File hosts("");
    HostNames names({.hosts_file = hosts.path,
                     .look_up = [](const std::string& name) -> std::vector<event::Address> {
                         ++asked;
                         if (name == "gone.example") return {};
                         return {address(asked.load() < 4 ? "192.0.2.1" : "192.0.2.2")};
                     },
                     .refresh = 1ms,
                     .retry = 1ms});
    names.expect("a.example");
    names.expect("gone.example");
    names.start();
    const auto until = [&](const char* text) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!names.has("a.example", address(text)) && std::chrono::steady_clock::now() < end) usleep(1000);
        return names.has("a.example", address(text));
    };
    CHECK(until("192.0.2.2"));
    CHECK_FALSE(names.has("a.example", address("192.0.2.1")));
    CHECK_FALSE(names.has("gone.example", address("192.0.2.2")));
}

TEST_CASE("a name server that takes its time holds up nobody") {
    const File hosts("");
    const auto start = std::chrono::steady_clock::now();
    {
        HostNames names({.hosts_file = hosts.path, .look_up = [](const std::string&) -> std::vector<event::Address> {
                             usleep(300000);
                             return {};
                         }});
        names.expect("a.example");
        names.start();
        CHECK_FALSE(names.has("a.example", address("192.0.2.1")));
    }
    CHECK(std::chrono::steady_clock::now() - start < 250ms);
    usleep(400000);  // the thread's last look
}

}  // namespace
}  // namespace bewit
