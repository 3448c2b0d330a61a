// Where a container's facts come from: ECS, mounts, cgroups, the downward API.
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "http_server.h"
#include "injector/container_facts.h"
#include "injector/metadata/ecs_metadata.h"
#include "injector/metadata/mount_facts.h"

namespace bewit {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view fargate_container =
    R"({"DockerId":"cd189a933e5849daa93386466019ab50-2495160603","Name":"curl","DockerName":"curl",
  "Image":"111122223333.dkr.ecr.us-west-2.amazonaws.com/curltest:1.2","ImageID":"sha256:25f3695bedfb454a50f12d127839a68ad3caf91e451c1da073db34c542c4d2cb",
  "Labels":{"com.amazonaws.ecs.cluster":"arn:aws:ecs:us-west-2:111122223333:cluster/default","com.amazonaws.ecs.container-name":"curl","own":"label"},
  "ContainerARN":"arn:aws:ecs:us-west-2:111122223333:container/05966557-f16c-49cb-9352-24b3a0dcd0e1",
  "Networks":[{"NetworkMode":"awsvpc","IPv4Addresses":["192.0.2.3"]}]})";
constexpr std::string_view fargate_task = R"({"Cluster":"arn:aws:ecs:us-west-2:111122223333:cluster/default",
  "TaskARN":"arn:aws:ecs:us-west-2:111122223333:task/default/e9028f8d5d8e4f258373e7b93ce9a3c3","Family":"curltest","ServiceName":"web","Revision":"3",
  "LaunchType":"FARGATE","AvailabilityZone":"us-west-2d","Containers":[]})";

TEST_CASE("the answers of the ECS task metadata endpoint become the container's facts") {
    state::Container c;
    REQUIRE(add_ecs_container(fargate_container, c));
    REQUIRE(add_ecs_task(fargate_task, c));
    CHECK(c.full_id == "cd189a933e5849daa93386466019ab50-2495160603");
    CHECK(c.id == "cd189a933e58");
    CHECK(c.name == "curl");
    CHECK(c.type == "ecs");
    CHECK(c.image_repository == "111122223333.dkr.ecr.us-west-2.amazonaws.com/curltest");
    CHECK(c.image_tag == "1.2");
    CHECK(c.image_id == "25f3695bedfb");
    CHECK(c.ip == "192.0.2.3");
    CHECK(c.labels.at("own") == "label");
    CHECK(c.ecs.arn == "arn:aws:ecs:us-west-2:111122223333:task/default/e9028f8d5d8e4f258373e7b93ce9a3c3");
    CHECK(c.ecs.id == "e9028f8d5d8e4f258373e7b93ce9a3c3");
    CHECK(c.ecs.family == "curltest");
    CHECK(c.ecs.revision == "3");
    CHECK(c.ecs.service == "web");
    CHECK(c.ecs.launch_type == "FARGATE");
    CHECK(c.ecs.availability_zone == "us-west-2d");
    CHECK(c.ecs.container_name == "curl");
    CHECK(c.ecs.container_arn->starts_with("arn:aws:ecs"));
}

TEST_CASE("answers of other shapes change nothing, or only what they hold") {
    for (const char* bad :
         {"", "{", "[]", "null", "\"text\"", "{}", R"({"DockerId":5})", R"({"DockerId":""})", R"({"TaskARN":[]})"}) {
        CAPTURE(bad);
        state::Container c;
        CHECK_FALSE(add_ecs_container(bad, c));
        CHECK_FALSE(add_ecs_task(bad, c));
        CHECK(c.is_host());
    }
    state::Container c;
    c.name = "before";
    CHECK(add_ecs_container(R"({"DockerId":"abc","Name":7,"Labels":[],"Networks":[5,{"IPv4Addresses":[1]}]})", c));
    CHECK(c.id == "abc");
    CHECK(c.name == "before");
    CHECK_FALSE(c.ip.has_value());
}

const std::string sha = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string uid = "12345678-9abc-def0-1234-56789abcdef0";

std::string mount_line(const std::string& root, const std::string& target) {
    return "36 35 98:0 " + root + " " + target + " rw,noatime - ext4 /dev/root rw\n";
}

