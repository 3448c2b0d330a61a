// The item with the most forms: an update by `override`, an append of the old kind, a switch, a definition; told apart
// in this order.
#include <algorithm>

#include <fmt/format.h>

#include "engine/rule/exception_item.h"
#include "engine/rule/item_reader.h"
#include "engine/rule/items.h"
#include "engine/rule/keys.h"
#include "engine/rule/override.h"

namespace bewit::rule {
namespace {

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    const size_t end = text.find_last_not_of(blanks) + 1;  // npos + 1 is 0
    return std::string(text.substr(begin, std::max(end, begin) - begin));
}

bool read_placed(const ItemReader& reader, std::string_view key, PlacedText& out) {
    if (!reader.read(key, out.text)) return false;
    out.point = reader.report().point_of(*reader.item().find(key));
    return true;
}

bool read_priority(const ItemReader& reader, Priority& out) {
    std::string name;
    if (!reader.read("priority", name)) return false;
    if (parse_priority(name, out)) return true;
    std::vector<std::string_view> names = {"info"};
    for (size_t i = 0; i <= static_cast<size_t>(Priority::Debug); ++i)
        names.push_back(priority_name(static_cast<Priority>(i)));
    std::string capital = name;
    std::transform(name.begin(), name.end(), capital.begin(), [](unsigned char c) { return std::tolower(c); });
    capital[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(capital[0])));
    const std::string meant = nearest(capital, names);
    const Context step = reader.report().step(&reader.context(), "rule priority", "", *reader.item().find("priority"));
    return reader.report().fail(
        Code::ErrYamlValidate, "Invalid priority", &step,
        meant.empty() ? "it is one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, DEBUG"
                      : fmt::format("did you mean `{}`?", meant));
}

bool read_tags(const ItemReader& reader, std::set<std::string>& out) {
    std::vector<std::string> tags;
    if (!reader.read("tags", tags, Presence::Optional)) return false;
    out.insert(tags.begin(), tags.end());
    return true;
}

class RuleReader {
public:
    RuleReader(const ItemReader& reader, std::string name, Collector& collector)
        : reader_(reader), name_(std::move(name)), collector_(collector) {}

    bool read() {
        if (!reader_.read("source", source_, Presence::OptionalOrEmpty)) return false;
        bool append = false;
        Override override;
        if (!read_append_and_override(reader_, keys_of("rule").overridable, append, override)) return false;
        const bool ok = override.any() ? update(override) : append ? append_old() : is_switch() ? toggle() : define();
        return ok && reader_.warn_of_unknown_keys(keys_of("rule").known);
    }

private:
    bool is_switch() const {
        return !reader_.has("condition") && !reader_.has("output") && !reader_.has("desc") && !reader_.has("priority");
    }

    // Reads the keys of one operation, in a fixed order, and crosses them off `unclaimed_`.
    class Claims {
    public:
        Claims(RuleReader& rule, const std::set<std::string>& keys, std::string_view operation)
            : rule_(rule), keys_(keys), operation_(operation) {}

        // Calls `read` if the operation names `key`.
        template <class Read>
        bool take(std::string_view key, Read read) {
            if (!keys_.contains(std::string(key))) return true;
            if (rule_.unclaimed_.erase(std::string(key)) == 1) return read();
            return rule_.reader_.fail(
                Code::ErrYamlValidate,
                fmt::format("An {} override for '{}' was specified but '{}' is not defined", operation_, key, key),
                fmt::format("add `{}: ...` to the item", key));
        }

        template <class Value>
        bool take(std::string_view key, std::optional<Value>& out) {
            return take(key, [&] { return rule_.reader_.read(key, out.emplace()); });
        }
        bool take(std::string_view key, std::optional<PlacedText>& out) {
            return take(key, [&] { return read_placed(rule_.reader_, key, out.emplace()); });
        }

    private:
        RuleReader& rule_;
        const std::set<std::string>& keys_;
        std::string_view operation_;
    };
    friend class Claims;

    RuleUpdate new_update() const {
        RuleUpdate update;
        update.name = name_;
        return update;
    }

    // The keys that both operations have.
    bool claim_shared(Claims& claims, bool append, RuleUpdate& out) {
        const auto condition = [&] {
            out.source = source_;
            return read_placed(reader_, "condition", out.condition.emplace());
        };
        return claims.take("condition", condition) &&
               claims.take("exceptions", [&] { return read_exceptions(reader_, append, out.exceptions.emplace()); }) &&
               claims.take("output", out.output) && claims.take("desc", out.description) &&
               claims.take("tags", [&] { return read_tags(reader_, out.tags.emplace()); });
    }

