#include "injector/alert_sink.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bewit {
namespace {

struct Directory {
    std::string path = [] {
        char name[] = "/tmp/bewit-sink-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    ~Directory() { std::filesystem::remove_all(path); }
};

std::string contents(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST_CASE("a path is appended to, one line each") {
    const Directory directory;
    const std::string path = directory.path + "/alerts";
    {
        auto sink = open_alert_sink(path);
        REQUIRE(sink.has_value());
        CHECK((*sink)->write({.text = "one"}));
    }
    auto sink = open_alert_sink(path);
    CHECK((*sink)->write({.text = "two"}));
    CHECK(contents(path) == "one\ntwo\n");
}

TEST_CASE("a file that was renamed is opened anew, and never through a link that was put there") {
    const Directory directory;
    const std::string path = directory.path + "/alerts", moved = path + ".1", victim = directory.path + "/victim";
    for (const bool keep_open : {true, false}) {
        auto sink = open_file_sink(path, keep_open);
        REQUIRE(sink.has_value());
        CHECK((*sink)->write({.text = "one"}));
        std::filesystem::rename(path, moved);
        CHECK((*sink)->write({.text = "two"}));
        CHECK(contents(moved) == "one\n");
        CHECK(contents(path) == "two\n");
        std::filesystem::remove(path);
        std::filesystem::create_symlink(victim, path);
        CHECK_FALSE((*sink)->write({.text = "three"}));
        CHECK_FALSE(std::filesystem::exists(victim));
        std::filesystem::remove(path);
    }
}

TEST_CASE("fd:N writes to a duplicate and closes the original on exec") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto sink = open_alert_sink("fd:" + std::to_string(ends[1]));
    REQUIRE(sink.has_value());
    CHECK((fcntl(ends[1], F_GETFD) & FD_CLOEXEC) != 0);
    close(ends[1]);
    CHECK((*sink)->write({.text = "line"}));
    char text[16] = {};
    CHECK(read(ends[0], text, sizeof text) == 5);
    CHECK(std::string(text) == "line\n");
    close(ends[0]);
}

TEST_CASE("unix:PATH connects, and connects again when its reader came back") {
    const Directory directory;
    const std::string path = directory.path + "/socket";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const auto listen_again = [&] {
        const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(fd, 4) == 0);
        return fd;
    };
    const auto read_line = [](int listener) {
        const int connection = accept(listener, nullptr, nullptr);
        char text[32] = {};
        const auto got = read(connection, text, sizeof text - 1);
        close(connection);
        return std::string(text, got > 0 ? static_cast<size_t>(got) : 0);
    };
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_again();
    auto sink = open_alert_sink("unix:" + path);
    REQUIRE(sink.has_value());
    CHECK((*sink)->write({.text = "one"}));
    CHECK(read_line(listener) == "one\n");
    close(listener);
    unlink(path.c_str());
    CHECK_FALSE((*sink)->write({.text = "lost"}));
    listener = listen_again();
    CHECK((*sink)->write({.text = "two"}));
    CHECK(read_line(listener) == "two\n");
    close(listener);
}

TEST_CASE("a destination that cannot be is one sentence") {
    for (const char* bad : {"", "fd:", "fd:x", "fd:999999", "fd:-1", "unix:/nowhere/socket", "/nowhere/alerts",
                            "ftp://a.test", "htps://a.test", "bogus:", "udp:9"}) {
        CAPTURE(bad);
        const auto sink = open_alert_sink(bad);
        REQUIRE_FALSE(sink.has_value());
        CHECK(sink.error().find('\n') == std::string::npos);
        CHECK(sink.error().size() > 10);
    }
}

}  // namespace
}  // namespace bewit
