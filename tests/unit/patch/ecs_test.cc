#include "injector/patch/ecs_patch.h"

#include "injector/patch/ecs_register.h"
#include "injector/patch/patch_text.h"
#include "tests/unit/patch/texts.h"

namespace bewit::patch {
namespace {

// Every image runs `/entry cmd`, unless it is called otherwise.
class Images final : public ImageSource {
public:
    tl::expected<ImageConfig, std::string> find(const std::string&, const std::string& image,
                                                const Platform& platform) override {
        asked.push_back(image + " " + platform.architecture);
        if (image == "unknown") return tl::unexpected(std::string("unknown image"));
        if (image == "empty") return ImageConfig{};
        if (image == "command") return ImageConfig{{}, {"only", "cmd"}};
        if (image == "entry") return ImageConfig{{"/entry"}, {}};
        return ImageConfig{{"/entry"}, {"cmd"}};
    }
    std::vector<std::string> asked;
};

struct Patched {
    Json json;
    Report report;
    std::vector<std::string> asked;
};

Options with(Shape shape) { return {.shape = shape, .image = "bewit:1"}; }

tl::expected<Patched, Problem> patch(const Json& definition, const Options& options) {
    Images images;
    Patched result;
    auto json = patch_ecs(definition, options, images, result.report);
    if (!json) return tl::unexpected(json.error());
    result.json = std::move(*json);
    result.asked = images.asked;
    // Whatever it was: twice is once, and undone is undone.
    Report ignored;
    CHECK(patch_ecs(result.json, options, images, ignored).value() == result.json);
    CHECK(unpatch_ecs(result.json).value() == definition);
    return result;
}

std::string refused(const Json& definition, const Options& options = with(Shape::Init)) {
    const auto result = patch(definition, options);
    REQUIRE_FALSE(result.has_value());
    return result.error().pointer + ": " + result.error().message;
}

Json task(Json container) {
    return {{"family", "f"}, {"containerDefinitions", Json::array({std::move(container)})}, {"memory", "512"}};
}

Json first(const Json& definition) { return definition["containerDefinitions"][0]; }

TEST_CASE("the words of the definition come first, those of the image where it has none") {
    struct Case {
        const char *container, *entry, *command;
    };
    for (const Case& c : {
             Case{R"({"name":"a","image":"x","entryPoint":["/e"],"command":["c"]})", R"(["/e"])", R"(["c"])"},
             Case{R"({"name":"a","image":"x","entryPoint":["/e"]})", R"(["/e"])", "null"},
             Case{R"({"name":"a","image":"x","command":["c"]})", R"(["/entry"])", R"(["c"])"},
             Case{R"({"name":"a","image":"x"})", R"(["/entry"])", R"(["cmd"])"},
             Case{R"({"name":"a","image":"entry"})", R"(["/entry"])", "null"},
             Case{R"({"name":"a","image":"command"})", "[]", R"(["only","cmd"])"},
             Case{R"({"name":"a","image":"empty","command":["c"]})", "[]", R"(["c"])"},
             Case{R"({"name":"a","image":"x","entryPoint":[],"command":[]})", R"(["/entry"])", R"(["cmd"])"},
             Case{R"({"name":"a","image":"x","entryPoint":null,"command":["c"]})", R"(["/entry"])", R"(["c"])"},
             Case{R"({"name":"a","image":"x","entryPoint":["sh","-c"],"command":["exec a b"]})", R"(["sh","-c"])",
                  R"(["exec a b"])"},
         }) {
        CAPTURE(c.container);
        const auto patched = patch(task(Json::parse(c.container)), with(Shape::Init));
        REQUIRE(patched.has_value());
        Json entry = {"/opt/bewit/bewit", "run", "--"};
        for (const Json& word : Json::parse(c.entry)) entry.push_back(word);
        const Json container = first(patched->json);
        CHECK(container["entryPoint"] == entry);
        CHECK(container.value("command", Json()) == Json::parse(c.command));
    }
}

TEST_CASE("an image is asked only when the definition leaves something open, and for the task's architecture") {
    CHECK(patch(task({{"name", "a"}, {"image", "x"}, {"entryPoint", {"/e"}}}), with(Shape::Init))->asked.empty());
    Json arm = task({{"name", "a"}, {"image", "x"}});
    arm["runtimePlatform"] = {{"cpuArchitecture", "ARM64"}, {"operatingSystemFamily", "LINUX"}};
    CHECK(patch(arm, with(Shape::Init))->asked == std::vector<std::string>{"x arm64"});
}

TEST_CASE("init: a volume, a container that fills it, and an order") {
    const Json json = patch(task({{"name", "a"},
                                  {"image", "x"},
                                  {"mountPoints", Json::array()},
                                  {"dependsOn", {{{"containerName", "db"}, {"condition", "HEALTHY"}}}},
                                  {"logConfiguration", {{"logDriver", "awslogs"}}},
                                  {"secrets", {{{"name", "S"}, {"valueFrom", "arn"}}}}}),
                            with(Shape::Init))
                          ->json;
    CHECK(json["volumes"] == Json::parse(R"([{"name":"bewit"}])"));
    CHECK(first(json)["mountPoints"] ==
          Json::parse(R"([{"sourceVolume":"bewit","containerPath":"/opt/bewit","readOnly":true}])"));
    CHECK(first(json)["dependsOn"].size() == 2);
    const Json init = json["containerDefinitions"][1];
    CHECK(init["name"] == "bewit-init");
    CHECK(init["essential"] == false);
    CHECK(init["command"] == Json::parse(R"(["install","/opt/bewit"])"));
    CHECK(init["logConfiguration"]["logDriver"] == "awslogs");
    CHECK_FALSE(init.contains("secrets"));
    CHECK_FALSE(init.contains("memoryReservation"));
    CHECK_FALSE(json.dump().find("SYS_PTRACE") != std::string::npos);
}

TEST_CASE("a task without memory of its own gets some for bewit's container") {
    Json json = task({{"name", "a"}, {"image", "x"}, {"memory", 128}});
    json.erase("memory");
    CHECK(patch(json, with(Shape::Init))->json["containerDefinitions"][1]["memoryReservation"] == 32);
}

TEST_CASE("volumes-from and in-image need no volume of the task") {
    const Json from = patch(task({{"name", "a"}, {"image", "x"}}), with(Shape::VolumesFrom))->json;
    CHECK(first(from)["volumesFrom"] == Json::parse(R"([{"sourceContainer":"bewit-init","readOnly":true}])"));
    CHECK_FALSE(from.contains("volumes"));
    const Json in_image = patch(task({{"name", "a"}, {"image", "x"}}), with(Shape::InImage))->json;
    CHECK(first(in_image)["entryPoint"] == Json::parse(R"(["/bewit","run","--","/entry"])"));
    CHECK(in_image["containerDefinitions"].size() == 1);
    const Json list = Json::parse(R"([{"name":"a","image":"x"}])");
    CHECK(patch(list, with(Shape::VolumesFrom))->json.size() == 2);
    CHECK(refused(list).find("--shape volumes-from") != std::string::npos);
}

TEST_CASE("a sidecar changes no container, shares the process namespace, and has SYS_PTRACE") {
    const Json json = patch(task({{"name", "a"}, {"image", "unknown"}}), with(Shape::Sidecar))->json;
    CHECK(first(json) == Json::parse(R"({"name":"a","image":"unknown"})"));
    CHECK(json["pidMode"] == "task");
    CHECK(json["containerDefinitions"][1]["linuxParameters"]["capabilities"]["add"] ==
          Json::parse(R"(["SYS_PTRACE"])"));
    Json host = task({{"name", "a"}, {"image", "x"}});
    host["pidMode"] = "host";
    CHECK(refused(host, with(Shape::Sidecar)).starts_with("/pidMode"));
}

TEST_CASE("SYS_PTRACE is added where asked, beside what is there") {
    Options options = with(Shape::InImage);
    options.ptrace_capability = true;
    for (const char* parameters :
         {"null", "{}", R"({"initProcessEnabled":true})", R"({"capabilities":{"drop":["ALL"]}})",
          R"({"capabilities":{"add":["SYS_PTRACE"]}})"}) {
        CAPTURE(parameters);
        Json container = {{"name", "a"}, {"image", "x"}};
        if (std::string_view(parameters) != "null") container["linuxParameters"] = Json::parse(parameters);
        const auto patched = patch(task(container), options);
        CHECK(first(patched->json)["linuxParameters"]["capabilities"]["add"] == Json::parse(R"(["SYS_PTRACE"])"));
    }
}

TEST_CASE("containers are chosen by name, and log routers are left out") {
    const Json json = Json::parse(
        R"({"containerDefinitions":[{"name":"web","image":"x"},{"name":"job","image":"x"},{"name":"log","image":"x","firelensConfiguration":{}}]})");
    const auto guarded = [&](const Options& options) {
        std::string names;
        const auto patched = patch(json, options);
        for (const Json& container : patched->json["containerDefinitions"]) {
            if (container.contains("entryPoint") && container["name"] != "bewit-init")
                names += container["name"].get<std::string>() + " ";
        }
        return names;
    };
    Options options = with(Shape::Init);
    CHECK(guarded(options) == "web job ");
    options.include = {"w*", "log"};
    CHECK(guarded(options) == "web log ");
    options.exclude = {"*eb"};
    CHECK(guarded(options) == "log ");
    options.include = {"none"};
    CHECK(guarded(options).empty());
    CHECK(patch(json, options)->report.containers == 0);
    CHECK(patch(json, with(Shape::Sidecar))->report.containers == 2);
}

TEST_CASE("kilt's tags choose tasks and containers") {
    const auto tagged = [](const char* tags) {
        Json json = Json::parse(R"({"containerDefinitions":[{"name":"web","image":"x"},{"name":"job","image":"x"}]})");
        json["tags"] = Json::parse(tags);
        return json;
    };
    const auto count = [](const Json& json, const Options& options) {
        const std::string text = patch(json, options)->json.dump();
        size_t found = 0;
        for (size_t at = 0; (at = text.find("\"run\"", at)) != std::string::npos; ++at) ++found;
        return found;
    };
    Options options = with(Shape::Init);
    CHECK(count(tagged(R"([{"key":"kilt-ignore","value":""}])"), options) == 0);
    CHECK(count(tagged(R"([{"key":"kilt-ignore-containers","value":"job:none"}])"), options) == 1);
    CHECK(count(tagged(R"([{"key":"kilt-include-containers","value":"job"}])"), options) == 2);
    options.opt_in = true;
    CHECK(count(tagged(R"([])"), options) == 0);
    CHECK(count(tagged(R"([{"key":"kilt-include"}])"), options) == 2);
    CHECK(count(tagged(R"([{"key":"kilt-include-containers","value":"job"}])"), options) == 1);
    CHECK(refused(tagged(R"([{"key":"kilt-include-containers","value":["job"]}])"), options).find("must be a string") !=
          std::string::npos);
}

TEST_CASE("what cannot be known to be right is refused, with its place") {
    CHECK(refused(task({{"name", "a"}, {"image", "unknown"}})) == "/containerDefinitions/0: unknown image");
    CHECK(refused(task({{"name", "a"}, {"image", "empty"}}))
              .find("neither the definition nor the image says what to run") != std::string::npos);
    CHECK(refused(task({{"name", "a"}, {"image", "x"}, {"entryPoint", {{"Ref", "E"}}}}))
              .starts_with("/containerDefinitions/0/entryPoint: this is known only"));
    CHECK(refused(task({{"name", "a"}, {"image", "x"}, {"entryPoint", "sh"}})).find("must be a list") !=
          std::string::npos);
    CHECK(refused(task({{"name", "a"}, {"image", "x"}, {"command", {"sleep", 1}}}))
              .starts_with("/containerDefinitions/0/command/1: this must be a string"));
    CHECK(refused(task({{"name", "bewit-init"}, {"image", "x"}})).find("not of this program's making") !=
          std::string::npos);
    CHECK(refused(task({{"name", "a"}, {"image", "x"}, {"dependsOn", {{"Ref", "D"}}}}))
              .find("only a list can be added to") != std::string::npos);
    CHECK(refused(task("x")).find("must be an object") != std::string::npos);
    for (const char* mount :
         {R"({"containerPath":"/opt/bewit"})", R"({"containerPath":"/opt/bewit/x"})",
          R"({"containerPath":"/opt/","readOnly":true})", R"({"containerPath":"/","readOnly":true})"}) {
        const std::string sentence =
            refused(task({{"name", "a"}, {"image", "x"}, {"mountPoints", Json::array({Json::parse(mount)})}}));
        CHECK(sentence.starts_with("/containerDefinitions/0/mountPoints/0: '/"));
        CHECK(sentence.ends_with("choose another place with --directory"));
    }
    CHECK(patch(task({{"name", "a"},
                      {"image", "x"},
                      {"mountPoints",
                       Json::parse(R"([{"containerPath":"/opt"},{"containerPath":"/opt/bew","readOnly":true}])")}}),
                with(Shape::Init))
              .has_value());
    Json windows = task({{"name", "a"}, {"image", "x"}});
    windows["runtimePlatform"] = {{"operatingSystemFamily", "WINDOWS_SERVER_2022_CORE"}};
    CHECK(refused(windows).find("Linux only") != std::string::npos);
    Json volume = task({{"name", "a"}, {"image", "x"}});
    volume["volumes"] = Json::parse(R"([{"name":"bewit","host":{}}])");
    CHECK(refused(volume).find("a volume 'bewit' already") != std::string::npos);
    for (const char* nothing : {"{}", "[]", "1", "\"x\"", R"({"Resources":{"A":{"Type":"AWS::S3::Bucket"}}})",
                                R"({"containerDefinitions":{}})"}) {
        CHECK(refused(Json::parse(nothing)).size() > 5);
    }
}

TEST_CASE("CloudFormation: every task definition, conditions and functions within") {
    const std::string text = R"(Resources:
  One:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: a
          Image: !Ref Image
          EntryPoint: [!Ref Program, -v]
          Command: !Ref Words
        - !If
          - Debug
          - Name: b
            Image: x
          - !Ref AWS::NoValue
  Two:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Memory: !Ref Memory
      ContainerDefinitions: [{Name: c, Image: x, EntryPoint: [/c]}]
)";
    const auto patched = patch(value_ok(text), with(Shape::Init));
    REQUIRE(patched.has_value());
    const Json& one = patched->json["Resources"]["One"]["Properties"];
    CHECK(one["ContainerDefinitions"][0]["EntryPoint"].dump() ==
          R"(["/opt/bewit/bewit","run","--",{"Ref":"Program"},"-v"])");
    CHECK(one["ContainerDefinitions"][1]["Fn::If"][1]["EntryPoint"].dump() ==
          R"(["/opt/bewit/bewit","run","--","/entry"])");
    CHECK(one["ContainerDefinitions"][2]["MountPoints"].dump() ==
          R"([{"SourceVolume":"bewit","ContainerPath":"/opt/bewit"}])");
    CHECK(one["Volumes"].dump() == R"([{"Name":"bewit"}])");
    CHECK(patched->json["Resources"]["Two"]["Properties"]["ContainerDefinitions"][0]["EntryPoint"].size() == 4);

