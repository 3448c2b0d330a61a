// Classic BPF for seccomp(2): checked, printed, and evaluated without a kernel, so that a test can ask what a program
// decides. struct sock_filter and seccomp_data are those of <linux/filter.h> and <linux/seccomp.h>.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bewit::tracer {

using BpfProgram = std::vector<sock_filter>;

// The action that the kernel would take: SECCOMP_RET_* with its data. The program must have passed verify().
uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& data);
// The same, and how many instructions it took.
uint32_t evaluate(std::span<const sock_filter> program, const seccomp_data& data, size_t& steps);
// What the kernel's checker demands (seccomp_check_filter, bpf_check_classic): empty when good, else why not.
std::string verify(std::span<const sock_filter> program);
// One line an instruction: number, mnemonic, targets.
std::string listing(std::span<const sock_filter> program);

}  // namespace bewit::tracer
