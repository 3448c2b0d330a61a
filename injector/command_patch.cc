// `bewit patch`: what is deployed today, made to run under bewit.
#include "injector/command_patch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/patch/unified_diff.h"
#include "injector/text_file.h"

namespace bewit {
namespace {

bool is_yaml_name(const std::string& path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

const std::string& name_of(const PatchCommand& line) {
    static const std::string standard_input = "stdin";
    return line.file == "-" ? standard_input : line.file;
}

// Whole or not at all; the mode stays.
bool replace_file(const std::string& path, const std::string& text) {
    struct stat now {};
    if (stat(path.c_str(), &now) != 0) return false;
    const std::string temporary = fmt::format("{}.{}", path, getpid());
    const UniqueFd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return false;
    const bool written = write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (written && fchmod(file.get(), now.st_mode & 07777) == 0 && rename(temporary.c_str(), path.c_str()) == 0)
        return true;
    const int failure = errno;
    unlink(temporary.c_str());
    errno = failure;
    return false;
}

void add_image_options(CLI::App& command, PatchCommand& line) {
    command
        .add_option("--image-config", line.sources.configs,
                    "what an image runs, where the definition does not say it: the output of `docker image inspect` or "
                    "`skopeo inspect --config`; "
                    "NAME is an image or a container; repeatable")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("[NAME=]FILE");
    command
        .add_option("--image-layout", line.sources.layouts,
                    "the same, from an OCI layout (`skopeo copy docker://IMAGE oci:DIR`); repeatable")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("[NAME=]DIR");
    CLI::Option* registry = command.add_flag("--registry", line.sources.registry,
                                             "where neither says it, ask the image's registry; credentials: "
                                             "BEWIT_REGISTRY_AUTH=HOST=USER:PASSWORD, docker's config.json");
    command
        .add_option("--plain-http", line.sources.registry_settings.plain_http,
                    "a registry that is asked without TLS; repeatable")
        ->needs(registry)
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("HOST[:PORT]");
    command.add_option("--registry-timeout", line.registry_timeout, "for all of one image (default: 30)")
        ->needs(registry)
        ->check(CLI::Range(1, 3600))
        ->type_name("SECONDS");
}

}  // namespace

void add_patch_options(CLI::App& command, PatchCommand& line) {
    command
        .add_option("--bewit-image", line.options.image, "the image that holds bewit as /bewit (see examples/image)")
        ->envname("BEWIT_IMAGE")
        ->type_name("IMAGE");
    command
        .add_option("--shape", line.shape,
                    "init: a first container copies bewit into a volume (default); volumes-from (ECS); in-image: the "
                    "workload's image holds it; "
                    "sidecar: a container beside the others attaches to them")
        ->check(CLI::IsMember({"init", "volumes-from", "in-image", "sidecar"}));
    command.add_option("--directory", line.options.directory, "where the volume is mounted (default: /opt/bewit)")
        ->type_name("PATH");
    command
        .add_option("--program", line.options.program,
                    "--shape in-image: where the image holds bewit (default: /bewit)")
        ->type_name("PATH");
    command.add_option("--alerts", line.alerts, "where alerts go, as bewit run takes it")->type_name("DEST");
    command
        .add_option("--run-option", line.options.run_options,
                    "a word for bewit run, repeatable: --run-option=--rules=/etc/rules.yaml")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("WORD");
    command.add_option("--include", line.options.include, "only containers of this name, * is a wildcard; repeatable")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("GLOB");
    command.add_option("--exclude", line.options.exclude, "no container of this name; repeatable")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("GLOB");
    command.add_flag("--opt-in", line.options.opt_in, "patch only what asks for it (tags, annotations)");
    add_image_options(command, line);
}

void add_file_options(CLI::App& command, PatchCommand& line) {
    command.add_option("FILE", line.file, "the definition; - or nothing: the standard input");
    command.add_flag("--unpatch", line.unpatch, "take bewit out again");
    command.add_flag("--diff", line.diff, "print what would change; exit 0");
    command.add_flag("-i,--in-place", line.in_place, "change the file itself");
}

tl::expected<void, std::string> complete(PatchCommand& line) {
    using patch::Shape;
    patch::Options& options = line.options;
    options.shape = line.shape == "init"           ? Shape::Init
                    : line.shape == "volumes-from" ? Shape::VolumesFrom
                    : line.shape == "in-image"     ? Shape::InImage
                                                   : Shape::Sidecar;
    if (line.in_place && (line.file == "-" || line.diff))
        return tl::unexpected(std::string("--in-place needs a FILE, and no --diff"));
    if (line.unpatch) return {};
    if (options.shape != Shape::InImage && options.image.empty()) {
        return tl::unexpected(
            std::string("say with --bewit-image (or BEWIT_IMAGE) which image holds bewit; examples/image builds one"));
    }
    for (const std::string& path : {options.directory, options.program}) {
        if (!path.starts_with('/') || path == "/")
            return tl::unexpected(fmt::format("'{}' must be an absolute path other than /", path));
    }
    if (!line.alerts.empty()) options.run_options.insert(options.run_options.begin(), {"--alerts", line.alerts});
    return {};
}

tl::expected<std::unique_ptr<patch::ImageSource>, std::string> open_images(const PatchCommand& line) {
    image::SourceOptions sources = line.sources;
    sources.registry_settings.timeout = std::chrono::seconds(line.registry_timeout);
    return image::open_sources(sources);
}

std::optional<patch::Document> read_definition(const PatchCommand& line) {
    auto text = read_text_file(line.file == "-" ? "/dev/stdin" : line.file);
    if (!text) {
        error(fmt::format("{}: {}", name_of(line), std::strerror(errno)));
        return std::nullopt;
    }
    auto document = patch::read_document(std::move(*text), is_yaml_name(line.file));
    if (document) return std::move(*document);
    error(patch::to_text(document.error(), name_of(line)));
    return std::nullopt;
}

int give_result(const PatchCommand& line, const patch::Document& document,
                const tl::expected<std::string, patch::Problem>& result, const patch::Report& report) {
    if (!result) {
        error(patch::to_text(result.error(), name_of(line)));
        return failed;
    }
    if (!line.unpatch && !line.options.include.empty() && report.containers == 0) {
        error(fmt::format("{}: --include names no container here", name_of(line)));
        return failed;
    }
    for (const std::string& note : report.notes) warning(note);
    if (line.diff) {
        fmt::print("{}", patch::unified_diff(document.text, *result, "a/" + name_of(line), "b/" + name_of(line)));
    } else if (!line.in_place) {
        fmt::print("{}{}", document.mark, *result);
    } else if (*result != document.text && !replace_file(line.file, document.mark + *result)) {
        error(fmt::format("{}: {}", line.file, std::strerror(errno)));
        return failed;
    }
    return std::fflush(stdout) == 0 ? 0 : failed;
}

void add_patch(CLI::App& program, int& status) {
    CLI::App* command = program.add_subcommand("patch", "what is deployed today, made to run under bewit");
    set_examples(*command,
                 "  bewit patch ecs --bewit-image registry.test/bewit:1 --diff task.json\n"
                 "  bewit patch k8s --bewit-image registry.test/bewit:1 --diff deployment.yaml\n");
    command->require_subcommand(1);
    add_patch_ecs(*command, status);
    add_patch_k8s(*command, status);
}

}  // namespace bewit
