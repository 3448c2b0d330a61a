#include "injector/pipeline.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "engine/event/builder.h"
#include "injector/rule_setup.h"

using namespace bewit;

namespace {

class NoWitness final : public event::Witness {
public:
    uint32_t process(Tid, uint32_t, event::ProcessFacts&) override { return 0; }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
};

struct Kept final : AlertSink {
    explicit Kept(std::vector<nlohmann::json>& kept) : kept(kept) {}
    bool write(const AlertLine& line) override {
        kept.push_back(nlohmann::json::parse(line.text));
        return true;
    }
    std::string_view name() const override { return "kept"; }
    std::vector<nlohmann::json>& kept;
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
    std::vector<nlohmann::json> told;  // of the queue's thread, until close()
    std::vector<std::unique_ptr<AlertSink>> sinks;
    sinks.push_back(std::make_unique<Kept>(told));
    AlertQueue alerts(std::move(sinks), {});
    Pipeline pipeline(state, *setup->rules, alerts,
                      {.hostname = "host", .outputs = std::move(setup->outputs), .static_fields = {}});
    event::Builder builder;
    const auto unreadable_at = [&](uint64_t time_ns) {
        builder.begin(*event::find_event("openat"), time_ns, Tid{77});
        pipeline.on_unreadable(builder.finish());
    };
    constexpr uint64_t begin = 1000 * second;
    for (uint64_t i = 0; i <= 60; ++i) unreadable_at(begin + i * second);
    alerts.close(std::chrono::seconds(60));
    REQUIRE(told.size() == 2);
    for (const nlohmann::json& alert : told) {
        CHECK(alert["rule"] == "bewit internal: unreadable");
        CHECK(alert["output"].get<std::string>().find("thread 77") != std::string::npos);
    }
    const nlohmann::json& facts = told[0]["output_fields"];
    CHECK((facts["evt.type"] == "openat" && facts["thread.tid"] == "77" && facts["calls"] == "1"));
    CHECK(told[1]["output_fields"]["calls"] == "61");
}
