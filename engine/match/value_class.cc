#include "engine/match/value_class.h"

#include <fmt/format.h>

namespace bewit::match {
namespace {

using event::ParamType;
using filter::Operator;

bool numeric_allows(Operator op) {
    switch (op) {
        case Operator::Equal:
        case Operator::NotEqual:
        case Operator::Less:
        case Operator::LessEqual:
        case Operator::Greater:
        case Operator::GreaterEqual:
        case Operator::In:
        case Operator::Intersects:
            return true;
        default:
            return false;
    }
}

bool equality_allows(Operator op) {
    return op == Operator::Equal || op == Operator::NotEqual || op == Operator::In || op == Operator::Intersects;
}

bool text_allows(Operator op) { return op != Operator::BContains && op != Operator::BStartsWith; }

bool bytes_allow(Operator op) {
    switch (op) {
        case Operator::Contains:
        case Operator::StartsWith:
        case Operator::EndsWith:
        case Operator::BContains:
        case Operator::BStartsWith:
            return true;
        default:
            return equality_allows(op);
    }
}

bool list_allows(Operator op) { return op == Operator::In || op == Operator::Intersects; }

bool list_type(ParamType type) {
    switch (type) {
        case ParamType::CharBuf:
        case ParamType::Uint64:
        case ParamType::RelTime:
        case ParamType::AbsTime:
        case ParamType::Bool:
        case ParamType::IpAddr:
        case ParamType::IpNet:
            return true;
        default:
            return false;
    }
}

std::string refusal(Operator op, std::string_view what) {
    return fmt::format("filter error: '{}' operator not supported {}", filter::text(op), what);
}

}  // namespace

ValueClass class_of(ParamType type) {
    switch (type) {
        case ParamType::Int8:
        case ParamType::Int16:
        case ParamType::Int32:
        case ParamType::Int64:
        case ParamType::Errno:
        case ParamType::Fd:
        case ParamType::Pid:
        case ParamType::Fd32:
        case ParamType::Pid32:
            return ValueClass::Signed;
        case ParamType::Uint8:
        case ParamType::Uint16:
        case ParamType::Uint32:
        case ParamType::Uint64:
        case ParamType::SyscallId:
        case ParamType::SigType:
        case ParamType::RelTime:
        case ParamType::AbsTime:
        case ParamType::Port:
        case ParamType::Mode:
        case ParamType::Flags8:
        case ParamType::Flags16:
        case ParamType::Flags32:
        case ParamType::EnumFlags8:
        case ParamType::EnumFlags16:
        case ParamType::EnumFlags32:
            return ValueClass::Unsigned;
        case ParamType::Double:
            return ValueClass::Real;
        case ParamType::Bool:
            return ValueClass::Boolean;
        case ParamType::CharBuf:
        case ParamType::FsPath:
        case ParamType::FsRelPath:
            return ValueClass::Text;
        case ParamType::ByteBuf:
            return ValueClass::Bytes;
        case ParamType::IpAddr:
        case ParamType::Ipv4Addr:
        case ParamType::Ipv6Addr:
            return ValueClass::Address;
        case ParamType::IpNet:
            return ValueClass::Network;
        default:
            return ValueClass::Other;
    }
}

unsigned width_of(ParamType type) {
    switch (type) {
        case ParamType::Int8:
        case ParamType::Uint8:
        case ParamType::SigType:
        case ParamType::Flags8:
        case ParamType::EnumFlags8:
            return 8;
        case ParamType::Int16:
        case ParamType::Uint16:
        case ParamType::SyscallId:
        case ParamType::Port:
        case ParamType::Flags16:
        case ParamType::EnumFlags16:
            return 16;
        case ParamType::Int32:
        case ParamType::Uint32:
        case ParamType::Mode:
        case ParamType::Flags32:
        case ParamType::EnumFlags32:
        case ParamType::Fd32:
        case ParamType::Pid32:
            return 32;
        default:
            return 64;
    }
}

std::optional<std::string> unsupported(Operator op, filter::Modifier modifier, ParamType type, bool list) {
    if (op == Operator::Exists) return std::nullopt;
    if (list) {
        if (!list_type(type)) {
            return fmt::format("filter error: list filters are not supported for type 'PT_{}'", event::type_name(type));
        }
        if (!list_allows(op) || modifier != filter::Modifier::None) return refusal(op, "list filters");
        return std::nullopt;
    }
    switch (class_of(type)) {
        case ValueClass::Signed:
        case ValueClass::Unsigned:
        case ValueClass::Real:
            if (!numeric_allows(op)) return refusal(op, "for numeric filters");
            break;
        case ValueClass::Boolean:
            if (!equality_allows(op)) return refusal(op, "for numeric filters");
            break;
        case ValueClass::Text:
            if (!text_allows(op)) return refusal(op, "for string filters");
            break;
        case ValueClass::Bytes:
            if (!bytes_allow(op)) return refusal(op, "for buffer filters");
            break;
        case ValueClass::Address:
        case ValueClass::Network:
            if (!equality_allows(op)) return refusal(op, "for ip address and network filters");
            if (modifier != filter::Modifier::None) {
                return fmt::format("filter error: '{}' with modifier not supported for ip address and network filters",
                                   filter::text(op));
            }
            break;
        case ValueClass::Other:
            return refusal(op, fmt::format("for type 'PT_{}'", event::type_name(type)));
    }
    return std::nullopt;
}

}  // namespace bewit::match
