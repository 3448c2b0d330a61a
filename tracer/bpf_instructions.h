// The few instructions of classic BPF that seccomp programs are made of (tracer/bpf_program.h).
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>

namespace bewit::tracer {

constexpr sock_filter statement(uint16_t code, uint32_t k) { return {code, 0, 0, k}; }
constexpr sock_filter jump(uint16_t operation, uint32_t k, uint8_t if_true, uint8_t if_false) {
    return {static_cast<uint16_t>(BPF_JMP | operation | BPF_K), if_true, if_false, k};
}
constexpr sock_filter load(size_t offset) { return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)); }
constexpr sock_filter give(uint32_t action) { return statement(BPF_RET | BPF_K, action); }

}  // namespace bewit::tracer
