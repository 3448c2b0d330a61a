// A Workload without a loop: what the parts of the tracer report is kept as lines, to be compared.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "tracer/workload.h"

namespace bewit::tracer::test {

class LineSink final : public event::Sink {
public:
    bool wants_exit(const event::View&) override { return wants; }
    void on_event(const event::View& event) override { lines.push_back(line_of(event)); }
    void on_unreadable(const event::View& event) override {
        lines.push_back("unreadable " + std::string(event.name()));
    }
    void on_second_tracer(const event::View&) override { lines.emplace_back("second tracer"); }

    bool wants = true;
    std::vector<std::string> lines;

private:
    // "TID NAME = RESULT ptid=.. pid=.. filename=.. status=.. reaper_tid=..", as far as they are there.
    static std::string line_of(const event::View& event) {
        std::string line = std::to_string(raw(event.tid())) + ' ' + std::string(event.name());
        if (const auto result = event.result()) line += " = " + std::to_string(*result);
        for (const std::string_view name : {"ptid", "pid", "filename", "status", "reaper_tid"}) {
            const event::Param param = event.param(name);
            if (!param.present()) continue;
            line += ' ' + std::string(name) + '=';
            line += name == "filename" ? std::string(param.as_text()) : std::to_string(param.as_int());
        }
        return line;
    }
};

struct RootWitness final : event::Witness {
    uint32_t process(Tid, uint32_t, event::ProcessFacts&) override { return 0; }
    bool descriptor(Tid, Fd, event::Descriptor&) override { return false; }
    void share_root(bool shared) override { shares_root = shared; }
    bool shares_root = true;
};

struct RecordedWorkload {
    std::unique_ptr<match::Interest> interest = std::make_unique<match::Interest>();
    LineSink sink;
    RootWitness witness;
    Statistics statistics;
    Workload workload{.interest = *interest, .sink = sink, .witness = witness, .statistics = statistics};

    // What was reported since the last call of this.
    std::vector<std::string> told() { return std::exchange(sink.lines, {}); }
};

}  // namespace bewit::tracer::test

template <>
struct doctest::StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& lines) {
        std::string text;
        for (const std::string& line : lines) text += '[' + line + ']';
        return text.c_str();
    }
};
