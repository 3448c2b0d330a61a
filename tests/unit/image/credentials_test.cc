#include "injector/image/credentials.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "injector/image/credential_helper.h"

namespace bewit::image {
namespace {

using namespace std::chrono_literals;

TEST_CASE("what docker and podman write is read") {
    const auto config = parse_docker_config(R"({"auths": {
        "https://index.docker.io/v1/": {"auth": "bWU6c2U6Y3JldA=="},
        "h.test:5000": {"username": "u", "password": "p"},
        "https://gcr.test/": {"identitytoken": "it"},
        "q.test/team": {"auth": "dDp4"},
        "empty.test": {}, "odd.test": 1, "bad.test": {"auth": "!"}, "nouser.test": {"auth": "OnA="}},
        "credHelpers": {"e.test": "ecr-login", "n.test": 1}, "credsStore": "desktop", "HttpHeaders": {}})");
    REQUIRE(config.has_value());
    CHECK(config->auths.size() == 4);
    CHECK(config->auths.at("docker.io").user == "me");
    CHECK(config->auths.at("docker.io").password == "se:cret");
    CHECK(config->auths.at("h.test:5000").password == "p");
    CHECK(config->auths.at("gcr.test").identity_token == "it");
    CHECK(config->auths.at("q.test/team").user == "t");
    CHECK(config->helpers == std::map<std::string, std::string>{{"e.test", "ecr-login"}});
    CHECK(config->store == "desktop");
}

TEST_CASE("a file that is none is refused without a word of it") {
    for (const char* bad : {"", "[]", "{\"auths\": {\"secret\"", "\"secret\""}) {
        const auto config = parse_docker_config(bad);
        REQUIRE_FALSE(config.has_value());
        CHECK(config.error().find("secret") == std::string::npos);
    }
}

TEST_CASE("the list of the environment") {
    const auto list = parse_auth_list(" h.test:5000=AWS:a=b:c\n\tindex.docker.io=u:p ");
    REQUIRE(list.has_value());
    CHECK(list->size() == 2);
    CHECK(list->at("h.test:5000").user == "AWS");
    CHECK(list->at("h.test:5000").password == "a=b:c");
    CHECK(list->at("docker.io").password == "p");
    CHECK(parse_auth_list("").value().empty());
    for (const char* bad : {"secret", "=u:secret", "h=secret", "h=:secret"}) {
        CAPTURE(bad);
        REQUIRE_FALSE(parse_auth_list(bad).has_value());
        CHECK(parse_auth_list(bad).error().find("secret") == std::string::npos);
    }
}

// A directory of programs and of docker's configuration, and the environment that leads there.
struct Home {
    std::string path = [] {
        char name[] = "/tmp/bewit-home-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    std::string old_path = std::getenv("PATH");

    Home() {
        setenv("DOCKER_CONFIG", path.c_str(), 1);
        setenv("PATH", (path + ":" + old_path).c_str(), 1);
    }
    ~Home() {
        unsetenv("DOCKER_CONFIG");
        unsetenv("DOCKER_AUTH_CONFIG");
        unsetenv("BEWIT_REGISTRY_AUTH");
        setenv("PATH", old_path.c_str(), 1);
        std::filesystem::remove_all(path);
    }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    void config(const std::string& text) const { std::ofstream(path + "/config.json") << text; }
    void helper(const std::string& name, const std::string& script) const {
        const std::string file = path + "/docker-credential-" + name;
        std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
        chmod(file.c_str(), 0755);
    }
};

std::string found(const std::string& host, const std::string& repository = "r") {
    Credentials credentials;
    const auto credential = credentials.find(host, repository);
    return credential ? credential->user + ":" + credential->password + credential->identity_token : "none";
}

TEST_CASE("each registry gets its own credential, the environment's first") {
    const Home home;
    CHECK(found("h.test") == "none");
    home.config(
        R"({"auths": {"h.test": {"username": "file", "password": "p"}, "h.test/a": {"username": "a", "password": "p"}, "h.test/a/b": {"username": "b", "password": "p"}}})");
    CHECK(found("h.test") == "file:p");
    CHECK(found("h.test", "a") == "a:p");
    CHECK(found("h.test", "a/c") == "a:p");
    CHECK(found("h.test", "a/b/c") == "b:p");
    CHECK(found("h.test", "ab") == "file:p");
    CHECK(found("other.test") == "none");
    CHECK(found("h.test.evil.test") == "none");
    setenv("DOCKER_AUTH_CONFIG", R"({"auths": {"h.test": {"username": "environment", "password": "p"}}})", 1);
    CHECK(found("h.test") == "environment:p");
    setenv("BEWIT_REGISTRY_AUTH", "h.test=list:p", 1);
    CHECK(found("h.test") == "list:p");
    CHECK(found("other.test") == "none");
}

TEST_CASE("helpers are asked for the registries that they are for") {
    const Home home;
    home.config(
        R"({"auths": {"h.test": {"username": "file", "password": "p"}}, "credHelpers": {"e.test": "one"}, "credsStore": "two"})");
    home.helper(
        "one",
        R"(read -r server; printf '{"ServerURL": "%s", "Username": "one-%s", "Secret": "s"}' "$server" "$1$server")");
    home.helper(
        "two",
        R"(read -r server; test "$server" = https://index.docker.io/v1/ && { echo '{"Username": "<token>", "Secret": "it"}'; exit; }; echo credentials not found in native keychain; exit 1)");
    CHECK(found("e.test") == "one-gete.test:s");
    CHECK(found("docker.io") == ":it");
    CHECK(found("h.test") == "file:p");
    CHECK(found("x.test") == "none");
}

TEST_CASE("helpers that are not there, fail, lie or hang are a sentence each") {
    const Home home;
    const auto failure = [](const std::string& name, std::chrono::milliseconds limit = 20s) {
        const auto answer = ask_helper(name, "h.test", limit);
        REQUIRE_FALSE(answer.has_value());
        return answer.error();
    };
    CHECK(failure("absent") ==
          "docker-credential-absent, which config.json names for h.test, cannot be started: No such file or directory");
    CHECK(failure("../../bin/sh").ends_with("is no name of a program"));
    home.helper("fails", "echo secret; exit 3");
    CHECK(failure("fails") == "docker-credential-fails, which config.json names for h.test, failed");
    home.helper("lies", "echo secret");
    CHECK(failure("lies").ends_with("did not answer as it should"));
    home.helper("endless", "cat /dev/zero");
    CHECK(failure("endless").ends_with("did not answer in time"));
    home.helper("hangs", "sleep 100 & sleep 100");
    const auto start = std::chrono::steady_clock::now();
    CHECK(failure("hangs", 200ms).ends_with("did not answer in time"));
    CHECK(std::chrono::steady_clock::now() - start < 10s);
    // The file's own are still there.
    home.config(R"({"auths": {"h.test": {"username": "file", "password": "p"}}, "credsStore": "absent"})");
    CHECK(found("h.test") == "file:p");
}

}  // namespace
}  // namespace bewit::image
