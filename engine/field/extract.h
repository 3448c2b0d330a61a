// From a field, an event and the state to a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/view.h"
#include "engine/field/catalogue.h"
#include "engine/field/value.h"
#include "engine/state/state.h"

namespace bewit::field {

// Memory for values that have to be put together; empty again with every event, and never given back. What it hands out
// stays where it is until clear(). Not thread-safe.
class Scratch {
public:
    std::string_view keep(std::string_view text);
    std::span<const Value> keep(std::span<const Value> values);
    // `size` bytes that the caller fills.
    std::span<char> take(size_t size);
    // An empty text or list that may grow, with the memory that it had in earlier events.
    std::string& text();
    std::vector<Value>& list();
    void clear();

    // 1, 2, 3, ...: goes on over clear().
    uint64_t count() { return ++count_; }

private:
    template <class T>
    struct Pool {
        std::vector<std::unique_ptr<T>> items;
        size_t used = 0;

        T& next();
    };
    char* reserve(size_t size, size_t alignment);

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::vector<size_t> sizes_;
    size_t block_ = 0;
    size_t used_ = 0;
    Pool<std::string> texts_;
    Pool<std::vector<Value>> lists_;
    uint64_t count_ = 0;
};

// All that an extraction may look at.
struct Context {
    const event::View& event;
    state::State& state;
    Scratch& scratch;
    uint64_t number = 0;    // evt.num
    bool at_entry = false;  // the look before the call: what only the result can tell is Unknown
    // The value is to be printed rather than compared. Fields that are for conditions only are Absent then, and those
    // that stand for every ancestor give one text instead of a list.
    bool shown = false;
    std::string_view hostname = {};  // evt.hostname; empty: none
    uint64_t first_time_ns = 0;      // of the first event: evt.reltime counts from it; 0: from this event
    uint64_t previous_time_ns = 0;   // of the event before: evt.deltatime; 0: there was none
    std::string_view resolved =
        {};  // of an open: the kernel's name of the file, which rules are asked about instead of the given one
    bool truncated = false;  // the source knows that it cut a text: bewit.truncated
};

// The field's value for the event.
//
// Unknown comes only with `at_entry`. When `value` has a form then, the field will be absent or have exactly this
// value: a test that the value fails cannot hold after the call either.
//
// Fields that give a list though they are no lists, when compared:
//   proc.aname and its like without an argument (Field::any_ancestor)
//       all ancestors, the parent first; Absent when there is none. The comparison holds when it holds for any one.
//   fd.ip, fd.net, fd.port, fd.proto (EitherEndpoint)
//       client and server of a connection, in this order; of a socket that only listens its own end alone. `!=` holds
//       when it holds for all, any other operator when it holds for one.
// fd.cip.name, fd.sip.name, fd.lip.name and fd.rip.name give the address, for whoever knows what the rule's names stand
// for; when shown they are Absent, since no address is looked up backwards. evt.around[T] gives the distance between
// the event and T in nanoseconds: `= D` is meant as "at most D milliseconds".
Presence extract(const Field& field, Context& context, Value& value);

}  // namespace bewit::field
