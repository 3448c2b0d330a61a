// What kind of network an address lies in.
#pragma once

#include <boost/asio/ip/address.hpp>

#include "injector/http/client.h"

namespace bewit::http {

// Whether `reach` lets this address be connected to. IPv4 inside IPv6 (RFC 4291, 6052, 3056) counts as the IPv4 address
// that it is.
bool may_reach(Reach reach, const boost::asio::ip::address& address);

}  // namespace bewit::http
