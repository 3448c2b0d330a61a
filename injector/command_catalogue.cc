// `bewit fields`, `bewit events`, `bewit syscalls`, `bewit keys`: the catalogues, read off the tables that the engine
// itself uses.
#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/event/catalogue.h"
#include "engine/event/syscalls.h"
#include "engine/field/catalogue.h"
#include "engine/rule/keys.h"
#include "injector/options.h"

namespace bewit {
namespace {

struct ListingOptions {
    bool json = false;
    bool markdown = false;
};

// A listing: one heading a column, one text a cell.
struct Table {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
};

void print_markdown(const Table& table) {
    const auto row = [](const std::vector<std::string>& cells) {
        std::string line = "|";
        for (std::string cell : cells) {
            for (size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2) cell.insert(at, "\\");
            line += " " + cell + " |";
        }
        fmt::print("{}\n", line);
    };
    row(table.headings);
    row(std::vector<std::string>(table.headings.size(), "---"));
    for (const auto& cells : table.rows) row(cells);
}

void print_text(const Table& table) {
    std::vector<size_t> widths(table.headings.size(), 0);
    for (const auto& cells : table.rows) {
        for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
    }
    for (const auto& cells : table.rows) {
        std::string line;
        for (size_t i = 0; i < cells.size(); ++i)
            line += i + 1 == cells.size() ? cells[i] : fmt::format("{:<{}}  ", cells[i], widths[i]);
        fmt::print("{}\n", line);
    }
}

void print_json(const Table& table) {
    auto array = nlohmann::json::array();
    for (const auto& cells : table.rows) {
        auto object = nlohmann::json::object();
        for (size_t i = 0; i < cells.size(); ++i) object[table.headings[i]] = cells[i];
        array.push_back(std::move(object));
    }
    fmt::print("{}\n", array.dump(2));
}

void print(const Table& table, const ListingOptions& options) {
    if (options.json) return print_json(table);
    if (options.markdown) return print_markdown(table);
    print_text(table);
}

std::string argument_text(const field::Definition& field) {
    if (field.has(field::ArgRequired)) return "required";
    return field.has(field::ArgOptional) ? "optional" : "none";
}

Table fields_table() {
    Table table{{"name", "type", "argument", "help"}, {}};
    for (const field::Definition& field : field::all_fields()) {
        table.rows.push_back({std::string(field.name), std::string(event::type_name(field.type)), argument_text(field),
                              std::string(field.help)});
    }
    return table;
}

std::string parameters_text(const event::EventInfo& event) {
    std::string text;
    for (const event::ParamInfo& parameter : event.params) {
        text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", parameter.name, event::type_name(parameter.type));
    }
    return text;
}

Table events_table() {
    Table table{{"name", "category", "parameters"}, {}};
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        const event::EventInfo* info = event::kind_event(kind);
        table.rows.push_back({std::string(event::kind_name(kind)),
                              info == nullptr ? "other" : std::string(event::category_name(info->category)),
                              info == nullptr ? "" : parameters_text(*info)});
    }
    return table;
}

Table syscalls_table() {
    Table table{{"number", "name", "event"}, {}};
    const event::Abi abi = event::native_abi();
    for (const event::Syscall& syscall : event::syscalls(abi)) {
        const auto kind = event::syscall_kind(abi, syscall.number);
        table.rows.push_back({std::to_string(syscall.number), std::string(syscall.name),
                              kind ? std::string(event::kind_name(*kind)) : ""});
    }
    return table;
}

Table keys_table() {
    const auto update = [](const rule::KeyInfo& key) {
        return key.appendable ? "append, replace" : key.replaceable ? "replace" : "";
    };
    Table table{{"item", "name", "type", "required", "override", "help"}, {}};
    for (const rule::KeyInfo& key : rule::all_keys()) {
        table.rows.push_back({std::string(key.item), std::string(key.key), std::string(key.type),
                              key.required ? "yes" : "no", update(key), std::string(key.help)});
    }
    return table;
}

void add_listing(CLI::App& program, int& status, const std::string& name, const std::string& what, Table (*table)()) {
    auto options = std::make_shared<ListingOptions>();
    CLI::App* command = program.add_subcommand(name, what);
    set_examples(*command, fmt::format("  bewit {0}\n  bewit {0} --json | jq -r '.[].name'\n", name));
    command->add_flag("--json", options->json, "one JSON array of objects");
    command->add_flag("--markdown", options->markdown, "a table for documentation")->excludes("--json");
    command->callback([options, table, &status] {
        print(table(), *options);
        status = 0;
    });
}

}  // namespace

void add_fields(CLI::App& program, int& status) {
    add_listing(program, status, "fields", "list the fields that conditions and outputs may use", fields_table);
}

void add_events(CLI::App& program, int& status) {
    add_listing(program, status, "events", "list the event types and their parameters", events_table);
}

void add_keys(CLI::App& program, int& status) {
    add_listing(program, status, "keys", "list the keys that the items of a rule file may have", keys_table);
}

void add_syscalls(CLI::App& program, int& status) {
    add_listing(program, status, "syscalls", "list the syscalls of this architecture and the events that they make",
                syscalls_table);
}

}  // namespace bewit
