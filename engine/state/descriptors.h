// Descriptors of the current event's thread and of others, as the record and the witness tell them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/event/view.h"
#include "engine/event/witness.h"
#include "engine/state/fact_reader.h"
#include "engine/state/process_table.h"
#include "engine/state/record_shape.h"
#include "engine/state/socket_address.h"
#include "engine/state/socket_memory.h"

namespace bewit::state {

// Asks the witness for a descriptor at most once an event, and for none that nobody asks for. Answers hold until the
// next begin().
class Descriptors {
public:
    Descriptors(event::Witness& witness, ProcessTable& table, FactReader& reader)
        : witness_(witness), table_(table), reader_(reader) {}

    // `event`'s bytes must stay until end().
    void begin(const event::View& event);
    void end() { event_ = nullptr; }

    // See State.
    const event::Descriptor* find(Tid tid, Fd fd);
    const event::Descriptor* kernel(Tid tid, Fd fd);
    bool name_changed();
    std::string_view directory(Tid tid, Fd fd);

private:
    enum class Answer : uint8_t { NotAsked, Unknown, Known };
    // What the witness said of one descriptor, and the same with what is remembered of it.
    struct Slot {
        Tid tid = Tid::None;
        Fd fd = Fd::None;
        bool known = false;
        bool recalled = false;
        event::Descriptor kernel, with_memory;
    };

    Slot& slot(Tid tid, Fd fd);
    bool is_of_event(Tid tid, Fd fd) const;
    Pid pid_of(Tid tid);

    const event::Descriptor* of_event();
    bool describe();
    bool describe_open();
    bool describe_socket();
    bool call_succeeded() const;
    void connected_to();
    void accepted();
    void bound();
    void exchanged(bool inbound);
    void set_ends(const SocketAddress& address, bool inbound);
    void recall(event::Descriptor& descriptor, uint64_t key);
    void remember(uint64_t key);
    std::string_view working_directory(Tid tid);

    event::Witness& witness_;
    ProcessTable& table_;
    FactReader& reader_;
    SocketMemory sockets_;

    std::optional<event::View> held_;
    const event::View* event_ = nullptr;  // `held_`, from begin() to end()
    const Shape* shape_ = nullptr;
    Fd event_fd_ = Fd::None;
    Answer answer_ = Answer::NotAsked;
    bool name_changed_ = false;
    event::ProcessFacts thread_directory_;
    event::Descriptor own_;

    std::vector<std::unique_ptr<Slot>> slots_;
    size_t slots_used_ = 0;
};

}  // namespace bewit::state