    // And in the text, nothing else has changed.
    Images images;
    Report report;
    const Document document = read_ok(text);
    const auto result =
        change_text(document, [&](const Json& json) { return patch_ecs(json, with(Shape::Init), images, report); });
    REQUIRE(result.has_value());
    size_t at = 0;
    for (size_t line = 0; line < text.size();) {
        const size_t end = text.find('\n', line);
        const std::string words = text.substr(line, end - line);
        if (words.find("EntryPoint") == std::string::npos) {
            CAPTURE(words);
            const size_t found = result->find(words + "\n", at);
            CHECK(found != std::string::npos);
            at = found == std::string::npos ? at : found + words.size();
        }
        line = end + 1;
    }
    const Document again = read_ok(*result);
    CHECK(change_text(again, [](const Json& json) { return unpatch_ecs(json); }).value() == text);
}

TEST_CASE("CloudFormation: a command that may turn out to be nothing is refused where the image has one") {
    const auto template_of = [](const char* image) {
        return Json{
            {"Resources",
             {{"T",
               {{"Type", "AWS::ECS::TaskDefinition"},
                {"Properties",
                 {{"ContainerDefinitions", {{{"Name", "a"}, {"Image", image}, {"Command", {{"Ref", "C"}}}}}}}}}}}}};
    };
    CHECK(refused(template_of("x"))
              .starts_with("/Resources/T/Properties/ContainerDefinitions/0/Command: this is known only when"));
    CHECK(patch(template_of("entry"), with(Shape::Init)).has_value());
}

TEST_CASE("the answer of describe becomes the request of register") {
    const Json described = Json::parse(
        R"({"taskDefinition":{"taskDefinitionArn":"arn","family":"f","revision":3,"status":"ACTIVE","containerDefinitions":[{"name":"a","image":"x"}],
        "requiresAttributes":[],"compatibilities":["EC2"],"registeredAt":"t","registeredBy":"b"},"tags":[{"key":"k","value":"v"}]})");
    const auto patched = patch(described, with(Shape::Init));
    REQUIRE(patched.has_value());
    const Json request = registrable(patched->json);
    CHECK(request["family"] == "f");
    CHECK(request["tags"].size() == 1);
    for (const char* key :
         {"taskDefinition", "taskDefinitionArn", "revision", "status", "compatibilities", "registeredAt"})
        CHECK_FALSE(request.contains(key));
}

