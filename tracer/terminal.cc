#include "tracer/terminal.h"

#include <fcntl.h>
#include <unistd.h>

namespace bewit::tracer {

std::optional<Terminal> Terminal::in_foreground() {
    // A container without /dev/tty still has the terminal as one of the first three descriptors.
    UniqueFd fd(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    for (int standard = 0; !fd && standard <= 2; ++standard) {
        if (tcgetpgrp(standard) >= 0) fd = UniqueFd(fcntl(standard, F_DUPFD_CLOEXEC, 3));
    }
    if (!fd || tcgetpgrp(fd.get()) != getpgrp()) return std::nullopt;
    return Terminal(std::move(fd));
}

void Terminal::hand_to(pid_t group) const { tcsetpgrp(fd_.get(), group); }

}  // namespace bewit::tracer
