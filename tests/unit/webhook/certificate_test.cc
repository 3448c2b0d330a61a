#include "injector/webhook/certificate.h"

#include <doctest/doctest.h>

#include <openssl/ssl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace bewit::webhook {
namespace {

namespace fs = std::filesystem;

// As Kubernetes mounts a secret: tls.crt -> ..data/tls.crt, ..data -> ..1.
class Secret {
public:
    Secret() {
        char name[] = "/tmp/bewit-secret-XXXXXX";
        directory_ = mkdtemp(name);
        write("1", "one", "one");
        fs::create_symlink("..1", directory_ / "..data");
        for (const char* file : {"tls.crt", "tls.key"})
            fs::create_symlink(fs::path("..data") / file, directory_ / file);
    }
    ~Secret() { fs::remove_all(directory_); }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    std::string certificate() const { return directory_ / "tls.crt"; }
    std::string key() const { return directory_ / "tls.key"; }

    // Version `version` of the secret, with the certificate and the key of these names.
    void write(const std::string& version, const std::string& certificate, const std::string& key) {
        for (const std::string& name : {certificate, key}) make(name);
        const fs::path folder = directory_ / (".." + version);
        fs::create_directory(folder);
        fs::copy(directory_ / (certificate + ".pem"), folder / "tls.crt");
        fs::copy(directory_ / (key + ".key"), folder / "tls.key");
    }
    void swap(const std::string& version) {
        fs::create_symlink(".." + version, directory_ / "..tmp");
        fs::rename(directory_ / "..tmp", directory_ / "..data");
    }

private:
    void make(const std::string& name) {
        if (fs::exists(directory_ / (name + ".key"))) return;
        const std::string script =
            "cd " + directory_.string() +
            " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name +
            ".key -out " + name + ".pem -subj /CN=" + name + " -days 2 2>/dev/null";
        REQUIRE(std::system(script.c_str()) == 0);
    }

    fs::path directory_;
};

std::string name_in(Certificate& certificate) {
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_CTX_get0_certificate(certificate.context().native_handle())),
                              NID_commonName, name, sizeof(name));
    return name;
}

using Change = Certificate::Change;

TEST_CASE("a certificate that is swapped is read again, and one that is not is left alone") {
    Secret secret;
    auto certificate = Certificate::load(secret.certificate(), secret.key()).value();
    CHECK(name_in(certificate) == "one");
    const int64_t now = time(nullptr), day = 86400;
    CHECK(certificate.expires() > now + day);
    CHECK(certificate.expires() < now + 3 * day);
    CHECK(certificate.look().change == Change::None);
    secret.write("2", "two", "two");
    CHECK(certificate.look().change == Change::None);
    secret.swap("2");
    CHECK(certificate.look().change == Change::Reloaded);
    CHECK(name_in(certificate) == "two");
    CHECK(certificate.look().change == Change::None);
}

TEST_CASE("a key that does not match leaves the old certificate in use, and is told once") {
    Secret secret;
    auto certificate = Certificate::load(secret.certificate(), secret.key()).value();
    secret.write("2", "two", "one");
    secret.swap("2");
    CHECK(certificate.look().change == Change::None);  // the key may be on its way
    const auto look = certificate.look();
    CHECK(look.change == Change::Failed);
    CHECK(look.message == secret.key() + ": this key cannot be used with the certificate " + secret.certificate() +
                              ": key values mismatch");
    CHECK(certificate.look().change == Change::None);
    CHECK(name_in(certificate) == "one");
    secret.write("3", "three", "three");
    secret.swap("3");
    CHECK(certificate.look().change == Change::Reloaded);
    CHECK(name_in(certificate) == "three");
}

TEST_CASE("what cannot be used is one sentence with the file") {
    Secret secret;
    const auto why = [](const std::string& certificate, const std::string& key) {
        const auto loaded = Certificate::load(certificate, key);
        return loaded ? "loaded" : loaded.error();
    };
    CHECK(why("/nowhere.crt", secret.key()) == "/nowhere.crt: No such file or directory");
    CHECK(why(secret.certificate(), "/nowhere.key") == "/nowhere.key: No such file or directory");
    CHECK(why(secret.key(), secret.key()) == secret.key() + ": this certificate cannot be used: no start line");
    CHECK(why(secret.certificate(), secret.certificate())
              .starts_with(secret.certificate() + ": this key cannot be used with the certificate "));
}

}  // namespace
}  // namespace bewit::webhook
