// Which source of events to take. One decision for `bewit doctor` and for `bewit host --source auto`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "injector/doctor/evidence.h"

namespace bewit::doctor {

enum class SourceKind : uint8_t { Kmod, Ebpf, Ptrace };

// The best first: what sees the whole machine at the least cost, down to what needs no permission at all.
constexpr std::array order{SourceKind::Kmod, SourceKind::Ebpf, SourceKind::Ptrace};

// As it is written after --source: kmod, ebpf, ptrace.
std::string_view name(SourceKind kind);
// Whether it sees every process of the machine.
bool sees_whole_machine(SourceKind kind);

// The first of `order` of which `works(kind)` is true; asked until one is.
template <typename Works>
std::optional<SourceKind> choose(Works works) {
    for (const SourceKind kind : order) {
        if (works(kind)) return kind;
    }
    return std::nullopt;
}

// Why `kind` cannot work on such a machine, as far as that can be told without trying: one sentence. nullopt when
// nothing stands against it.
std::optional<std::string> obstacle(SourceKind kind, const Evidence& evidence);

// The command line for it.
std::string command_line(std::optional<SourceKind> kind, const Evidence& evidence);

}  // namespace bewit::doctor
