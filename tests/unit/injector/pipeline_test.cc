#include "injector/pipeline.h"

#include <doctest/doctest.h>

#include "engine/event/builder.h"
#include "injector/rule_setup.h"

using namespace bewit;

namespace {

class NoWitness final : public event::Witness {
public:
    uint32_t process(Tid, uint32_t, event::ProcessFacts&) override { return 0; }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
};

constexpr uint64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("what could not be read is told at once, and then once a minute with the number of all") {
    Configuration configuration;
    configuration.rules = {"builtin"};
    const std::unique_ptr<RuleSetup> setup = set_up_rules(configuration);
    REQUIRE(setup->ok());
    NoWitness witness;
    state::State state(witness, 0);
    AlertQueue alerts({}, {});
    std::vector<std::map<std::string, std::string>> told;
    Pipeline pipeline(state, *setup->rules, alerts, {.hostname = "host", .outputs = std::move(setup->outputs), .static_fields = {},
                                                     .tell = [&](const std::string& subject, const std::string& sentence, const auto& facts) {
                                                         CHECK(subject == "unreadable");
                                                         CHECK(sentence.find("thread 77") != std::string::npos);
                                                         told.push_back(facts);
                                                     }});
    event::Builder builder;
    const auto unreadable_at = [&](uint64_t time_ns) {
        builder.begin(*event::find_event("openat"), time_ns, Tid{77});
        pipeline.on_unreadable(builder.finish());
    };
    constexpr uint64_t begin = 1000 * second;
    unreadable_at(begin);
    CHECK(told.size() == 1);
    for (uint64_t i = 1; i < 60; ++i) unreadable_at(begin + i * second);
    CHECK(told.size() == 1);
    unreadable_at(begin + 60 * second);
    REQUIRE(told.size() == 2);
    CHECK(told[0] == std::map<std::string, std::string>{{"evt.type", "openat"}, {"thread.tid", "77"}, {"calls", "1"}});
    CHECK(told[1].at("calls") == "61");
}
