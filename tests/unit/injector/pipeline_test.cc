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

// A pipeline with the built-in rules, what it alerts, and opens for it.
struct Fixture {
    Fixture() {
        Configuration configuration;
        configuration.rules = {"builtin"};
        setup = set_up_rules(configuration);
        REQUIRE(setup->ok());
        std::vector<std::unique_ptr<AlertSink>> sinks;
        sinks.push_back(std::make_unique<Kept>(told));
        alerts = std::make_unique<AlertQueue>(std::move(sinks), AlertQueue::Settings{});
        pipeline = std::make_unique<Pipeline>(
            state, *setup->rules, *alerts,
            Pipeline::Settings{
                .hostname = "host", .outputs = std::move(setup->outputs), .static_fields = {}, .resolve_names = true});
    }

    event::View open(std::string_view name, int64_t result, uint64_t time_ns = 1000 * second) {
        builder.begin(*event::find_event("openat"), time_ns, Tid{77});
        while (const event::ParamInfo* next = builder.next()) {
            if (next->name == "fd") {
                builder.add_int(result);
            } else if (next->name == "name" && !name.empty()) {
                builder.add_text(name);
            } else {
                builder.add_absent();
            }
        }
        return builder.finish();
    }

    std::vector<nlohmann::json> told;  // of the queue's thread, until close()
    NoWitness witness;
    state::State state{witness, 0};
    std::unique_ptr<RuleSetup> setup;
    std::unique_ptr<AlertQueue> alerts;
    std::unique_ptr<Pipeline> pipeline;
    event::Builder builder;
};

}  // namespace

TEST_CASE("what could not be read is told at once, and then once a minute with the number of all") {
    Fixture run;
    constexpr uint64_t begin = 1000 * second;
    for (uint64_t i = 0; i <= 60; ++i) {
        const event::View event = run.open("", 3, begin + i * second);
        run.pipeline->on_event(event);
        run.pipeline->on_unreadable(event);
    }
    run.alerts->close(std::chrono::seconds(60));
    REQUIRE(run.told.size() == 2);
    for (const nlohmann::json& alert : run.told) {
        CHECK(alert["rule"] == "bewit internal: unreadable");
        CHECK(alert["output"].get<std::string>().find("thread 77") != std::string::npos);
    }
    const nlohmann::json& facts = run.told[0]["output_fields"];
    CHECK((facts["evt.type"] == "openat" && facts["thread.tid"] == "77" && facts["calls"] == "1"));
    CHECK(run.told[1]["output_fields"]["calls"] == "61");
    CHECK(run.pipeline->unreadable() == 61);
}

TEST_CASE("a file that nobody could look at after its open counts as unreadable, each call once") {
    Fixture run;
    run.pipeline->on_event(run.open("/some/file", -2));
    CHECK(run.pipeline->unreadable() == 0);
    run.pipeline->on_event(run.open("/some/file", 3));
    CHECK(run.pipeline->unreadable() == 1);
    const event::View both = run.open("/some/file", 3);
    run.pipeline->on_event(both);
    run.pipeline->on_unreadable(both);
    CHECK(run.pipeline->unreadable() == 2);
}
