#include "injector/webhook/review.h"

#include <doctest/doctest.h>

#include "injector/http/base64.h"
#include "injector/patch/k8s_patch.h"

namespace bewit::webhook {
namespace {

using patch::Json;

class Images final : public patch::ImageSource {
public:
    tl::expected<patch::ImageConfig, std::string> find(const std::string&, const std::string& image,
                                                       const patch::Platform&) override {
        if (image == "unknown") return tl::unexpected(std::string("nobody knows\nthis image"));
        return patch::ImageConfig{{"/entry"}, {"word"}};
    }
};

const patch::Options options{.image = "bewit:1"};

Json pod(const Json& container = {{"name", "app"}, {"image", "x"}, {"command", {"a"}}}) {
    return {{"kind", "Pod"},
            {"apiVersion", "v1"},
            {"metadata", {{"generateName", "web-"}}},
            {"spec", {{"containers", Json::array({container})}}}};
}

Json request(const Json& object) {
    return {{"uid", "705ab4f5"},
            {"kind", {{"group", ""}, {"version", "v1"}, {"kind", "Pod"}}},
            {"resource", {{"group", ""}, {"version", "v1"}, {"resource", "pods"}}},
            {"namespace", "shop"},
            {"operation", "CREATE"},
            {"object", object},
            {"oldObject", nullptr},
            {"dryRun", false}};
}

std::string review_of(const Json& request, const std::string& version = "v1") {
    return Json{{"kind", "AdmissionReview"}, {"apiVersion", "admission.k8s.io/" + version}, {"request", request}}
        .dump();
}

struct Result {
    Json answer;
    Json response;
    Json operations;
    std::string reason;
    Decision decision;
};

Result answer(const std::string& text, const patch::Options& with = options, bool let_in = false) {
    const auto review = read_review(text);
    REQUIRE(review.has_value());
    Images images;
    Result result;
    result.decision = decide(*review, with, images);
    result.reason = result.decision.reason;
    result.answer = Json::parse(answer_text(*review, result.decision, let_in));
    result.response = result.answer["response"];
    if (result.response.contains("patch")) {
        result.operations =
            Json::parse(http::decode_base64(result.response["patch"].get_ref<const std::string&>()).value());
    }
    return result;
}

Json patched(const Json& object, const patch::Options& with = options) {
    Images images;
    patch::Report report;
    return patch::patch_k8s(object, with, images, report).value();
}

nlohmann::json unordered(const Json& json) { return nlohmann::json(json); }

TEST_CASE("the patch makes of the pod what `bewit patch k8s` makes of it") {
    for (const char* version : {"v1", "v1beta1"}) {
        const Result result = answer(review_of(request(pod()), version));
        CHECK(result.answer["apiVersion"] == std::string("admission.k8s.io/") + version);
        CHECK(result.answer["kind"] == "AdmissionReview");
        CHECK(result.response["uid"] == "705ab4f5");
        CHECK(result.response["allowed"] == true);
        CHECK(result.response["patchType"] == "JSONPatch");
        CHECK(unordered(pod().patch(result.operations)) == unordered(patched(pod())));
        CHECK(result.decision.kind == Decision::Kind::Patched);
    }
}

TEST_CASE("where the image decides what runs, it is asked, and options are those of the patch") {
    const Json object = pod({{"name", "app"}, {"image", "x"}});
    patch::Options with = options;
    with.run_options = {"--rules=builtin"};
    const Result result = answer(review_of(request(object)), with);
    const Json made = object.patch(result.operations);
    CHECK(made["spec"]["containers"][0]["command"] ==
          Json({"/opt/bewit/bewit", "run", "--rules=builtin", "--", "/entry"}));
    CHECK(made["spec"]["containers"][0]["args"] == Json({"word"}));
}

TEST_CASE("a dry run is answered as any other") {
    Json asked = request(pod());
    asked["dryRun"] = true;
    CHECK(answer(review_of(asked)).answer == answer(review_of(request(pod()))).answer);
}

TEST_CASE("what is patched already is not patched twice") {
    const Result result = answer(review_of(request(patched(pod()))));
    CHECK(result.reason == "unchanged");
    CHECK(result.response == Json({{"uid", "705ab4f5"}, {"allowed", true}}));
}

TEST_CASE("what is not to be patched is admitted as it is") {
    const auto reason = [](const std::string& pointer, const Json& value) {
        Json asked = request(pod());
        asked[Json::json_pointer(pointer)] = value;
        const Result result = answer(review_of(asked));
        CHECK(result.response == Json({{"uid", "705ab4f5"}, {"allowed", true}}));
        CHECK(result.decision.kind == Decision::Kind::Skipped);
        return result.reason;
    };
    CHECK(reason("/kind/kind", "Service") == "kind");
    CHECK(reason("/kind/group", "example.test") == "kind");
    CHECK(reason("/kind", nullptr) == "kind");
    CHECK(reason("/subResource", "ephemeralcontainers") == "subresource");
    CHECK(reason("/operation", "UPDATE") == "operation");
    CHECK(reason("/operation", "DELETE") == "operation");
    CHECK(reason("/object/metadata/annotations", {{"kubernetes.io/config.mirror", "1"}}) == "mirror");
    CHECK(reason("/object/metadata/annotations", {{"bewit/inject", "false"}}) == "annotation");
}

TEST_CASE("options choose pods and containers") {
    patch::Options with = options;
    with.opt_in = true;
    CHECK(answer(review_of(request(pod())), with).reason == "annotation");
    with = options;
    with.exclude = {"a*"};
    CHECK(answer(review_of(request(pod())), with).reason == "containers");
}

TEST_CASE("a pod that opts out loses the patch that it came with") {
    Json object = patched(pod());
    object["metadata"]["annotations"]["bewit/inject"] = "false";
    const Result result = answer(review_of(request(object)));
    CHECK(result.reason == "annotation");
    Json wanted = pod();
    wanted["metadata"]["annotations"]["bewit/inject"] = "false";
    CHECK(unordered(object.patch(result.operations)) == unordered(wanted));
}

TEST_CASE("a pod that cannot be patched is refused with the reason, or admitted with a warning") {
    const std::string text = review_of(request(pod({{"name", "app"}, {"image", "unknown"}})));
    const std::string why = "Pod shop/web-*: /spec/containers/0: nobody knows?this image";
    const Result closed = answer(text);
    CHECK(closed.decision.kind == Decision::Kind::Failed);
    CHECK(closed.response ==
          Json({{"uid", "705ab4f5"},
                {"allowed", false},
                {"status", {{"code", 403}, {"message", "bewit cannot be put into this pod: " + why}}}}));
    const Result open = answer(text, options, true);
    CHECK(open.response == Json({{"uid", "705ab4f5"},
                                 {"allowed", true},
                                 {"warnings", {"bewit does not watch this pod, which cannot be patched: " + why}}}));
}

TEST_CASE("a pod is called by its name where it has one") {
    const auto title = [](Json asked) { return read_review(review_of(asked))->title; };
    Json asked = request(pod());
    CHECK(title(asked) == "Pod shop/web-*");
    asked["object"]["metadata"]["name"] = "web-1";
    CHECK(title(asked) == "Pod shop/web-1");
    asked["name"] = "web-2";
    CHECK(title(asked) == "Pod shop/web-2");
}

TEST_CASE("messages are one line of bounded length, between whole characters") {
    const auto review = read_review(review_of(request(pod())));
    std::string why = "line\n\x1b[31m";
    for (int i = 0; i < 1000; ++i) why += "\xc3\xa4";
    const std::string message = failed(*review, why).message;
    CHECK(message.starts_with("Pod shop/web-*: line??[31m"));
    CHECK(message.size() < 1010);
    CHECK(message.ends_with("\xc3\xa4..."));
}

TEST_CASE("an object without a kind is what the request says it is") {
    Json object = pod();
    object.erase("kind");
    const Result result = answer(review_of(request(object)));
    CHECK(result.decision.kind == Decision::Kind::Patched);
    CHECK(result.operations.dump().find("/kind") == std::string::npos);
}

TEST_CASE("what is no review is refused with a sentence") {
    const auto why = [](const std::string& text) {
        const auto review = read_review(text);
        return review ? "taken" : review.error();
    };
    CHECK(why("") == "no AdmissionReview: 1:1: the JSON ends in the middle");
    CHECK(why("{\"kind\": ") == "no AdmissionReview: 1:10: the JSON ends in the middle");
    CHECK(why("[]") == "no AdmissionReview: kind is not AdmissionReview");
    CHECK(why(R"({"kind": "Pod"})") == "no AdmissionReview: kind is not AdmissionReview");
    CHECK(why(R"({"kind": "AdmissionReview", "kind": "AdmissionReview"})") ==
          "no AdmissionReview: 1:29: the key 'kind' stands twice in this object");
    CHECK(why(review_of(request(pod()), "v2")) ==
          "no AdmissionReview: apiVersion must be admission.k8s.io/v1 or admission.k8s.io/v1beta1");
    CHECK(why(R"({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"})") ==
          "no AdmissionReview: request.uid is missing");
    Json asked = request(pod());
    asked["object"] = nullptr;
    CHECK(why(review_of(asked)) == "no AdmissionReview: request.object is missing");
    asked["uid"] = std::string(300, 'u');
    CHECK(why(review_of(asked)) == "no AdmissionReview: request.uid is missing");
    CHECK(why(std::string(101, '[')) == "no AdmissionReview: 1:101: nested more than 100 levels deep");
    std::string many = "[0";
    for (size_t i = 0; i < max_review_values; ++i) many += ",0";
    CHECK(why(many + "]").ends_with("more than 200000 values"));
}

TEST_CASE("odd pods are refused or patched, never more") {
    for (const char* spec : {"null", "{}", R"({"containers": {}})", R"({"containers": [1]})",
                             R"({"containers": [{"name": 1}]})", R"({"containers": [{"name": "a", "command": "x"}]})",
                             R"({"containers": [{"name": "a", "command": ["x"], "volumeMounts": 1}]})"}) {
        CAPTURE(spec);
        Json object = pod();
        object["spec"] = Json::parse(spec);
        const Result result = answer(review_of(request(object)));
        CHECK(result.response["allowed"] == false);
        CHECK(result.decision.message.starts_with("Pod shop/web-*: /spec"));
    }
}

}  // namespace
}  // namespace bewit::webhook
