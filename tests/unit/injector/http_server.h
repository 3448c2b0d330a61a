// A local server for tests (http_server.py), and certificates for it. Both go with the object.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace bewit::test {

// Runs until destroyed.
class HttpServer {
public:
    explicit HttpServer(const std::string& options = "");
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    int port() const { return port_; }
    // "http://127.0.0.1:PORT/PATH", or another scheme and host.
    std::string url(const std::string& path, const std::string& scheme_and_host = "http://127.0.0.1") const;

private:
    int stdin_ = -1;
    pid_t pid_ = 0;
    int port_ = 0;
};

// A directory with ca.pem, server.pem and server.key for localhost and 127.0.0.1, client.pem and client.key, other.pem
// (a root that signed nothing), made once per process by openssl(1).
class Certificates {
public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    std::string path(const std::string& name) const { return directory_ + "/" + name; }
    std::string server_options() const { return "--tls " + path("server.pem") + " " + path("server.key"); }

private:
    std::string directory_;
};
const Certificates& certificates();

}  // namespace bewit::test
