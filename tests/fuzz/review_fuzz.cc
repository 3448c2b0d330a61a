// Arbitrary bytes as an AdmissionReview: refused with a sentence, or answered with JSON whose patch makes of the pod
// what patch_k8s() makes of it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/http/base64.h"
#include "injector/patch/k8s_patch.h"
#include "injector/webhook/review.h"

namespace {

using namespace bewit;
using patch::Json;

void require(bool holds) {
    if (!holds) std::abort();
}

class Images final : public patch::ImageSource {
public:
    tl::expected<patch::ImageConfig, std::string> find(const std::string&, const std::string& image,
                                                       const patch::Platform&) override {
        if (image.empty()) return tl::unexpected(std::string("unknown"));
        return patch::ImageConfig{{"/entry"}, {"word"}};
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto review = webhook::read_review(std::string(reinterpret_cast<const char*>(data), size));
    if (!review) {
        require(!review.error().empty());
        return 0;
    }
    Images images;
    const patch::Options options{.image = "bewit"};
    const webhook::Decision decision = webhook::decide(*review, options, images);
    require(decision.message.find('\n') == std::string::npos);
    const bool let_in = size % 2 == 1;
    const Json answer = Json::parse(webhook::answer_text(*review, decision, let_in));
    const Json& response = answer.at("response");
    require(response.at("uid") == review->uid && answer.at("apiVersion") == review->api_version);
    require(response.at("allowed") == (decision.kind != webhook::Decision::Kind::Failed || let_in));
    if (!response.contains("patch")) return 0;
    const auto operations = http::decode_base64(response["patch"].get<std::string>());
    require(operations.has_value());
    patch::Report report;
    const auto patched = patch::patch_k8s(review->pod, options, images, report);
    require(patched.has_value());
    require(nlohmann::json(review->pod.patch(Json::parse(*operations))) == nlohmann::json(*patched));
    return 0;
}