TEST_CASE("a label alone is no patch: nothing is taken away for it, nothing skipped") {
    Images images;
    for (const char* entry : {R"(["a","b","c"])", R"(["/x","run","it"])", R"(["env","A=1","--","e"])", "[]"}) {
        CAPTURE(entry);
        const Json honest = task({{"name", "a"},
                                  {"image", "x"},
                                  {"entryPoint", Json::parse(entry)},
                                  {"mountPoints", Json::parse(R"([{"sourceVolume":"bewit"}])")}});
        Json forged = honest;
        forged["containerDefinitions"][0]["dockerLabels"] = {
            {"bewit.patch", R"({"prefix":3,"added":["image","mountPoints"],"emptied":["entryPoint"]})"}};
        forged["containerDefinitions"].push_back({{"name", "bewit"},
                                                  {"image", "y"},
                                                  {"entryPoint", {"/y"}},
                                                  {"dockerLabels", {{"bewit.patch", R"({"added":["family"]})"}}}});
        CHECK(unpatch_ecs(forged).value() == forged);
        Report report;
        const Json patched = patch_ecs(forged, with(Shape::InImage), images, report).value();
        CHECK(report.containers == 2);
        CHECK(report.notes.size() == 2);
        CHECK(report.notes.at(0) ==
              "container 'a': the label bewit.patch tells of a patch that is not there, and is ignored");
        CHECK(patched["family"] == "f");
        Json container = first(patched),
             expected = first(patch_ecs(honest, with(Shape::InImage), images, report).value());
        container.erase("dockerLabels"), expected.erase("dockerLabels");
        CHECK(container == expected);
    }
}

