#include "engine/field/event_descriptor.h"

#include <sys/socket.h>

namespace bewit::field {
namespace {

using event::Descriptor;
using event::DescriptorType;
using event::View;

// fcntl(2) commands in Falco's encoding.
constexpr int64_t duplicate = 1, duplicate_close_on_exec = 0x1a;

const Descriptor* describe(Context& context, int64_t number) {
    if (number < 0 || number > INT32_MAX) return nullptr;
    return context.state.descriptor(context.event.tid(), static_cast<Fd>(number));
}

int64_t given_number(const View& event, const CallEffect& effect) {
    const event::Param param = event.param(effect.position);
    return param.present() ? param.as_int() : -1;
}

bool duplicates(const View& event) {
    const int64_t command = event.param("cmd").as_int();
    return command == duplicate || command == duplicate_close_on_exec;
}

int64_t number_after(const View& event, const CallEffect& effect) {
    const int64_t result = event.result().value_or(-1);
    switch (effect.role) {
        case DescriptorRole::None:
            return -1;
        case DescriptorRole::Given:
            return effect.may_duplicate && result >= 0 && duplicates(event) ? result : given_number(event, effect);
        case DescriptorRole::Made:
            return result >= 0 ? result : -1;
        case DescriptorRole::Duplicated:
            return result >= 0 ? result : given_number(event, effect);
        case DescriptorRole::Pair:
            return result >= 0 ? event.param("fd2").as_int() : -1;
    }
    return -1;
}

EventDescriptor look_after(Context& context, const CallEffect& effect) {
    const int64_t number = number_after(context.event, effect);
    return {true, true, true, number, describe(context, number)};
}

bool may_be_socket(const Descriptor& what) {
    return what.is_inet() || what.socket_family != 0 || what.type == DescriptorType::Unix ||
           what.type == DescriptorType::Netlink || what.type == DescriptorType::Unknown ||
           what.type == DescriptorType::Uninitialized;
}

// A stream that is connected has its two ends for good.
bool is_settled(const Descriptor& what) {
    return what.is_inet() && what.l4proto == event::L4Proto::Tcp && what.connected && what.local.address.valid() &&
           what.remote.address.valid() && what.role != Descriptor::Role::None;
}

bool stays(const CallEffect& effect, const Descriptor* what) {
    if (!effect.reconnects) return true;
    if (what == nullptr) return false;
    return !may_be_socket(*what) || (effect.transfers && is_settled(*what));
}

EventDescriptor look_before(Context& context, const CallEffect& effect) {
    EventDescriptor subject{true, false, false, -1, nullptr};
    const bool given = effect.role == DescriptorRole::Given || effect.role == DescriptorRole::Duplicated;
    if (!given || !context.event.param(effect.position).present()) return subject;
    const int64_t number = given_number(context.event, effect);
    subject.number_known = effect.role == DescriptorRole::Given && !effect.may_duplicate;
    if (subject.number_known) subject.number = number;
    subject.what = describe(context, number);
    subject.known = stays(effect, subject.what);
    return subject;
}

}  // namespace

EventDescriptor event_descriptor(Context& context) {
    const CallEffect& effect = effect_of(context.event.kind());
    if (effect.role == DescriptorRole::None) return {};
    return context.at_entry ? look_before(context, effect) : look_after(context, effect);
}

bool keeps_type(const EventDescriptor& subject) {
    if (subject.known) return true;
    return subject.what != nullptr &&
           (subject.what->socket_family == AF_INET || subject.what->socket_family == AF_UNIX);
}

}  // namespace bewit::field
