#include "engine/state/socket_address.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace bewit::state {
namespace {

using event::Address;
using event::Endpoint;

constexpr size_t ipv4_size = 4;
constexpr size_t ipv6_size = 16;
constexpr std::array<uint8_t, 12> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Takes values off the front; anything beyond the end makes the whole of it wrong.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <class Integer>
    Integer take() {
        Integer value{};
        take(&value, sizeof(value));
        return value;
    }
    Endpoint take_endpoint(uint8_t family) {
        Endpoint endpoint;
        endpoint.address.family = family;
        take(endpoint.address.bytes.data(), family == AF_INET ? ipv4_size : ipv6_size);
        endpoint.port = take<uint16_t>();
        unmap(endpoint.address);
        return endpoint;
    }
    std::string_view take_path() {
        const std::string_view rest{reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
        const std::string_view path = rest.substr(0, rest.find('\0'));
        bytes_ = {};
        // An unnamed socket has a path too, an empty one.
        return path.data() == nullptr ? std::string_view("") : path;
    }
    bool good() const { return good_; }

private:
    void take(void* value, size_t size) {
        good_ = good_ && bytes_.size() >= size;
        if (!good_) return;
        std::memcpy(value, bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
    }
    static void unmap(Address& address) {
        if (address.family != AF_INET6) return;
        if (!std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin())) return;
        Address mapped{.family = AF_INET, .bytes = {}};
        std::copy_n(address.bytes.begin() + mapped_prefix.size(), ipv4_size, mapped.bytes.begin());
        address = mapped;
    }

    std::span<const std::byte> bytes_;
    bool good_ = true;
};

}  // namespace

std::optional<SocketAddress> parse_socktuple(std::span<const std::byte> bytes) {
    Reader reader(bytes);
    SocketAddress tuple;
    tuple.family = reader.take<uint8_t>();
    if (tuple.family == AF_UNIX) {
        tuple.unix_source = reader.take<uint64_t>();
        tuple.unix_destination = reader.take<uint64_t>();
        tuple.path = reader.take_path();
    } else if (tuple.family == AF_INET || tuple.family == AF_INET6) {
        tuple.source = reader.take_endpoint(tuple.family);
        tuple.destination = reader.take_endpoint(tuple.family);
    } else {
        return std::nullopt;
    }
    return reader.good() ? std::optional(tuple) : std::nullopt;
}

std::optional<SocketAddress> parse_sockaddr(std::span<const std::byte> bytes) {
    Reader reader(bytes);
    SocketAddress address;
    address.family = reader.take<uint8_t>();
    if (address.family == AF_UNIX) {
        address.path = reader.take_path();
    } else if (address.family == AF_INET || address.family == AF_INET6) {
        address.destination = reader.take_endpoint(address.family);
    } else {
        return std::nullopt;
    }
    return reader.good() ? std::optional(address) : std::nullopt;
}

void agree_on_family(Endpoint& local, Endpoint& remote) {
    const auto adapt = [](Endpoint& wildcard, const Endpoint& other) {
        if (other.address.family == AF_INET && wildcard.address.family == AF_INET6 && wildcard.address.any())
            wildcard.address.family = AF_INET;
    };
    adapt(local, remote);
    adapt(remote, local);
}

}  // namespace bewit::state
