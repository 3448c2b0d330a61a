#include "injector/patch/k8s_patch.h"

#include "injector/patch/patch_text.h"
#include "tests/unit/patch/texts.h"

namespace bewit::patch {
namespace {

class Images final : public ImageSource {
public:
    tl::expected<ImageConfig, std::string> find(const std::string&, const std::string& image,
                                                const Platform&) override {
        if (image == "unknown") return tl::unexpected(std::string("unknown image"));
        return ImageConfig{words, {"word"}};
    }
    std::vector<std::string> words = {"/entry", "$(X)"};
};

const Options init{.image = "bewit:1"};

struct Result {
    std::string text, notes;
    size_t containers = 0;
};

// Patched; and whatever it was, twice is once, and undone is byte for byte what it was (null written as a word).
tl::expected<Result, std::string> patch(const std::string& text, const Options& options = init) {
    Images images;
    Report report;
    const auto change = [&](const Json& json) { return patch_k8s(json, options, images, report); };
    const auto patched = change_text(read_ok(text), change);
    if (!patched) return tl::unexpected(to_text(patched.error(), ""));
    Result result{*patched, {}, report.containers};
    for (const std::string& note : report.notes) result.notes += note + "\n";
    CHECK(change_text(read_ok(*patched), change).value() == *patched);
    CHECK(change_text(read_ok(*patched), unpatch_k8s).value() == text);
    return result;
}

std::string pod(const std::string& container, const std::string& more = "") {
    return "kind: Pod\nmetadata:\n  name: p\nspec:\n" + more + "  containers:\n    - name: app\n      image: x\n" +
           container;
}

Json spec_of(const std::string& text) { return value_ok(patch(text).value().text)["spec"]; }

TEST_CASE("command and args take the image's words where they have none of their own") {
    const auto words = [](const std::string& container) {
        const Json made = spec_of(pod(container))["containers"][0];
        return made["command"].dump() + made.value("args", Json()).dump();
    };
    CHECK(words("      command: [a]\n      args: [b]\n") == R"(["/opt/bewit/bewit","run","--","a"]["b"])");
    CHECK(words("      command: [a]\n") == R"(["/opt/bewit/bewit","run","--","a"]null)");
    CHECK(words("      args: [b]\n") == R"x(["/opt/bewit/bewit","run","--","/entry","$$(X)"]["b"])x");
    CHECK(words("") == R"x(["/opt/bewit/bewit","run","--","/entry","$$(X)"]["word"])x");
    CHECK(words("      command: []\n      args: null\n") ==
          R"x(["/opt/bewit/bewit","run","--","/entry","$$(X)"]["word"])x");
}

TEST_CASE("an image's dollars are doubled where Kubernetes would read them") {
    Images images;
    for (const auto& [word, stated] :
         {std::pair("$(A)", "$$(A)"), std::pair("$$(A)", "$$$$(A)"), std::pair("kill $$", "kill $$$"),
          std::pair("$HOME $", "$HOME $"), std::pair("$$$", "$$$$$")}) {
        images.words = {word};
        Report report;
        const Json patched = patch_k8s(value_ok(pod("")), init, images, report).value();
        CHECK(patched["spec"]["containers"][0]["command"].back() == stated);
    }
}

TEST_CASE("bewit's container comes first, is no root, and asks for no capability") {
    const Json spec =
        spec_of(pod("      command: [a]\n", "  initContainers:\n    - name: first\n      image: y\n  volumes: []\n"));
    CHECK(spec["initContainers"][0]["name"] == "bewit-init");
    CHECK(spec["initContainers"][1] == Json{{"name", "first"}, {"image", "y"}});
    CHECK(spec["initContainers"][0]["securityContext"]["runAsNonRoot"] == true);
    CHECK(spec["volumes"].dump() == R"([{"name":"bewit","emptyDir":{}}])");
    CHECK(spec.dump().find("SYS_PTRACE") == std::string::npos);
}

TEST_CASE("an init container that stays is a container like the others, one that ends is not") {
    const Json spec = spec_of(pod("      command: [a]\n",
                                  "  initContainers:\n    - {name: first, image: y}\n    - {name: proxy, image: y, "
                                  "command: [p], restartPolicy: Always}\n"));
    CHECK(spec["initContainers"][1] == Json{{"name", "first"}, {"image", "y"}});
    CHECK(spec["initContainers"][2]["command"].dump() == R"(["/opt/bewit/bewit","run","--","p"])");
    CHECK(spec["initContainers"][2]["volumeMounts"].size() == 1);
}

TEST_CASE("every kind that holds a pod is patched, and nothing else") {
    const std::string body =
        "spec:\n  template:\n    spec:\n      containers:\n        - {name: app, image: x, command: [a]}\n";
    for (const char* kind :
         {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController", "Rollout"}) {
        CAPTURE(kind);
        CHECK(patch("kind: " + std::string(kind) + "\n" + body)->text.find("bewit-init") != std::string::npos);
    }
    const std::string cron =
        "kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n      "
        "    - name: app\n            image: x\n";
    CHECK(patch(cron)->text.find("bewit-init") != std::string::npos);
    CHECK(patch("kind: PodTemplate\ntemplate:\n  spec:\n    containers:\n    - {name: app, image: x}\n")
              ->text.find("bewit-init") != std::string::npos);
    const std::string list =
        R"({"kind": "List", "items": [{"kind": "Service"}, {"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "x"}]}}]})";
    CHECK(patch(list)->text.find("bewit-init") != std::string::npos);
    for (const std::string other :
         {"kind: Service\nspec: {}\n", "a: 1\n", "- 1\n", "kind: ConfigMap\ndata:\n  kind: Pod\n"})
        CHECK(patch(other)->text == other);
}

