// Whom a TLS connection trusts. Images are often without /etc/ssl, so the search goes further than OpenSSL's own
// default, which is a path of the machine that OpenSSL was built on.
#pragma once

#include <string>
#include <vector>

namespace bewit::http {

// What the user said; empty: nothing. The names are those of falco.yaml's http_output.
struct TrustOptions {
    std::string ca_cert{};    // a file of one or more certificates in PEM
    std::string ca_bundle{};  // the same
    std::string ca_path{};    // a directory of certificates, named by hash (openssl-rehash(1))
};

struct TrustedRoots {
    std::vector<std::string> files;        // PEM
    std::vector<std::string> directories;  // hashed
    std::string origin;                    // what named them, for messages

    bool empty() const { return files.empty() && directories.empty(); }
};

// In this order, the first that names anything: `options` (taken as they are, whether the files exist or not);
// SSL_CERT_FILE and SSL_CERT_DIR; `ca-certificates.crt` beside the program; the files of the distributions; the
// directories of the distributions. `root` is put before the distributions' paths and is empty but in tests.
TrustedRoots find_trusted_roots(const TrustOptions& options, const std::string& root = "");

}  // namespace bewit::http
