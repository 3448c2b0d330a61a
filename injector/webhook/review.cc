#include "injector/webhook/review.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.h"
#include "injector/http/base64.h"
#include "injector/patch/container.h"
#include "injector/patch/json_patch.h"
#include "injector/patch/k8s_patch.h"

namespace bewit::webhook {
namespace {

using patch::Json;
using patch::member;
using patch::string_of;

constexpr std::string_view mirror_annotation =
    "kubernetes.io/config.mirror";                   // a static pod of a kubelet, which tells of it only
constexpr size_t max_uid = 256, max_message = 1000;  // bytes

const Json& object_at(const Json& parent, const std::string& key) {
    static const Json nothing = Json::object();
    const Json* found = member(parent, key);
    return found != nullptr && found->is_object() ? *found : nothing;
}

// Names are somebody else's words, and the line may end up in a header.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    cut_text(text, max_message);
    return text;
}

std::string title_of(const Json& request, const Json& pod) {
    const Json& metadata = object_at(pod, "metadata");
    std::string name = string_of(request, "name");
    if (name.empty()) name = string_of(metadata, "name");
    if (name.empty()) name = string_of(metadata, "generateName") + "*";
    return one_line(fmt::format("Pod {}/{}", string_of(request, "namespace"), name));
}

std::string_view why_skipped(const Json& request) {
    const Json& kind = object_at(request, "kind");
    if (string_of(kind, "kind") != "Pod" || !string_of(kind, "group").empty()) return "kind";
    if (!string_of(request, "subResource").empty()) return "subresource";
    if (string_of(request, "operation") != "CREATE") return "operation";
    const Json& metadata = object_at(object_at(request, "object"), "metadata");
    if (member(object_at(metadata, "annotations"), std::string(mirror_annotation)) != nullptr) return "mirror";
    return {};
}

}  // namespace

tl::expected<Review, std::string> read_review(std::string text) {
    const auto refuse = [](std::string why) { return tl::unexpected("no AdmissionReview: " + std::move(why)); };
    const auto document = patch::read_json(std::move(text), max_review_values);
    if (!document) return refuse(patch::to_text(document.error(), ""));
    const auto json = patch::value_of(*document, *document->roots[0]);
    if (!json) return refuse(json.error().message);
    if (string_of(*json, "kind") != "AdmissionReview") return refuse("kind is not AdmissionReview");
    Review review{.api_version = string_of(*json, "apiVersion")};
    if (review.api_version != "admission.k8s.io/v1" && review.api_version != "admission.k8s.io/v1beta1") {
        return refuse("apiVersion must be admission.k8s.io/v1 or admission.k8s.io/v1beta1");
    }
    const Json& request = object_at(*json, "request");
    review.uid = string_of(request, "uid");
    if (review.uid.empty() || review.uid.size() > max_uid) return refuse("request.uid is missing");
    review.skip = why_skipped(request);
    if (!review.skip.empty()) return review;
    review.pod = object_at(request, "object");
    if (review.pod.empty()) return refuse("request.object is missing");
    // As request.kind says.
    review.pod["kind"] = "Pod";
    review.pod["apiVersion"] = "v1";
    review.title = title_of(request, review.pod);
    return review;
}

Decision failed(const Review& review, std::string_view why) {
    return {.kind = Decision::Kind::Failed, .message = one_line(fmt::format("{}: {}", review.title, why))};
}

Decision decide(const Review& review, const patch::Options& options, patch::ImageSource& images) {
    if (!review.skip.empty()) return {.reason = review.skip};
    patch::Report report;
    const auto patched = patch::patch_k8s(review.pod, options, images, report);
    if (!patched) return failed(review, patch::to_text(patched.error(), ""));
    Decision decision{.patch = patch::json_patch(review.pod, *patched)};
    if (!patch::admits(review.pod, options)) {
        decision.reason = "annotation";
    } else if (report.containers == 0) {
        decision.reason = "containers";
    } else if (decision.patch.empty()) {
        decision.reason = "unchanged";
    } else {
        decision.kind = Decision::Kind::Patched;
    }
    return decision;
}

std::string answer_text(const Review& review, const Decision& decision, bool let_in) {
    const bool failed = decision.kind == Decision::Kind::Failed;
    Json response = {{"uid", review.uid}, {"allowed", !failed || let_in}};
    if (failed && let_in) {
        response["warnings"] =
            Json::array({"bewit does not watch this pod, which cannot be patched: " + decision.message});
    } else if (failed) {
        response["status"] = {{"code", 403}, {"message", "bewit cannot be put into this pod: " + decision.message}};
    }
    if (!decision.patch.empty()) {
        response["patchType"] = "JSONPatch";
        response["patch"] = http::base64(decision.patch.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    const Json answer = {
        {"apiVersion", review.api_version}, {"kind", "AdmissionReview"}, {"response", std::move(response)}};
    return answer.dump(-1, ' ', false, Json::error_handler_t::replace);  // the command line may have been anything
}

}  // namespace bewit::webhook
