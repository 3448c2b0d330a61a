#include "injector/http/trust.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace bewit::http {
namespace {

namespace fs = std::filesystem;

constexpr std::array bundles = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch, distroless
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL 6, Amazon Linux
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later
    "/etc/pki/tls/cacert.pem",                            // OpenELEC
    "/etc/ssl/cert.pem",                                  // Alpine without ca-certificates
};
constexpr std::array directories = {"/etc/ssl/certs", "/etc/pki/tls/certs"};

bool readable(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

bool has_entries(const std::string& path) {
    std::error_code failure;
    const fs::directory_iterator first(path, failure);
    return !failure && first != fs::directory_iterator();
}

std::string beside_program() {
    std::error_code failure;
    const fs::path program = fs::read_symlink("/proc/self/exe", failure);
    return failure ? std::string{} : (program.parent_path() / "ca-certificates.crt").string();
}

}  // namespace

TrustedRoots find_trusted_roots(const TrustOptions& options, const std::string& root) {
    TrustedRoots roots;
    for (const std::string* file : {&options.ca_cert, &options.ca_bundle}) {
        if (!file->empty()) roots.files.push_back(*file);
    }
    if (!options.ca_path.empty()) roots.directories.push_back(options.ca_path);
    roots.origin = "the configuration";
    if (!roots.empty()) return roots;

    if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0')
        roots.files.emplace_back(file);
    if (const char* directory = std::getenv("SSL_CERT_DIR"); directory != nullptr && *directory != '\0')
        roots.directories.emplace_back(directory);
    roots.origin = "SSL_CERT_FILE and SSL_CERT_DIR";
    if (!roots.empty()) return roots;

    if (const std::string file = beside_program(); root.empty() && readable(file))
        return {.files = {file}, .directories = {}, .origin = file};
    for (const char* file : bundles) {
        if (readable(root + file)) return {.files = {root + file}, .directories = {}, .origin = file};
    }
    for (const char* directory : directories) {
        if (has_entries(root + directory)) return {.files = {}, .directories = {root + directory}, .origin = directory};
    }
    return {};
}

}  // namespace bewit::http
