#include "injector/doctor/decision.h"

#include <linux/capability.h>

#include <fmt/format.h>

namespace bewit::doctor {
namespace {

constexpr unsigned strict_seccomp = 1, yama_no_attach = 3;

std::string in_container(const Evidence& evidence, std::string_view what) {
    return fmt::format("{}{}", what,
                       evidence.container ? "; a container gets it only from whoever starts it" : "; root has it");
}

std::optional<std::string> against_kmod(const Evidence& evidence) {
    if (!evidence.modules) return "this kernel takes no modules";
    if (!has_capability(evidence, CAP_SYS_MODULE))
        return in_container(evidence, "loading a module needs CAP_SYS_MODULE");
    if (evidence.module_signatures) {
        return fmt::format("the kernel takes only modules with a signature that it trusts{}",
                           evidence.lockdown == "absent" || evidence.lockdown == "none"
                               ? ""
                               : " (lockdown: " + evidence.lockdown + ")");
    }
    if (!evidence.kernel_headers)
        return fmt::format("the headers of kernel {} are not here, and a module is built with them", evidence.kernel);
    return std::nullopt;
}

std::optional<std::string> against_ebpf(const Evidence& evidence) {
    if (!evidence.btf) return "this kernel has no BTF (/sys/kernel/btf/vmlinux)";
    const bool admin = has_capability(evidence, CAP_SYS_ADMIN);
    if (!admin && !(has_capability(evidence, CAP_BPF) && has_capability(evidence, CAP_PERFMON))) {
        return in_container(evidence, "loading BPF programs needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN");
    }
    if (evidence.lockdown == "confidentiality")
        return "lockdown (confidentiality) keeps BPF programs from reading kernel memory";
    return std::nullopt;
}

std::optional<std::string> against_ptrace(const Evidence& evidence) {
    if (evidence.seccomp == strict_seccomp) return "this process is in seccomp's strict mode";
    if (evidence.yama.value_or(0) >= yama_no_attach)
        return "Yama's ptrace_scope is 3: nothing may be traced until the next boot";
    return std::nullopt;
}

}  // namespace

std::string_view name(SourceKind kind) {
    switch (kind) {
        case SourceKind::Kmod:
            return "kmod";
        case SourceKind::Ebpf:
            return "ebpf";
        case SourceKind::Ptrace:
            return "ptrace";
    }
    return "";
}

bool sees_whole_machine(SourceKind kind) { return kind != SourceKind::Ptrace; }

std::optional<std::string> obstacle(SourceKind kind, const Evidence& evidence) {
    switch (kind) {
        case SourceKind::Kmod:
            return against_kmod(evidence);
        case SourceKind::Ebpf:
            return against_ebpf(evidence);
        case SourceKind::Ptrace:
            return against_ptrace(evidence);
    }
    return std::nullopt;
}

std::string command_line(std::optional<SourceKind> kind, const Evidence& evidence) {
    if (!kind) return "bewit run --on-error continue -- COMMAND";
    if (*kind == SourceKind::Ptrace) return "bewit run -- COMMAND";
    return fmt::format("{}bewit host --source {}", evidence.uid == 0 ? "" : "sudo ", name(*kind));
}

}  // namespace bewit::doctor
