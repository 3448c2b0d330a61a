#include "injector/doctor/evidence.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "injector/configuration.h"
#include "injector/container_facts.h"
#include "injector/text_file.h"

namespace bewit::doctor {
namespace {

std::optional<std::string> line(const std::string& path) {
    auto text = read_text_file(path);
    if (text) text->erase(std::min(text->find('\n'), text->size()));
    return text;
}

bool exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

template <typename Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    const size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::nullopt;
    Number value = 0;
    const auto [end, bad] = std::from_chars(text.data() + begin, text.data() + text.size(), value, base);
    if (bad != std::errc() || end == text.data() + begin) return std::nullopt;
    return value;
}

// The value of "NAME:\tVALUE" in a text of such lines (proc_pid_status(5)).
std::string_view value_of(std::string_view text, std::string_view name) {
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view row = text.substr(begin, end - begin);
        if (row.starts_with(name) && row.size() > name.size() && row[name.size()] == ':')
            return row.substr(name.size() + 1);
        begin = end + 1;
    }
    return {};
}

// "none [integrity] confidentiality": the one in brackets is in force.
std::string lockdown_of(const std::string& text) {
    const size_t begin = text.find('['), end = text.find(']');
    return begin == std::string::npos || end == std::string::npos || end < begin
               ? "absent"
               : text.substr(begin + 1, end - begin - 1);
}

}  // namespace

Evidence look_around(const std::string& root) {
    Evidence evidence;
    utsname names{};
    if (uname(&names) == 0) {
        evidence.kernel = names.release;
        evidence.architecture = names.machine;
    }
    // Simulated machines have their kernel's names in files.
    if (!root.empty()) evidence.kernel = line(root + "/proc/sys/kernel/osrelease").value_or("");
    const std::string status = read_text_file(root + "/proc/self/status").value_or("");
    evidence.uid = number<unsigned>(value_of(status, "Uid")).value_or(0);
    evidence.capabilities = number<uint64_t>(value_of(status, "CapEff"), 16).value_or(0);
    evidence.seccomp = number<unsigned>(value_of(status, "Seccomp")).value_or(0);
    evidence.btf = exists(root + "/sys/kernel/btf/vmlinux");
    if (const auto text = line(root + "/sys/kernel/security/lockdown")) evidence.lockdown = lockdown_of(*text);
    evidence.modules =
        exists(root + "/proc/modules") && line(root + "/proc/sys/kernel/modules_disabled").value_or("0") != "1";
    // Lockdown wants signatures whatever the parameter says.
    evidence.module_signatures = line(root + "/sys/module/module/parameters/sig_enforce").value_or("N") == "Y" ||
                                 evidence.lockdown == "integrity" || evidence.lockdown == "confidentiality";
    evidence.kernel_headers = exists(root + "/lib/modules/" + evidence.kernel + "/build");
    if (const auto text = line(root + "/proc/sys/kernel/yama/ptrace_scope")) evidence.yama = number<unsigned>(*text);
    evidence.cgroup = exists(root + "/sys/fs/cgroup/cgroup.controllers")                      ? 2
                      : exists(root + "/proc/self/cgroup") && exists(root + "/sys/fs/cgroup") ? 1
                                                                                              : 0;
    evidence.container = !find_container(Configuration{}, root).is_host();
    evidence.vendor = line(root + "/sys/class/dmi/id/sys_vendor").value_or("");
    return evidence;
}

bool has_capability(const Evidence& evidence, unsigned capability) {
    return (evidence.capabilities >> capability & 1) != 0;
}

}  // namespace bewit::doctor
