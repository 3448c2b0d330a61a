#include "injector/patch/ecs_task.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "injector/patch/ecs_patch.h"
#include "injector/patch/mount_place.h"

namespace bewit::patch {
namespace {

// The branches of an `Fn::If`, or the value itself. `visit` gets each object that may be a container.
tl::expected<void, Problem> each_branch(Json& value, const std::function<tl::expected<void, Problem>(Json&)>& visit,
                                        size_t depth = 0) {
    Json* branches = value.is_object() && value.size() == 1 ? member(value, "Fn::If") : nullptr;
    if (branches == nullptr) return visit(value);
    if (!branches->is_array() || branches->size() != 3 || depth > 10)
        return tl::unexpected(problem_of("Fn::If has three items: the condition, then, else", "/Fn::If"));
    for (const size_t i : {1, 2}) {
        if (const auto done = each_branch((*branches)[i], visit, depth + 1); !done) {
            return within(done.error(), {"Fn::If", std::to_string(i)});
        }
    }
    return {};
}

constexpr std::array<const char*, 3> capability_path = {"linuxParameters", "capabilities", "add"};

void remove_capability(Json& container, const EcsNames& names, size_t made) {
    std::vector<Json*> way = {&container};
    for (const char* key : capability_path) {
        Json* next = member(*way.back(), names(key));
        if (next == nullptr) return;
        way.push_back(next);
    }
    Json& list = *way.back();
    if (!list.is_array()) return;
    Json kept = Json::array();
    for (const Json& name : list) {
        if (name != "SYS_PTRACE") kept.push_back(name);
    }
    list = std::move(kept);
    for (size_t i = capability_path.size(); i-- > 0 && made-- > 0;) {
        if (!way[i + 1]->empty()) return;
        erase(*way[i], names(capability_path[i]));
    }
}

bool is_no_value(const Json& value) { return string_of(value, "Ref") == "AWS::NoValue"; }

// The record in a container's label. Null when there is none.
std::optional<Record> record_of(const Json& container, const EcsNames& names) {
    const Json* labels = member(container, names("dockerLabels"));
    const std::string text = labels == nullptr ? "" : string_of(*labels, ecs_label);
    if (text.empty() || text.size() > 4096) return std::nullopt;
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    return Record(std::move(json));
}

class TaskPatch {
public:
    TaskPatch(Json& task, const EcsNames& names, bool bare, const Options& options, ImageSource& images, Report& report)
        : task_(task), name_(names), bare_(bare), options_(options), images_(images), report_(report) {}

    tl::expected<void, Problem> patch(const std::vector<EcsTag>& tags) {
        if (auto fit = check_task(); !fit) return fit;
        const auto wanted = read_tags(tags);
        if (!wanted) return tl::unexpected(wanted.error());
        if (!*wanted) return {};
        Json& containers = task_[name_("containerDefinitions")];
        for (size_t i = 0; i < containers.size(); ++i) {
            const auto done =
                each_branch(containers[i], [this](Json& container) { return patch_container(container); });
            if (!done) return within(done.error(), {name_("containerDefinitions"), std::to_string(i)});
        }
        report_.containers += patched_;
        return patched_ == 0 || options_.shape == Shape::InImage ? tl::expected<void, Problem>() : patch_whole();
    }

private:
    tl::expected<void, Problem> check_task() const {
        const std::string key = name_("containerDefinitions");
        const Json* containers = member(task_, key);
        if (containers == nullptr) return tl::unexpected(problem_of("the task definition has no " + key));
        if (!containers->is_array())
            return tl::unexpected(
                problem_of("only a list can be patched; this is known when the template is deployed", "/" + key));
        const Json* platform = member(task_, name_("runtimePlatform"));
        if (platform != nullptr && string_of(*platform, name_("operatingSystemFamily")).starts_with("WINDOWS")) {
            return tl::unexpected(
                problem_of("bewit runs on Linux only: leave this task out", "/" + name_("runtimePlatform")));
        }
        if (bare_ && options_.shape == Shape::Init) {
            return tl::unexpected(problem_of(
                "a list of containers has no place for a volume: use --shape volumes-from or --shape in-image"));
        }
        if (bare_ && options_.shape == Shape::Sidecar)
            return tl::unexpected(problem_of("a list of containers has no place for pidMode"));
        return {};
    }