TEST_CASE("an entry point that somebody changed after the patch is kept, and gets no second mount") {
    Images images;
    Report report;
    Json patched =
        patch_ecs(task({{"name", "a"}, {"image", "x"}, {"entryPoint", {"/e"}}}), with(Shape::Init), images, report)
            .value();
    patched["containerDefinitions"][0]["entryPoint"] = {"/new"};
    const Json again = first(patch_ecs(patched, with(Shape::Init), images, report).value());
    CHECK(again["entryPoint"] == Json::parse(R"(["/opt/bewit/bewit","run","--","/new"])"));
    CHECK(again["mountPoints"].size() == 1);
    CHECK(again["dependsOn"].size() == 1);
}

TEST_CASE("other options replace those of an earlier patch, and what others added since stays") {
    Images images;
    Report report;
    const Json original = task({{"name", "a"}, {"image", "x"}});
    Json patched = patch_ecs(original, with(Shape::Init), images, report).value();
    Options options = with(Shape::InImage);
    options.run_options = {"--rules", "builtin"};
    const Json again = patch_ecs(patched, options, images, report).value();
    CHECK(again == patch_ecs(original, options, images, report).value());
    patched["containerDefinitions"][0]["dockerLabels"]["team"] = "blue";
    patched["volumes"].push_back({{"name", "data"}});
    const Json undone = unpatch_ecs(patched).value();
    CHECK(undone["containerDefinitions"][0]["dockerLabels"] == Json{{"team", "blue"}});
    CHECK(undone["volumes"] == Json::parse(R"([{"name":"data"}])"));
}

}  // namespace
}  // namespace bewit::patch
