#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "injector/doctor/cloud.h"
#include "injector/doctor/decision.h"
#include "injector/doctor/evidence.h"

using namespace bewit;
using namespace bewit::doctor;
using nlohmann::json;

namespace {

// A machine as the files that it would have.
class Machine {
public:
    explicit Machine(const json& row) {
        char name[] = "/tmp/bewit-doctor-XXXXXX";
        root_ = mkdtemp(name);
        const std::string privileges = row.at("privileges");
        write("/proc/self/status", "Name:\tbewit\nUid:\t0\t0\t0\t0\nCapEff:\t" + capabilities(privileges) +
                                       "\nSeccomp:\t" + (privileges == "host" ? "0" : "2") + "\n");
        write("/proc/self/cgroup", "0::/\n");
        write("/proc/sys/kernel/osrelease", "6.1.0-test\n");
        write("/proc/sys/kernel/modules_disabled", row.value("disabled", "0") + "\n");
        write("/proc/modules", "");
        write("/sys/fs/cgroup/cgroup.controllers", "cpu\n");
        write("/sys/module/module/parameters/sig_enforce", row.at("signatures").get<std::string>() + "\n");
        if (row.value("btf", true)) write("/sys/kernel/btf/vmlinux", "");
        if (row.value("headers", false)) write("/lib/modules/6.1.0-test/build/Makefile", "");
        if (row.contains("lockdown")) write("/sys/kernel/security/lockdown", row["lockdown"].get<std::string>() + "\n");
        if (row.contains("yama")) write("/proc/sys/kernel/yama/ptrace_scope", row["yama"].get<std::string>() + "\n");
        if (row.contains("vendor")) write("/sys/class/dmi/id/sys_vendor", row["vendor"].get<std::string>() + "\n");
        if (row.value("container", false)) write("/.dockerenv", "");
    }
    ~Machine() { std::filesystem::remove_all(root_); }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    const std::string& root() const { return root_; }

private:
    static std::string capabilities(const std::string& privileges) {
        if (privileges == "host") return "000001ffffffffff";
        if (privileges == "bpf") return "000000c000000000";
        return "00000000a80425fb";  // what runtimes give by default
    }

    void write(const std::string& path, const std::string& text) {
        std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
        std::ofstream(root_ + path) << text;
    }

    std::string root_;
};

json environments() {
    std::ifstream file(ENVIRONMENTS);
    return json::parse(file);
}

}  // namespace

TEST_CASE("each environment gets the source that suits it, and each other source its reason") {
    const json rows = environments();
    REQUIRE(rows.size() >= 12);
    for (const json& row : rows) {
        INFO(row.at("environment").get<std::string>());
        const Machine machine(row);
        const Evidence evidence = look_around(machine.root());
        const auto chosen = choose([&](SourceKind kind) { return !obstacle(kind, evidence); });
        CHECK((chosen ? json(name(*chosen)) : json(nullptr)) == row.at("source"));
        CHECK(evidence.vendor == row.value("vendor", ""));
        if (row.value("container", false)) CHECK(evidence.container);
        for (const SourceKind kind : order) {
            const json against = row.value("against", json::object());
            const std::string wanted = against.value(std::string(name(kind)), "");
            if (wanted.empty()) continue;
            const auto reason = obstacle(kind, evidence);
            REQUIRE(reason);
            CHECK_MESSAGE(reason->find(wanted) != std::string::npos, *reason);
        }
    }
}

TEST_CASE("sources are asked in order, and none after the first that works") {
    std::vector<SourceKind> asked;
    const auto works = [&](SourceKind kind) {
        asked.push_back(kind);
        return kind == SourceKind::Ebpf;
    };
    CHECK(choose(works) == SourceKind::Ebpf);
    CHECK(asked == std::vector{SourceKind::Kmod, SourceKind::Ebpf});
    CHECK(choose([](SourceKind) { return false; }) == std::nullopt);
}

TEST_CASE("the command line is for whoever asks") {
    Evidence evidence;
    CHECK(command_line(SourceKind::Ebpf, evidence) == "bewit host --source ebpf");
    CHECK(command_line(SourceKind::Ptrace, evidence) == "bewit run -- COMMAND");
    evidence.uid = 1000;
    CHECK(command_line(SourceKind::Ebpf, evidence) == "sudo bewit host --source ebpf");
}

TEST_CASE("a machine that says nothing is no reason to fail") {
    const Evidence evidence = look_around("/nonexistent");
    CHECK(evidence.lockdown == "absent");
    CHECK_FALSE(evidence.modules);
    CHECK(evidence.cgroup == 0);
    CHECK_FALSE(evidence.yama);
}

TEST_CASE("a metadata service that does not answer costs its limit, and is told") {
    Evidence evidence;
    evidence.vendor = "Amazon EC2";
    // Nobody listens there.
    find_cloud({.ecs_uri = "",
                .kubernetes = true,
                .metadata = "http://127.0.0.1:1",
                .limit = std::chrono::milliseconds(200),
                .ask = true},
               evidence);
    CHECK(evidence.cloud == "EKS");
    CHECK(evidence.cloud_origin.find("no instance metadata: ") != std::string::npos);
}

TEST_CASE("only addresses of this machine are asked, and none when that is not wanted") {
    Evidence evidence;
    find_cloud({.ecs_uri = "http://192.0.2.1/v4/x", .limit = std::chrono::milliseconds(200)}, evidence);
    CHECK(evidence.cloud == "ECS");
    CHECK(evidence.cloud_origin.find("cannot be had") != std::string::npos);
    Evidence silent;
    silent.vendor = "Google";
    find_cloud({.ecs_uri = "", .kubernetes = true, .metadata = "http://127.0.0.1:1", .ask = false}, silent);
    CHECK(silent.cloud == "GKE");
    CHECK(silent.cloud_origin == "the machine's vendor");
}

TEST_CASE("a machine that nobody knows is of no cloud") {
    Evidence evidence;
    find_cloud({.ecs_uri = "", .metadata = "http://127.0.0.1:1"}, evidence);
    CHECK(evidence.cloud.empty());
}