TEST_CASE("other groups mean other things by the same names, and what looks like a pod there is said") {
    const std::string other = "apiVersion: batch.volcano.sh/v1\nkind: Job\nspec: {tasks: []}\n";
    CHECK(patch(other)->text == other);
    const std::string service =
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: s}\nspec: {template: {spec: {containers: "
        "[{image: x}]}}}\n";
    CHECK(patch(service)->text == service);
    CHECK(patch(service)->notes ==
          "Service s is of serving.knative.dev/v1, which is not known here, and stays as it is: its containers will "
          "not run under bewit\n");
}

TEST_CASE("documents of a stream, with their comments") {
    const std::string text = "# one\nkind: Service\n---\n" +
                             pod("      command: # of app\n        - a\n      # more\n") +
                             "---\n# last\nkind: Secret\n";
    const std::string patched = patch(text)->text;
    CHECK(patched.starts_with("# one\nkind: Service\n---\nkind: Pod\n"));
    CHECK(patched.ends_with("---\n# last\nkind: Secret\n"));
    CHECK(patched.find(
              "      command: # of app\n        - /opt/bewit/bewit\n        - run\n        - \"--\"\n        - a\n") !=
          std::string::npos);
}

TEST_CASE("annotations leave out and ask for") {
    const auto with = [](const std::string& wish) {
        return "kind: Pod\nmetadata: {annotations: {bewit/inject: \"" + wish +
               "\"}}\nspec: {containers: [{name: a, image: x}]}\n";
    };
    Options opt_in = init;
    opt_in.opt_in = true;
    CHECK(patch(with("false"))->text == with("false"));
    CHECK(patch(with("false"))->notes.find("left out") != std::string::npos);
    CHECK(patch(with("true"), opt_in)->text != with("true"));
    CHECK(patch(pod(""), opt_in)->text == pod(""));
    Options exclude = init;
    exclude.exclude = {"a*"};
    CHECK(patch(pod(""), exclude)->text == pod(""));
}

// A manifest that says it is patched, and is not.
TEST_CASE("an annotation alone is no patch: nothing is taken away for it, nothing skipped") {
    const std::string forged =
        "  annotations: {bewit/patched: "
        "'{\"object\":{\"added\":[\"spec\"]},\"metadata\":{\"added\":[\"name\"]},\"spec\":{\"added\":[\"volumes\","
        "\"hostname\"]},"
        "\"containers\":{\"app\":{\"prefix\":3,\"added\":[\"args\",\"image\",\"volumeMounts\"]}}}'}\n";
    const std::string more = "  hostname: h\n  volumes: []\n";
    const auto with = [&](const std::string& words) {
        return "kind: Pod\nmetadata:\n  name: p\n" + forged + "spec:\n" + more +
               "  containers:\n    - name: app\n      image: x\n" + words;
    };
    for (const std::string words :
         {"      command: [a, b, c, d]\n      args: [e]\n      volumeMounts: []\n", "      args: [e]\n",
          "      command: [/x, run, it, now]\n", "      command: [env, A=1, --, now]\n"}) {
        CAPTURE(words);
        const std::string text = with(words);
        CHECK(change_text(read_ok(text), unpatch_k8s).value() == text);
        Images images;
        Report report;
        const Json patched = patch_k8s(value_ok(text), init, images, report).value();
        CHECK(report.containers == 1);
        REQUIRE(report.notes.size() == 1);
        CHECK(report.notes[0] ==
              "Pod p: the annotation bewit/patched tells of a patch that is not there, and is ignored");
        // All but the annotation is what it would be without the forgery.
        Json honest = value_ok(text);
        honest["metadata"].erase("annotations");
        const Json expected = patch_k8s(honest, init, images, report).value();
        CHECK(patched["spec"] == expected["spec"]);
        CHECK(patched["metadata"]["name"] == "p");
        CHECK(unpatch_k8s(patched).value()["spec"] == honest["spec"]);
    }
    // Even with the words of bewit it gets its container and volume.
    const Json spec = value_ok(patch(pod("      command: [/bewit, run, --, a]\n")).value().text)["spec"];
    CHECK(spec["containers"][0]["command"].dump() == R"(["/opt/bewit/bewit","run","--","/bewit","run","--","a"])");
    CHECK(spec["initContainers"].size() == 1);
}

TEST_CASE("a command that somebody changed after the patch is kept, and gets no second mount") {
    Json patched = value_ok(patch(pod("      command: [a]\n")).value().text);
    patched["spec"]["containers"][0]["command"] = {"b", "c"};
    Images images;
    Report report;
    const Json again = patch_k8s(patched, init, images, report).value();
    CHECK(again["spec"]["containers"][0]["command"].dump() == R"(["/opt/bewit/bewit","run","--","b","c"])");
    CHECK(again["spec"]["containers"][0]["volumeMounts"].size() == 1);
    CHECK(again["spec"]["initContainers"].size() == 1);
    CHECK(again["spec"]["volumes"].size() == 1);
}

TEST_CASE("what cannot be known to be right is refused with its place") {
    CHECK(patch("kind: Pod\nspec:\n  containers:\n  - name: a\n    image: unknown\n").error() ==
          "4:5: /spec/containers/0: unknown image");
    CHECK(patch(pod("      command: [sleep, 1]\n"))
              .error()
              .find("/spec/containers/0/command/1: this must be a string: put it in quotes") != std::string::npos);
    CHECK(patch("kind: Deployment\nspec: {}\n").error().find("no pod template") != std::string::npos);
    CHECK(patch("kind: Pod\nspec: {}\n").error().find("no list of containers") != std::string::npos);
    CHECK(patch(pod("", "  os: {name: windows}\n")).error().find("Linux only") != std::string::npos);
    CHECK(patch(pod("", "  nodeSelector: {kubernetes.io/os: windows}\n"))
              .error()
              .find("/spec/nodeSelector: bewit runs on Linux only") != std::string::npos);
    CHECK(patch(pod("      volumeMounts: [{name: c, mountPath: /opt}]\n", "  volumes: [{name: c, secret: {}}]\n"))
              .error()
              .find("'/opt' is read-only") != std::string::npos);
    CHECK(patch(pod("", "  volumes: [{name: bewit}]\n")).error().find("there already") != std::string::npos);
    CHECK(patch("x: &c {image: x}\nkind: Pod\nspec:\n  containers:\n  - <<: *c\n    name: a\n")
              .error()
              .find("merge key") != std::string::npos);
    CHECK(patch(pod("      volumeMounts: x\n      command: [a]\n")).error().find("must be a list") !=
          std::string::npos);
    Options sidecar = init;
    sidecar.shape = Shape::Sidecar;
    CHECK(patch(pod(""), sidecar).error().find("init or in-image") != std::string::npos);
}

}  // namespace
}  // namespace bewit::patch
