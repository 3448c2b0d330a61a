// What a patch is to do, and what it must be told about images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace bewit::patch {

// How the program comes to the workload.
enum class Shape : uint8_t {
    Init,         // a first container copies it into a volume that the others mount
    VolumesFrom,  // the same, the volume being one of that container's image (ECS)
    InImage,      // it is in the workload's image already
    Sidecar,      // a container beside the others attaches to them
};

struct Options {
    Shape shape = Shape::Init;
    std::string image{};                     // the image that holds bewit as /bewit
    std::string directory = "/opt/bewit";    // where the volume is mounted; the program is directory/bewit
    std::string program = "/bewit";          // Shape::InImage: where the program is
    std::vector<std::string> run_options{};  // of `bewit run`, before `--`
    std::vector<std::string> include{},
        exclude{};                    // names of containers, * is a wildcard; an empty `include` means all
    bool opt_in = false;              // only where a tag or an annotation says so
    bool ptrace_capability = false;   // ECS: add SYS_PTRACE to every patched container
    std::string image_credentials{};  // ECS: the secret's ARN, for a private `image`
};

// What an image says about the process to start (OCI image configuration, `Entrypoint` and `Cmd`).
struct ImageConfig {
    std::vector<std::string> entrypoint{}, command{};
    std::string os{}, architecture{};  // empty when it is not said
};

// What a patch tells beside its result. It adds up over the documents of a stream.
struct Report {
    std::vector<std::string> notes{};  // a sentence for everything that was left out
    size_t containers = 0;             // that run under bewit, or that a sidecar watches
};

struct Platform {
    std::string os = "linux";
    std::string architecture = "amd64";  // GOARCH
    bool assumed = false;  // the definition names no architecture: another will do where there is no choice
};

// Where the configuration of an image is looked up. The error is one sentence that says what to do.
class ImageSource {
public:
    virtual ~ImageSource() = default;
    // `image` is empty when only the deployment will know it; `container` is the name in the definition.
    virtual tl::expected<ImageConfig, std::string> find(const std::string& container, const std::string& image,
                                                        const Platform& platform) = 0;
};

// * stands for any characters.
bool name_matches(const std::string& pattern, const std::string& name);
// By `include` and `exclude`.
bool selected(const Options& options, const std::string& container);
// The words before the workload's own: the program, `run`, its options, `--`.
std::vector<std::string> prefix_words(const Options& options);

}  // namespace bewit::patch
