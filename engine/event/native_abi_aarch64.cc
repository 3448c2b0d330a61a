#include "engine/event/syscalls.h"

namespace bewit::event {

Abi native_abi() { return Abi::Aarch64; }

}  // namespace bewit::event
