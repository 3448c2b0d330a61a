// Host names in conditions: `fd.sip.name = example.com` holds when the address is one of those that the name stands for
// now.
#pragma once

#include <string_view>

#include "engine/event/descriptor.h"

namespace bewit::match {

// The engine looks at no network: whoever can resolve names answers. Asked on the thread that evaluates rules; must
// answer at once, from what it already knows.
class NameResolver {
public:
    virtual ~NameResolver() = default;
    // A rule names it: called once per name while rules are compiled, so that resolving can begin.
    virtual void expect(std::string_view name) = 0;
    virtual bool has(std::string_view name, const event::Address& address) = 0;
};

}  // namespace bewit::match
