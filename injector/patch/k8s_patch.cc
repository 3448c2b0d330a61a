#include "injector/patch/k8s_patch.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "injector/patch/container.h"
#include "injector/patch/mount_place.h"

namespace bewit::patch {
namespace {

const CommandKeys command_keys{"command", "args", true};

// The API groups whose kinds are meant; others give the same names to other things (a Job of Volcano).
bool is_known_group(const std::string& version) {
    static constexpr std::array<std::string_view, 5> groups = {"", "apps", "batch", "extensions", "argoproj.io"};
    const size_t slash = version.find('/');
    const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

// Where an object holds the one whose `metadata` and `spec` are a pod's.
std::vector<std::string> way_to_pod(const Json& object) {
    const std::string kind = string_of(object, "kind");
    if (!is_known_group(string_of(object, "apiVersion"))) return {};
    static constexpr std::array<std::string_view, 7> with_template = {
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController", "Rollout"};
    if (kind == "Pod") return {""};
    if (kind == "PodTemplate") return {"template"};
    if (kind == "CronJob") return {"spec", "jobTemplate", "spec", "template"};
    for (const std::string_view name : with_template) {
        if (kind == name) return {"spec", "template"};
    }
    return {};
}

std::string annotation(const Json& pod, const char* name) {
    const Json* metadata = member(pod, "metadata");
    const Json* annotations = metadata == nullptr ? nullptr : member(*metadata, "annotations");
    return annotations == nullptr ? "" : string_of(*annotations, name);
}

// The containers that run as long as the pod does: all but init containers that end. `visit` gets each until it gives
// an error, whose pointer then starts at the spec.
tl::expected<void, Problem> each_lasting(Json& spec, const std::function<tl::expected<void, Problem>(Json&)>& visit) {
    for (const char* list : {"containers", "initContainers"}) {
        Json* items = member(spec, list);
        for (size_t i = 0; items != nullptr && items->is_array() && i < items->size(); ++i) {
            if (list == std::string_view("initContainers") && string_of((*items)[i], "restartPolicy") != "Always")
                continue;
            if (auto done = visit((*items)[i]); !done) return within(done.error(), {list, std::to_string(i)});
        }
    }
    return {};
}

class PodPatch {
public:
    PodPatch(Json& pod, const Options& options, ImageSource& images, Report& report)
        : pod_(pod), options_(options), images_(images), report_(report) {}

    tl::expected<void, Problem> patch(const std::string& title) {
        if (!admits(pod_, options_)) {
            const std::string wish = annotation(pod_, k8s_inject_annotation);
            report_.notes.push_back(
                fmt::format("{} is left out: {} is {}", title, k8s_inject_annotation, wish.empty() ? "not set" : wish));
            return {};
        }
        if (!annotation(pod_, k8s_record_annotation).empty()) {
            report_.notes.push_back(
                fmt::format("{}: the annotation {} tells of a patch that is not there, and is ignored", title,
                            k8s_record_annotation));
        }
        if (auto fit = check(); !fit) return fit;
        if (auto done = each_lasting(pod_["spec"], [this](Json& container) { return patch_container(container); });
            !done)
            return within(done.error(), "spec");
        report_.containers += records_.size();
        if (records_.empty()) return {};
        return options_.shape == Shape::Init ? add_source() : write_record();
    }

private:
    tl::expected<void, Problem> check() const {
        if (options_.shape != Shape::Init && options_.shape != Shape::InImage) {
            return tl::unexpected(problem_of("for Kubernetes, --shape is init or in-image"));
        }
        const Json* spec = member(pod_, "spec");
        const Json* containers = spec == nullptr ? nullptr : member(*spec, "containers");
        if (containers == nullptr || !containers->is_array())
            return tl::unexpected(problem_of("the pod has no list of containers", "/spec"));
        if (member(*spec, "<<") != nullptr) return merge_key("/spec");
        for (const auto& [holder, key] : {std::pair("os", "name"), std::pair("nodeSelector", "kubernetes.io/os"),
                                          std::pair("nodeSelector", "beta.kubernetes.io/os")}) {
            const Json* value = member(*spec, holder);
            if (value != nullptr && string_of(*value, key) == "windows") {
                return tl::unexpected(
                    problem_of("bewit runs on Linux only: leave this pod out", std::string("/spec/") + holder));
            }
        }
        if (options_.shape != Shape::Init) return {};
        for (const auto& [list, name] :
             {std::pair("initContainers", k8s_init_name), std::pair("volumes", k8s_volume)}) {
            const Json* items = member(*spec, list);
            for (const Json& item : items != nullptr && items->is_array() ? *items : Json::array()) {
                if (string_of(item, "name") == name) {
                    return tl::unexpected(
                        problem_of(fmt::format("'{}' is there already, and not of this program's making", name),
                                   std::string("/spec/") + list));
                }
            }
        }
        return {};
    }

    static tl::unexpected<Problem> merge_key(const std::string& pointer) {
        return tl::unexpected(problem_of("the merge key << hides what is in here: write it out", pointer));
    }

    Platform platform() const {
        const Json* selector = member(*member(std::as_const(pod_), "spec"), "nodeSelector");
        const std::string stated = selector == nullptr ? "" : string_of(*selector, "kubernetes.io/arch");
        return {.architecture = stated.empty() ? "amd64" : stated, .assumed = stated.empty()};
    }

    tl::expected<void, Problem> patch_container(Json& container) {
        if (!container.is_object()) return tl::unexpected(problem_of("a container must be an object"));
        const std::string name = string_of(container, "name");
        if (name.empty()) return tl::unexpected(problem_of("a container must have a name"));
        if (!selected(options_, name)) {
            report_.notes.push_back(fmt::format("container '{}' is left out", name));
            return {};
        }
        if (member(container, "<<") != nullptr) return merge_key("/");
        Record record;
        if (auto done = put_in_front(container, command_keys, prefix_words(options_), images_, platform(), record);
            !done)
            return done;
        if (options_.shape == Shape::Init) {
            if (auto fit = check_mounts(container); !fit) return fit;
            Json* mounts = record.list(container, "volumeMounts");
            if (mounts == nullptr) return tl::unexpected(problem_of("this must be a list", "/volumeMounts"));
            mounts->push_back({{"name", k8s_volume}, {"mountPath", options_.directory}, {"readOnly", true}});
        }
        records_[name] = record.json();
        return {};
    }

    // Where the volume goes, nothing else may be.
    tl::expected<void, Problem> check_mounts(const Json& container) const {
        const Json* mounts = member(container, "volumeMounts");
        for (size_t i = 0; mounts != nullptr && mounts->is_array() && i < mounts->size(); ++i) {
            const Json& mount = (*mounts)[i];
            const Json* read_only = member(mount, "readOnly");
            const bool fixed = (read_only != nullptr && *read_only == true) || is_read_only(string_of(mount, "name"));
            const auto conflict = mount_conflict(string_of(mount, "mountPath"), fixed, options_.directory);
            if (conflict) return tl::unexpected(problem_of(*conflict, fmt::format("/volumeMounts/{}", i)));
        }
        return {};
    }

    // Whether a volume of the pod is of a kind that nobody can write to.
    bool is_read_only(const std::string& name) const {
        const Json* volumes = member(*member(std::as_const(pod_), "spec"), "volumes");
        for (const Json& volume : volumes != nullptr && volumes->is_array() ? *volumes : Json::array()) {
            if (string_of(volume, "name") != name) continue;
            for (const char* kind : {"configMap", "secret", "downwardAPI", "projected", "image"}) {
                if (member(volume, kind) != nullptr) return true;
            }
        }
        return false;
    }

    // What fills the volume, and the volume.
    tl::expected<void, Problem> add_source() {
        Json& spec = pod_["spec"];
        Json* volumes = whole_.list(spec, "volumes");
        if (volumes == nullptr) return tl::unexpected(problem_of("this must be a list", "/spec/volumes"));
        volumes->push_back({{"name", k8s_volume}, {"emptyDir", Json::object()}});
        Json* before = whole_.list(spec, "initContainers");
        if (before == nullptr) return tl::unexpected(problem_of("this must be a list", "/spec/initContainers"));
        before->insert(
            before->begin(),
            Json{{"name", k8s_init_name},
                 {"image", options_.image},
                 {"command", {"/bewit"}},
                 {"args", {"install", options_.directory}},
                 {"volumeMounts", Json::array({{{"name", k8s_volume}, {"mountPath", options_.directory}}})},
                 {"resources", {{"requests", {{"cpu", "10m"}, {"memory", "32Mi"}}}, {"limits", {{"memory", "64Mi"}}}}},
                 {"securityContext",
                  {{"runAsUser", 65532},
                   {"runAsNonRoot", true},
                   {"readOnlyRootFilesystem", true},
                   {"allowPrivilegeEscalation", false},
                   {"capabilities", {{"drop", {"ALL"}}}},
                   {"seccompProfile", {{"type", "RuntimeDefault"}}}}}});
        return write_record();
    }

    tl::expected<void, Problem> write_record() {
        Record outer, inner;
        Json* metadata = outer.map(pod_, "metadata");
        Json* annotations = metadata == nullptr ? nullptr : inner.map(*metadata, "annotations");
        if (annotations == nullptr)
            return tl::unexpected(problem_of("metadata and its annotations must be maps", "/metadata"));
        const Json record = {
            {"object", outer.json()}, {"metadata", inner.json()}, {"spec", whole_.json()}, {"containers", records_}};
        (*annotations)[k8s_record_annotation] = record.dump();
        return {};
    }

    Json& pod_;
    const Options& options_;
    ImageSource& images_;
    Report& report_;
    Record whole_;
    Json records_ = Json::object();
};

// The container that fills the volume, as add_source() makes it.
bool has_source(const Json& spec) {
    const Json* list = member(spec, "initContainers");
    if (list == nullptr || !list->is_array()) return false;
    return std::any_of(list->begin(), list->end(), [](const Json& item) {
        const Json* command = member(item, "command");
        return string_of(item, "name") == k8s_init_name && command != nullptr && *command == Json::array({"/bewit"});
    });
}

// Takes back what the record tells of and what is there: the annotation alone, which anybody can write, proves nothing,
// and is then left as it is.
void unpatch_pod(Json& pod) {
    Json* metadata = member(pod, "metadata");
    Json* annotations = metadata == nullptr ? nullptr : member(*metadata, "annotations");
    const std::string text = annotation(pod, k8s_record_annotation);
    const Json record = Json::parse(text.size() > 65536 ? "" : text, nullptr, false);
    Json* spec = member(pod, "spec");
    if (!record.is_object() || spec == nullptr) return;
    const auto part = [&](const Json& from, const std::string& key) {
        const Json* json = member(from, key);
        return Record(json == nullptr ? Json() : *json);
    };
    const Json* records = member(record, "containers");
    Json* containers = member(*spec, "containers");
    if (containers == nullptr || !containers->is_array() || records == nullptr) return;
    const bool from_volume = has_source(*spec);
    bool borne_out = from_volume;
    (void)each_lasting(*spec, [&](Json& container) -> tl::expected<void, Problem> {
        const std::string name = string_of(container, "name");
        if (name.empty() || member(*records, name) == nullptr) return {};
        const Record done = part(*records, name);
        // Somebody may have changed the command since.
        const bool in_front = bears_out(container, command_keys, done);
        if (in_front) {
            take_from_front(container, command_keys, done);
            done.undo(container, {command_keys.entry, command_keys.arguments});
        }
        if (from_volume) {
            erase_items(container, "volumeMounts", "name", k8s_volume);
            done.undo(container, {"volumeMounts"});
        }
        borne_out = borne_out || in_front;
        return {};
    });
    if (!borne_out) return;
    if (from_volume) {
        erase_items(*spec, "volumes", "name", k8s_volume);
        erase_items(*spec, "initContainers", "name", k8s_init_name);
        part(record, "spec").undo(*spec, {"volumes", "initContainers"});
    }
    erase(*annotations, k8s_record_annotation);
    part(record, "metadata").undo(*metadata, {"annotations"});
    part(record, "object").undo(pod, {"metadata"});
}

std::string title_of(const Json& object) {
    const Json* metadata = member(object, "metadata");
    return string_of(object, "kind") + " " + (metadata == nullptr ? "" : string_of(*metadata, "name"));
}

// A kind that is not known here and looks as if it made pods.
void note_template(const Json& object, std::vector<std::string>& notes) {
    const Json* step = &object;
    for (const char* key : {"spec", "template", "spec", "containers"}) {
        step = member(*step, key);
        if (step == nullptr) return;
    }
    notes.push_back(
        fmt::format("{} is of {}, which is not known here, and stays as it is: its containers will not run under bewit",
                    title_of(object), string_of(object, "apiVersion")));
}

// Runs `visit` on the pod of `object`, or on those of a list. `notes` may be null.
tl::expected<void, Problem> each_pod(
    Json& object, std::vector<std::string>* notes,
    const std::function<tl::expected<void, Problem>(Json&, const std::string&)>& visit) {
    const std::string kind = string_of(object, "kind");
    if (Json* items = member(object, "items"); items != nullptr && items->is_array() && kind.ends_with("List")) {
        for (size_t i = 0; i < items->size(); ++i) {
            if (string_of((*items)[i], "kind").ends_with("List")) continue;  // a list of lists is no manifest
            if (auto done = each_pod((*items)[i], notes, visit); !done)
                return within(done.error(), {"items", std::to_string(i)});
        }
        return {};
    }
    std::vector<std::string> way = way_to_pod(object);
    if (way.empty()) {
        if (notes != nullptr) note_template(object, *notes);
        return {};
    }
    if (way[0].empty()) way.clear();
    Json* pod = &object;
    for (const std::string& step : way) {
        pod = member(*pod, step);
        if (pod == nullptr || !pod->is_object())
            return tl::unexpected(problem_of(fmt::format("this {} has no pod template", kind)));
    }
    auto done = visit(*pod, title_of(object));
    if (done) return {};
    return within(std::move(done.error()), way);
}

}  // namespace

bool admits(const Json& pod, const Options& options) {
    const std::string wish = annotation(pod, k8s_inject_annotation);
    return options.opt_in ? wish == "true" : wish != "false";
}

tl::expected<Json, Problem> patch_k8s(const Json& object, const Options& options, ImageSource& images, Report& report) {
    Json result = object;
    const auto done = each_pod(result, &report.notes, [&](Json& pod, const std::string& title) {
        unpatch_pod(pod);
        return PodPatch(pod, options, images, report).patch(title);
    });
    if (!done) return tl::unexpected(done.error());
    return result;
}

tl::expected<Json, Problem> unpatch_k8s(const Json& object) {
    Json result = object;
    const auto done = each_pod(result, nullptr, [](Json& pod, const std::string&) {
        unpatch_pod(pod);
        return tl::expected<void, Problem>();
    });
    if (!done) return tl::unexpected(done.error());
    return result;
}

}  // namespace bewit::patch