    bool update(const Override& override) {
        for (std::string_view key : keys_of("rule").overridable.replace) {
            if (reader_.has(key)) unclaimed_.emplace(key);
        }
        return (override.append.empty() || append(override)) && (override.replace.empty() || replace(override)) &&
               nothing_unclaimed();
    }

    bool append(const Override& override) {
        Claims claims(*this, override.append, "append");
        RuleUpdate update = new_update();
        return claim_shared(claims, true, update) &&
               collector_.append(std::move(update), reader_.context(), reader_.report());
    }

    bool replace(const Override& override) {
        Claims claims(*this, override.replace, "replace");
        RuleUpdate update = new_update();
        return claim_shared(claims, false, update) &&
               claims.take("priority", [&] { return read_priority(reader_, update.priority.emplace()); }) &&
               claims.take("capture", update.capture) && claims.take("capture_duration", update.capture_duration_ms) &&
               claims.take("enabled", update.enabled) && claims.take("warn_evttypes", update.warn_evttypes) &&
               claims.take("skip-if-unknown-filter", update.skip_if_unknown_filter) &&
               collector_.replace(std::move(update), reader_.context(), reader_.report());
    }

    bool nothing_unclaimed() const {
        if (unclaimed_.empty()) return true;
        const std::string& key = *unclaimed_.begin();
        Report& report = reader_.report();
        const Context step = report.step(&reader_.context(), "overrides", key, *reader_.item().pair(key).key);
        return report.fail(Code::ErrYamlValidate,
                           fmt::format("Unexpected key '{}': no corresponding entry under 'override' is defined.", key),
                           &step, fmt::format("add `{}: replace` under `override`, or remove the key", key));
    }

    bool append_old() {
        RuleUpdate update = new_update();
        update.source = source_;
        if (reader_.has("condition") && !read_placed(reader_, "condition", update.condition.emplace())) return false;
        if (reader_.has("exceptions") && !read_exceptions(reader_, true, update.exceptions.emplace())) return false;
        return collector_.append(std::move(update), reader_.context(), reader_.report());
    }

    bool toggle() {
        bool enabled = true;
        if (!reader_.read("enabled", enabled)) return false;
        reader_.warn(Code::DeprecatedItem,
                     "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' "
                     "entry under the "
                     "'override' key (i.e. 'enabled: replace').");
        return collector_.enable(name_, enabled, reader_.context(), reader_.report());
    }

    bool define() {
        Rule rule;
        rule.name = name_;
        return define_texts(rule) && define_settings(rule) && read_tags(reader_, rule.tags) &&
               read_exceptions(reader_, false, rule.exceptions) &&
               collector_.define(std::move(rule), reader_.context(), reader_.report());
    }

    bool define_texts(Rule& rule) const {
        PlacedText condition, output;
        if (!read_placed(reader_, "condition", condition) || !read_placed(reader_, "output", output)) return false;
        const Report& report = reader_.report();
        rule.point = report.point_of(reader_.item());
        rule.place = report.place_of(reader_.item());
        rule.condition = std::move(condition.text);
        rule.condition_place = report.source()->place(condition.point.offset);
        rule.condition_pieces = {{std::move(condition.point), 0}};
        rule.output = trimmed(output.text);
        rule.output_place = report.source()->place(output.point.offset);
        rule.output_pieces = {{std::move(output.point), 0}};
        return reader_.read("desc", rule.description) && read_priority(reader_, rule.priority);
    }

    bool define_settings(Rule& rule) const {
        return reader_.read("source", rule.source, Presence::Optional) &&
               reader_.read("enabled", rule.enabled, Presence::Optional) &&
               reader_.read("capture", rule.capture, Presence::Optional) &&
               reader_.read("capture_duration", rule.capture_duration_ms, Presence::Optional) &&
               reader_.read("warn_evttypes", rule.warn_evttypes, Presence::Optional) &&
               reader_.read("skip-if-unknown-filter", rule.skip_if_unknown_filter, Presence::Optional);
    }

    const ItemReader& reader_;
    std::string name_, source_;
    Collector& collector_;
    std::set<std::string> unclaimed_;  // overridable keys of the item that no operation has read
};

}  // namespace

bool read_rule(const YamlNode& item, Collector& collector, Report& report) {
    const Context unnamed = report.step(nullptr, "rule", "", item);
    std::string name;
    if (!ItemReader(item, unnamed, report).read("rule", name)) return false;
    const Context context = report.step(nullptr, "rule", name, item);
    return RuleReader(ItemReader(item, context, report), name, collector).read();
}

}  // namespace bewit::rule
