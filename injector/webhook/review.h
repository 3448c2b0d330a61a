// What a Kubernetes API server asks a mutating webhook, and the answer: AdmissionReview of admission.k8s.io/v1, and
// v1beta1, which differs in the name alone.
//
// Values and texts only; no network. The object of a review is a pod as the API server stores it; what is done to it is
// patch_k8s(), nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "injector/patch/document.h"
#include "injector/patch/options.h"

namespace bewit::webhook {

// A review, beyond which it is refused. The API server takes requests of 3 MiB.
inline constexpr size_t max_review = size_t{4} << 20;  // bytes
inline constexpr size_t max_review_values = 200'000;   // a large pod has some thousands

struct Review {
    std::string api_version{};
    std::string uid{};
    std::string title{};      // "Pod NAMESPACE/NAME" for messages; pods that a controller makes have the beginning of a
                              // name only: "web-*"
    std::string_view skip{};  // why there is nothing to patch here, if so: kind, subresource, operation, mirror
    patch::Json pod{};        // empty when there is nothing to patch
};

// The error is one sentence for whoever sent it.
tl::expected<Review, std::string> read_review(std::string text);

struct Decision {
    enum class Kind : uint8_t {
        Patched,
        Skipped,  // `reason` says why: those of Review::skip, annotation, containers, unchanged
        Failed,   // should be patched and cannot be; `message` says why
    };
    Kind kind = Kind::Skipped;
    std::string_view reason{};
    std::string message{};  // one line
    patch::Json patch =
        patch::Json::array();  // RFC 6902; may be there for what is skipped, too: an earlier patch is taken away
};

// Throws nothing but what a lack of memory throws. Blocks as long as `images` does.
Decision decide(const Review& review, const patch::Options& options, patch::ImageSource& images);
// The decision for a pod that cannot be patched.
Decision failed(const Review& review, std::string_view why);

// The AdmissionReview to answer with. Where the decision is Failed, the pod is admitted with a warning if `let_in`, and
// refused otherwise.
std::string answer_text(const Review& review, const Decision& decision, bool let_in);

}  // namespace bewit::webhook
