// What bewit's threads beside the tracer's can do no more. They read what comes from outside (an HTTP server's answers,
// names), so they are held to what they are there for by a seccomp program of their own (seccomp(2)); the others'
// memory is theirs, too, so this narrows an attack and does not end it.
#pragma once

#include <cstdint>

namespace bewit::tracer {

enum class Errand : uint8_t {
    Computing,  // memory, files, sockets, threads like itself
    Signalling  // signals to other processes, too
};

// Of the calling thread, for the rest of its life, and of threads that it starts: no program and no process is started,
// none looked into or traced; no memory becomes executable; no user, root, namespace or mount is changed; nothing is
// loaded into the kernel. Such a call fails with EPERM. False where the kernel does not take the program, which leaves
// the thread as it was.
bool confine_thread(Errand errand);

}  // namespace bewit::tracer
