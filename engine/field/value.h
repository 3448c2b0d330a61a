// A value that a field has for an event.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/event/catalogue.h"
#include "engine/event/descriptor.h"

namespace bewit::field {

// Whether there is a value. Only in the look before the call, where its result is to tell: Unknown, and OneOf, when it
// will be one of the values of the list that is given.
enum class Presence : uint8_t { Absent, Present, Unknown, OneOf };

// Text and lists are borrowed: from the record, the state, or the context's scratch; valid until the next event.
struct Value {
    enum class Form : uint8_t { None, Int, Uint, Double, Bool, Text, Bytes, Address, List };

    Form form = Form::None;
    union {
        int64_t i = 0;
        uint64_t u;
        double d;
        bool b;
    };
    std::string_view text;        // Text and Bytes
    event::Address address;       // Address
    std::span<const Value> list;  // List

    static Value of_int(int64_t v) {
        Value r;
        r.form = Form::Int;
        r.i = v;
        return r;
    }
    static Value of_uint(uint64_t v) {
        Value r;
        r.form = Form::Uint;
        r.u = v;
        return r;
    }
    static Value of_double(double v) {
        Value r;
        r.form = Form::Double;
        r.d = v;
        return r;
    }
    static Value of_bool(bool v) {
        Value r;
        r.form = Form::Bool;
        r.b = v;
        return r;
    }
    static Value of_text(std::string_view v) {
        Value r;
        r.form = Form::Text;
        r.text = v;
        return r;
    }
    static Value of_bytes(std::string_view v) {
        Value r;
        r.form = Form::Bytes;
        r.text = v;
        return r;
    }
    static Value of_address(const event::Address& v) {
        Value r;
        r.form = Form::Address;
        r.address = v;
        return r;
    }
    static Value of_list(std::span<const Value> v) {
        Value r;
        r.form = Form::List;
        r.list = v;
        return r;
    }
};

// Appends the value as an output template prints it: integers by `format` (hexadecimal in capitals without 0x, octal
// with a leading 0, TenPad with at least nine digits), other numbers with one decimal, lists as (a,b), addresses dotted
// or with colons, bytes with a dot for what is no printable ASCII. Nothing for a value without form.
void append_text(const Value& value, event::PrintFormat format, std::string& out);

// "192.0.2.1" or "2001:db8::1" (inet_ntop(3)); nothing for an address without family.
void append_address(const event::Address& address, std::string& out);
// One character a byte: a dot for what is no printable ASCII.
void append_printable(std::string_view bytes, std::string& out);

}  // namespace bewit::field
