// What a machine says of itself, as far as it bears on the sources of events. Read, not concluded: whether a source
// works is found out by trying it (injector/doctor/trial.h); this tells why one does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bewit::doctor {

struct Evidence {
    std::string kernel;        // uname -r
    std::string architecture;  // uname -m
    unsigned uid = 0;
    uint64_t capabilities = 0;        // effective, a bit each (capabilities(7))
    bool btf = false;                 // /sys/kernel/btf/vmlinux
    std::string lockdown = "absent";  // none, integrity, confidentiality (kernel_lockdown(7)); absent
    bool modules = false;  // this kernel takes modules at all, and still does (/proc/sys/kernel/modules_disabled)
    bool module_signatures = false;  // only modules with a signature that the kernel trusts
    bool kernel_headers = false;     // of the running kernel: what a module is built with
    unsigned seccomp = 0;            // of this process: 0 none, 1 strict, 2 a filter (seccomp(2))
    std::optional<unsigned> yama;    // ptrace_scope; nullopt without Yama
    unsigned cgroup = 0;             // 2; 1, also where both are mounted; 0 for none
    bool container = false;          // this process is in one
    std::string vendor;              // of the machine, from DMI; empty where there is none
    std::string cloud;  // "ECS on Fargate", "ECS on EC2", "EKS", "EC2", "GKE", "Compute Engine", ...; empty when it is
                        // none known
    std::string cloud_origin;  // where that is from, or why it could not be asked
};

// Of this machine. `root` is put before every path that is read, and is empty but in tests. No network: `cloud` stays
// empty (injector/doctor/cloud.h).
Evidence look_around(const std::string& root = "");

// Bits of Evidence::capabilities.
bool has_capability(const Evidence& evidence, unsigned capability);

}  // namespace bewit::doctor