    // kilt's conventions. False: the whole task is to be left alone.
    tl::expected<bool, Problem> read_tags(const std::vector<EcsTag>& tags) {
        bool included = !options_.opt_in;
        for (const EcsTag& tag : tags) {
            if (tag.key == "kilt-ignore" && !options_.opt_in) {
                report_.notes.emplace_back("the tag kilt-ignore leaves this task out");
                return false;
            }
            included = included || tag.key == "kilt-include" || tag.key == "kilt-include-containers";
            const bool ignores = tag.key == "kilt-ignore-containers",
                       includes = options_.opt_in && tag.key == "kilt-include-containers";
            if (!ignores && !includes) continue;
            if (!tag.value->is_string())
                return tl::unexpected(problem_of(fmt::format(
                    "the value of the tag {} must be a string: names of containers with colons between", tag.key)));
            add_names(tag.value->get_ref<const std::string&>(), ignores ? ignored_ : included_);
        }
        if (!included) report_.notes.emplace_back("no tag kilt-include or kilt-include-containers asks for this task");
        return included;
    }

    static void add_names(const std::string& text, std::vector<std::string>& names) {
        for (size_t begin = 0; begin <= text.size();) {
            const size_t end = std::min(text.find(':', begin), text.size());
            if (end > begin) names.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }

    static bool holds(const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }

    bool wants(const Json& container, const std::string& name) {
        if (!selected(options_, name) || holds(ignored_, name) || (!included_.empty() && !holds(included_, name))) {
            report_.notes.push_back(fmt::format("container '{}' is left out", name));
            return false;
        }
        if (member(container, name_("firelensConfiguration")) != nullptr && !holds(options_.include, name)) {
            report_.notes.push_back(
                fmt::format("container '{}' is a log router, and is left out unless --include names it", name));
            return false;
        }
        return true;
    }

    tl::expected<void, Problem> patch_container(Json& container) {
        if (is_no_value(container)) return {};
        if (!container.is_object()) return tl::unexpected(problem_of("a container definition must be an object"));
        const Json* name = member(container, name_("name"));
        if (name == nullptr && container.size() == 1) {
            return tl::unexpected(
                problem_of("this container is known only when the template is deployed: write it out"));
        }
        // A name may be a function; then only patterns that match everything select it.
        const std::string text = name != nullptr && name->is_string() ? name->get<std::string>() : "";
        if (text == (options_.shape == Shape::Sidecar ? ecs_sidecar_name : ecs_init_name)) {
            return tl::unexpected(problem_of(
                fmt::format("there is a container '{}' already, which is not of this program's making", text),
                "/" + name_("name")));
        }
        if (!wants(container, text)) return {};
        if (record_of(container, name_)) {
            report_.notes.push_back(fmt::format(
                "container '{}': the label {} tells of a patch that is not there, and is ignored", text, ecs_label));
        }
        ++patched_;
        if (const Json* log = member(container, name_("logConfiguration"));
            log != nullptr && log->is_object() && log_.is_null())
            log_ = *log;
        if (options_.shape == Shape::Sidecar) return {};
        return put_under_bewit(container);
    }

    Platform platform() const {
        const Json* platform = member(task_, name_("runtimePlatform"));
        const std::string stated = platform == nullptr ? "" : string_of(*platform, name_("cpuArchitecture"));
        return {.architecture = stated == "ARM64" ? "arm64" : "amd64", .assumed = stated.empty()};
    }

    tl::expected<void, Problem> put_under_bewit(Json& container) {
        Record record;
        const CommandKeys keys{name_("entryPoint"), name_("command")};
        if (auto done = put_in_front(container, keys, prefix_words(options_), images_, platform(), record); !done)
            return done;
        if (options_.shape != Shape::InImage) {
            if (auto fit = check_mounts(container); !fit) return fit;
        }
        if (options_.shape == Shape::Init) {
            if (auto done = append(
                    container, "mountPoints",
                    {{"sourceVolume", ecs_volume}, {"containerPath", options_.directory}, {"readOnly", true}}, record);
                !done)
                return done;
        }
        if (options_.shape == Shape::VolumesFrom) {
            if (auto done =
                    append(container, "volumesFrom", {{"sourceContainer", ecs_init_name}, {"readOnly", true}}, record);
                !done)
                return done;
        }
        if (options_.shape != Shape::InImage) {
            if (auto done = append(container, "dependsOn", {{"containerName", ecs_init_name}, {"condition", "SUCCESS"}},
                                   record);
                !done)
                return done;
        }
        if (options_.ptrace_capability) {
            if (auto done = add_capability(container, record); !done) return done;
        }
        Json* labels = record.map(container, name_("dockerLabels"));
        if (labels == nullptr || is_function(*labels)) return not_a("map", "dockerLabels");
        (*labels)[ecs_label] = record.json().dump();
        return {};
    }

    // Where the volume goes, nothing else may be.
    tl::expected<void, Problem> check_mounts(const Json& container) const {
        const std::string key = name_("mountPoints");
        const Json* mounts = member(container, key);
        for (size_t i = 0; mounts != nullptr && mounts->is_array() && i < mounts->size(); ++i) {
            const Json& mount = (*mounts)[i];
            const Json* read_only = member(mount, name_("readOnly"));
            const auto conflict = mount_conflict(string_of(mount, name_("containerPath")),
                                                 read_only != nullptr && *read_only == true, options_.directory);
            if (conflict) return tl::unexpected(problem_of(*conflict, fmt::format("/{}/{}", key, i)));
        }
        return {};
    }

    // What a template makes a value of when it is deployed.
    bool is_function(const Json& value) const {
        return name_.cloudformation() && value.is_object() && value.size() == 1 &&
               (value.begin().key() == "Ref" || value.begin().key().starts_with("Fn::"));
    }

    tl::unexpected<Problem> not_a(const char* what, const std::string& key) const {
        return tl::unexpected(
            problem_of(fmt::format("only a {} can be added to: write this out", what), "/" + name_(key)));
    }

    tl::expected<void, Problem> append(Json& object, const std::string& key, const Json& item, Record& record) const {
        Json* list = record.list(object, name_(key));
        if (list == nullptr) return not_a("list", key);
        list->push_back(name_.spelled(item));
        return {};
    }

    tl::expected<void, Problem> add_capability(Json& container, Record& record) const {
        Json* value = &container;
        size_t made = 0;
        for (const char* key : capability_path) {
            if (!value->is_object() || is_function(*value)) return not_a("map", "linuxParameters");
            Json& next = (*value)[name_(key)];
            if (next.is_null()) {
                next = key == capability_path.back() ? Json::array() : Json::object();
                ++made;
            }
            value = &next;
        }
        if (!value->is_array()) return not_a("list", "linuxParameters");
        if (std::find(value->begin(), value->end(), "SYS_PTRACE") != value->end()) return {};
        value->push_back("SYS_PTRACE");
        record.set_capability(made);
        return {};
    }

    // What the task needs beside the containers.
    tl::expected<void, Problem> patch_whole() {
        Record record;
        if (options_.shape == Shape::Init) {
            const Json* volumes = member(task_, name_("volumes"));
            for (const Json& volume : volumes != nullptr && volumes->is_array() ? *volumes : Json::array()) {
                if (string_of(volume, name_("name")) == ecs_volume) {
                    return tl::unexpected(
                        problem_of(fmt::format("there is a volume '{}' already, which is not of this program's making",
                                               ecs_volume),
                                   "/" + name_("volumes")));
                }
            }
            if (auto done = append(task_, "volumes", {{"name", ecs_volume}}, record); !done) return done;
        }
        Json container = options_.shape == Shape::Sidecar ? sidecar() : init_container();
        if (options_.shape == Shape::Sidecar) {
            const std::string key = name_("pidMode");
            if (member(task_, key) == nullptr) record.set(task_, key, "task");
            if (string_of(task_, key) != "task")
                return tl::unexpected(problem_of("a sidecar needs pidMode task", "/" + key));
        }
        finish(container, record);
        task_[name_("containerDefinitions")].push_back(std::move(container));
        return {};
    }

    Json init_container() const {
        Json container = {{"name", ecs_init_name},
                          {"image", options_.image},
                          {"essential", false},
                          {"entryPoint", {"/bewit"}},
                          {"command", {"install", options_.directory}},
                          {"user", "0"},
                          {"readonlyRootFilesystem", true}};
        if (options_.shape == Shape::Init)
            container["mountPoints"] =
                Json::array({{{"sourceVolume", ecs_volume}, {"containerPath", options_.directory}}});
        return name_.spelled(container);
    }

    Json sidecar() const {
        Json words = {"attach", "--all"};
        for (const std::string& word : options_.run_options) words.push_back(word);
        return name_.spelled(Json{{"name", ecs_sidecar_name},
                                  {"image", options_.image},
                                  {"essential", false},
                                  {"entryPoint", {"/bewit"}},
                                  {"command", std::move(words)},
                                  {"readonlyRootFilesystem", true},
                                  {"linuxParameters", {{"capabilities", {{"add", {"SYS_PTRACE"}}}}}}});
    }

    void finish(Json& container, const Record& record) {
        if (!options_.image_credentials.empty()) {
            container[name_("repositoryCredentials")] =
                Json{{name_("credentialsParameter"), options_.image_credentials}};
        }
        // Without a limit of the task, every container needs one of its own.
        if (member(task_, name_("memory")) == nullptr && !bare_) container[name_("memoryReservation")] = 32;
        if (!log_.is_null()) container[name_("logConfiguration")] = log_;
        container[name_("dockerLabels")] = Json{{ecs_label, record.json().dump()}};
    }

    Json& task_;
    const EcsNames& name_;
    bool bare_;
    const Options& options_;
    ImageSource& images_;
    Report& report_;
    std::vector<std::string> ignored_, included_;
    size_t patched_ = 0;
    Json log_;  // the first patched container's
};

// Whether it is the container that a patch added, which its label tells and its entry point bears out.
bool is_own(const Json& container, const EcsNames& names) {
    const std::string name = string_of(container, names("name"));
    const Json* entry = member(container, names("entryPoint"));
    return (name == ecs_init_name || name == ecs_sidecar_name) && entry != nullptr &&
           *entry == Json::array({"/bewit"}) && record_of(container, names);
}

// Takes back what the label tells of and what is there: the label alone, which anybody can write, proves nothing, and
// is then left as it is.
void unpatch_container(Json& container, const EcsNames& names, bool has_own) {
    const auto record = record_of(container, names);
    if (!record) return;
    const CommandKeys keys{names("entryPoint"), names("command")};
    // Somebody may have changed the command since.
    const bool in_front = bears_out(container, keys, *record);
    if (!in_front && !has_own) return;
    if (in_front) {
        take_from_front(container, keys, *record);
        record->undo(container, {keys.entry, keys.arguments});
    }
    if (const auto capability = record->capability()) remove_capability(container, names, *capability);
    erase_items(container, names("mountPoints"), names("sourceVolume"), ecs_volume);
    erase_items(container, names("volumesFrom"), names("sourceContainer"), ecs_init_name);
    erase_items(container, names("dependsOn"), names("containerName"), ecs_init_name);
    erase(*member(container, names("dockerLabels")), ecs_label);
    record->undo(container, {names("mountPoints"), names("volumesFrom"), names("dependsOn"), names("dockerLabels")});
}

}  // namespace

tl::expected<void, Problem> patch_task(Json& task, const EcsNames& names, bool bare, const std::vector<EcsTag>& tags,
                                       const Options& options, ImageSource& images, Report& report) {
    return TaskPatch(task, names, bare, options, images, report).patch(tags);
}

void unpatch_task(Json& task, const EcsNames& names) {
    Json* containers = member(task, names("containerDefinitions"));
    if (containers == nullptr || !containers->is_array()) return;
    Json kept = Json::array();
    std::optional<Record> whole;
    for (const Json& container : *containers) {
        if (is_own(container, names)) whole = record_of(container, names);
    }
    for (Json& container : *containers) {
        if (is_own(container, names)) continue;
        (void)each_branch(container, [&](Json& branch) {
            if (branch.is_object()) unpatch_container(branch, names, whole.has_value());
            return tl::expected<void, Problem>();
        });
        kept.push_back(std::move(container));
    }
    *containers = std::move(kept);
    if (!whole) return;
    erase_items(task, names("volumes"), names("name"), ecs_volume);
    whole->undo(task, {names("volumes"), names("pidMode")});
}

}  // namespace bewit::patch
