// What call sites were worth in the processes before: programs are run again and again, and a site of a library stands
// at the same place in its page in each of them.
#pragma once

#include <array>
#include <cstdint>

namespace bewit::tracer {

class SiteHistory {
public:
    // Whether a site that stops for the first time in its process is to be taken at once. Now and then it is not, so
    // that what is known stays true.
    bool promises(uint64_t site);
    // In a process where it was not taken at once it stopped often, or it did not.
    void was_worth(uint64_t site) { change(site, +1); }
    void was_not_worth(uint64_t site) { change(site, -1); }

private:
    void change(uint64_t site, int by);

    std::array<int8_t, 4096> score_{};
    uint8_t asked_ = 0;
};

}  // namespace bewit::tracer