TEST_CASE("mounts name the container, its pod and its name there") {
    const MountFacts docker = facts_of_mounts(
        mount_line("/", "/") + mount_line("/var/lib/docker/containers/" + sha + "/hostname", "/etc/hostname"));
    REQUIRE(docker.container.has_value());
    CHECK(docker.container->id == "0123456789ab");
    CHECK(docker.container->full_id == sha);
    CHECK(docker.container->type == "docker");
    const MountFacts podman = facts_of_mounts(
        mount_line("/run/containers/storage/overlay-containers/" + sha + "/userdata/hostname", "/etc/hostname"));
    REQUIRE(podman.container.has_value());
    CHECK(podman.container->type == "podman");
    const MountFacts pod = facts_of_mounts(
        mount_line("/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/" + sha + "/hostname", "/etc/hostname") +
        mount_line("/var/lib/kubelet/pods/" + uid + "/etc-hosts", "/etc/hosts") +
        mount_line("/var/lib/kubelet/pods/" + uid + "/containers/web/1a2b3c", "/dev/termination-log"));
    CHECK_FALSE(pod.container.has_value());
    CHECK(pod.pod_uid == uid);
    CHECK(pod.pod_container_name == "web");
    CHECK(pod.pod_sandbox_id == sha);
    const MountFacts crio = facts_of_mounts(
        mount_line("/run/containers/storage/overlay-containers/" + sha + "/userdata/hostname", "/etc/hostname") +
        mount_line("/var/lib/kubelet/pods/" + uid + "/etc-hosts", "/etc/hosts"));
    CHECK_FALSE(crio.container.has_value());
    CHECK(crio.pod_sandbox_id == sha);
}

TEST_CASE("mounts at other places are not believed, nor ids that are none") {
    CHECK(facts_of_mounts(mount_line("/var/lib/docker/containers/" + sha + "/hostname", "/tmp/x")) == MountFacts{});
    CHECK(facts_of_mounts(mount_line("/var/lib/docker/containers/short/hostname", "/etc/hostname")) == MountFacts{});
    CHECK(facts_of_mounts(mount_line("/home/pods/me/etc-hosts", "/etc/hosts")) == MountFacts{});
    CHECK(facts_of_mounts("") == MountFacts{});
    CHECK(facts_of_mounts("a b c\n\n d") == MountFacts{});
}

TEST_CASE("a pod's uid stands in kubelet's cgroups, in either driver's spelling") {
    CHECK(pod_uid_of_cgroup(
              "0::/kubepods.slice/kubepods-burstable.slice/"
              "kubepods-burstable-pod12345678_9abc_def0_1234_56789abcdef0.slice/cri-containerd-x.scope") == uid);
    CHECK(pod_uid_of_cgroup("1:name=systemd:/kubepods/besteffort/pod" + uid + "/" + sha) == uid);
    CHECK_FALSE(pod_uid_of_cgroup("0::/").has_value());
    CHECK_FALSE(pod_uid_of_cgroup("0::/libpod-" + sha).has_value());
}

TEST_CASE("files of the downward API") {
    const auto labels =
        parse_downward_map("app=\"web\"\ntext=\"a \\\"b\\\" \\\\ \\n\"\nempty=\"\"\nbad\n=\"x\"\nhalf=\"\n");
    CHECK(labels == std::map<std::string, std::string>{{"app", "web"}, {"text", "a \"b\" \\ \n"}, {"empty", ""}});
}

struct Root {
    std::string path = [] {
        char name[] = "/tmp/bewit-root-XXXXXX";
        return std::string(mkdtemp(name));
    }();
    ~Root() { std::filesystem::remove_all(path); }
    void file(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(path + name).parent_path());
        std::ofstream(path + name) << text;
    }
};

struct Environment {
    explicit Environment(std::map<std::string, std::string> values) : values_(std::move(values)) {
        for (const char* name : {"ECS_CONTAINER_METADATA_URI_V4", "KUBERNETES_SERVICE_HOST", "POD_NAME",
                                 "POD_NAMESPACE", "POD_UID", "POD_IP"})
            unsetenv(name);
        for (const auto& [name, value] : values_) setenv(name.c_str(), value.c_str(), 1);
    }
    ~Environment() {
        for (const auto& [name, value] : values_) unsetenv(name.c_str());
    }
    std::map<std::string, std::string> values_;
};

TEST_CASE("without any mark of a container this is the host") {
    const Environment environment({});
    const Root root;
    if (getpid() != 1) CHECK(find_container({}, root.path).is_host());
    root.file("/.dockerenv", "");
    CHECK_FALSE(find_container({}, root.path).is_host());
}

