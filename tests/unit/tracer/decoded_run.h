// Runs a function in a traced child and decodes every call that it makes, at the entry and after it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/view.h"
#include "tracer/decoder.h"

namespace bewit::tracer::test {

struct DecodedCall {
    std::string name;
    std::vector<std::byte> entry, exit;
    uint8_t truncated = 0;
    Tid tid = Tid::None;

    event::View at_entry() const { return event::View::parse(entry).value(); }
    event::View at_exit() const { return event::View::parse(exit).value(); }
};

class DecodedRun {
public:
    // `body` runs in a child of one thread and ends it by returning. `facts`: the FactGroup bits that are wanted.
    explicit DecodedRun(const std::function<void()>& body, uint32_t facts = 0);

    // The `n`-th call of that evt.type; the test fails when there is none.
    const DecodedCall& call(std::string_view name, size_t n = 0) const;
    event::View exit(std::string_view name, size_t n = 0) const { return call(name, n).at_exit(); }
    event::View entry(std::string_view name, size_t n = 0) const { return call(name, n).at_entry(); }
    // The record of the successful exec.
    event::View executed() const;

private:
    std::vector<DecodedCall> calls_;
    std::vector<std::byte> executed_;
};

}  // namespace bewit::tracer::test
