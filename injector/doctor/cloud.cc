#include "injector/doctor/cloud.h"

#include <unistd.h>

#include <cstdlib>

#include "engine/state/container.h"
#include "injector/http/client.h"
#include "injector/metadata/ecs_metadata.h"

namespace bewit::doctor {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// The answer's body, empty for none.
class Metadata {
public:
    explicit Metadata(const CloudQuestion& question)
        : client_({.limits = {.connect = question.limit,
                              .handshake = question.limit,
                              .total = question.limit,
                              .body = size_t{256} << 10},
                   .reach = http::Reach::Local}) {}

    std::string get(const std::string& url, std::vector<http::Header> headers = {}, const std::string& method = "GET") {
        auto answer = client_.send({.url = url, .method = method, .headers = std::move(headers)});
        if (!answer) {
            failure_ = answer.error().message;
            return {};
        }
        if (!answer->ok()) {
            failure_ = url + " answers " + std::to_string(answer->status);
            return {};
        }
        return std::move(answer->body);
    }
    const std::string& failure() const { return failure_; }

private:
    http::Client client_;
    std::string failure_;
};

void ecs(const CloudQuestion& question, Metadata& metadata, Evidence& evidence) {
    evidence.cloud = "ECS";
    evidence.cloud_origin = "ECS_CONTAINER_METADATA_URI_V4 is set";
    if (!question.ask) return;
    state::Container container;
    if (!add_ecs_task(metadata.get(question.ecs_uri + "/task"), container)) {
        evidence.cloud_origin += "; the task's metadata cannot be had: " + metadata.failure();
        return;
    }
    const std::string launch = container.ecs.launch_type.value_or("");
    if (launch == "FARGATE") evidence.cloud = "ECS on Fargate";
    if (launch == "EC2") evidence.cloud = "ECS on EC2";
    evidence.cloud_origin = "the task's metadata";
}

// Instance metadata service version 2 (EC2 user guide): a token first.
void amazon(const CloudQuestion& question, Metadata& metadata, Evidence& evidence) {
    evidence.cloud = question.kubernetes ? "EKS" : "EC2";
    evidence.cloud_origin = "the machine's vendor";
    if (!question.ask) return;
    const std::string token =
        metadata.get(question.metadata + "/latest/api/token", {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}}, "PUT");
    const std::string type = token.empty() ? ""
                                           : metadata.get(question.metadata + "/latest/meta-data/instance-type",
                                                          {{"X-aws-ec2-metadata-token", token}});
    if (!type.empty()) {
        evidence.cloud_origin = "instance metadata: " + type.substr(0, 40);
    } else if (question.kubernetes) {
        // Pods on Fargate have no instance metadata; those of nodes may be kept from it.
        evidence.cloud_origin = "the machine's vendor, and Kubernetes; no instance metadata: " + metadata.failure();
    } else {
        evidence.cloud_origin += "; no instance metadata: " + metadata.failure();
    }
}

void google(const CloudQuestion& question, Metadata& metadata, Evidence& evidence) {
    evidence.cloud = question.kubernetes ? "GKE" : "Compute Engine";
    evidence.cloud_origin = "the machine's vendor";
    if (!question.ask) return;
    const std::string cluster = metadata.get(question.metadata + "/computeMetadata/v1/instance/attributes/cluster-name",
                                             {{"Metadata-Flavor", "Google"}});
    if (cluster.empty()) return;
    evidence.cloud = "GKE";
    evidence.cloud_origin = "instance metadata: a cluster's node";
}

}  // namespace

CloudQuestion cloud_question() {
    CloudQuestion question;
    question.ecs_uri = environment("ECS_CONTAINER_METADATA_URI_V4");
    question.kubernetes = !environment("KUBERNETES_SERVICE_HOST").empty() || access("/var/lib/kubelet", F_OK) == 0;
    return question;
}

void find_cloud(const CloudQuestion& question, Evidence& evidence) {
    Metadata metadata(question);
    if (!question.ecs_uri.empty()) {
        ecs(question, metadata, evidence);
    } else if (evidence.vendor.starts_with("Amazon")) {
        amazon(question, metadata, evidence);
    } else if (evidence.vendor.starts_with("Google")) {
        google(question, metadata, evidence);
    } else if (question.kubernetes) {
        evidence.cloud = "Kubernetes";
        evidence.cloud_origin = "its environment";
    }
}

}  // namespace bewit::doctor