TEST_CASE("a pod's facts, from variables, files, mounts and cgroups; the user's word is the last") {
    const Environment environment({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"POD_IP", "10.1.2.3"}});
    const Root root;
    root.file("/proc/self/cgroup", "0::/kubepods/besteffort/pod" + uid + "/" + sha + "\n");
    root.file("/proc/self/mountinfo",
              mount_line("/var/lib/kubelet/pods/" + uid + "/containers/web/1a2b3c", "/dev/termination-log"));
    root.file("/etc/podinfo/name", "web-5d");
    root.file("/etc/podinfo/labels", "app=\"web\"\n");
    root.file("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "shop");
    const state::Container c = find_container({}, root.path);
    CHECK(c.id == "0123456789ab");
    CHECK(c.type == "containerd");
    CHECK(c.name == "web");
    CHECK(c.pod_name == "web-5d");
    CHECK(c.pod_namespace == "shop");
    CHECK(c.pod_uid == uid);
    CHECK(c.pod_ip == "10.1.2.3");
    CHECK(c.pod_labels.at("app") == "web");
    Configuration configuration;
    configuration.container = StaticContainer{.id = "mine", .name = "own", .image = "r/i:1", .privileged = true};
    const state::Container fixed = find_container(configuration, root.path);
    CHECK(fixed.id == "mine");
    CHECK(fixed.name == "own");
    CHECK(fixed.image_tag == "1");
    CHECK(fixed.privileged == true);
}

std::optional<state::Container> wait_for(MetadataWatch& watch, std::chrono::seconds limit) {
    const auto end = Clock::now() + limit;
    while (!watch.pending() && Clock::now() < end) std::this_thread::sleep_for(5ms);
    return watch.take();
}

std::string metadata_file(const Root& root, const std::string& task) {
    root.file("/metadata.json",
              R"({"/": )" + std::string(fargate_container) + (task.empty() ? "" : R"(, "/task": )" + task) + "}");
    return root.path + "/metadata.json";
}

TEST_CASE("the endpoint is asked on another thread, and the user's word stays the last") {
    const Root root;
    const test::HttpServer server("--metadata " + metadata_file(root, std::string(fargate_task)));
    const Environment environment(
        {{"ECS_CONTAINER_METADATA_URI_V4", server.url("/v4/cd189a933e5849daa93386466019ab50-2495160603")}});
    Configuration configuration;
    configuration.container = StaticContainer{.id = "", .name = "own", .image = "", .privileged = {}};
    const state::Container known = find_container(configuration, root.path);
    CHECK(known.id == "cd189a933e58");
    const auto watch = watch_metadata(configuration, known);
    REQUIRE(watch != nullptr);
    CHECK_FALSE(watch->pending());
    watch->start();
    const auto found = wait_for(*watch, 20s);
    REQUIRE(found.has_value());
    CHECK(found->ecs.family == "curltest");
    CHECK(found->image_tag == "1.2");
    CHECK(found->name == "own");
    CHECK_FALSE(watch->pending());
    CHECK_FALSE(watch->take().has_value());
}

TEST_CASE("half an answer is used, and the rest asked for again") {
    const Root root;
    const test::HttpServer server("--metadata " + metadata_file(root, ""));
    MetadataWatch watch({}, [](state::Container&) {}, {.uri = server.url("/v4/x"), .retry = 5ms});
    watch.start();
    for (int i = 0; i < 2; ++i) {
        const auto found = wait_for(watch, 20s);
        REQUIRE(found.has_value());
        CHECK(found->name == "curl");
        CHECK_FALSE(found->ecs.arn.has_value());
    }
}

TEST_CASE("an endpoint that is silent, absent or elsewhere gives nothing and holds up nobody") {
    const test::HttpServer silent("--silent");
    for (const std::string& uri : {silent.url("/v4/x"), std::string("http://127.0.0.1:1/v4/x"),
                                   std::string("http://192.0.2.1/v4/x"), std::string("nonsense")}) {
        CAPTURE(uri);
        const auto start = Clock::now();
        {
            MetadataWatch watch({}, [](state::Container&) {}, {.uri = uri, .limit = 3000ms});
            watch.start();
            std::this_thread::sleep_for(20ms);
            CHECK_FALSE(watch.pending());
        }
        CHECK(Clock::now() - start < 2s);
    }
    CHECK(watch_metadata({}, {}) == nullptr);
}

}  // namespace
}  // namespace bewit
