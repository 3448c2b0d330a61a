#!/usr/bin/env python3
"""The webhook's manifests for a cluster: what they say of each other is true, and bewit takes what they tell it."""
import base64
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import unittest

from harness import BEWIT, SOURCE_ROOT, TestCase
from webhook_test import Secret, Webhook, clean_environment, operations_of, review

FOLDER = SOURCE_ROOT / "examples" / "eks-fargate" / "webhook"
NAMESPACE, SERVICE, TLS_SECRET = "bewit-system", "bewit-webhook", "bewit-webhook-tls"
try:
    import yaml
except ImportError:
    yaml = None


def documents(*names: str) -> list[dict]:
    return [document for name in names for document in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))]


def of_kind(found: list[dict], kind: str, name: str = "") -> dict:
    chosen = [document for document in found if document["kind"] == kind and document["metadata"]["name"] == (name or document["metadata"]["name"])]
    assert len(chosen) == 1, (kind, name, len(chosen))
    return chosen[0]


def rendered(folder: pathlib.Path) -> list[dict]:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


@unittest.skipUnless(yaml, "needs python3-yaml")
class Manifests(TestCase):
    def setUp(self):
        super().setUp()
        self.all = documents("base/namespace.yaml", "base/webhook.yaml", "base/configuration.yaml")
        self.deployment, self.service = of_kind(self.all, "Deployment"), of_kind(self.all, "Service")
        self.pod = self.deployment["spec"]["template"]
        self.container, = self.pod["spec"]["containers"]
        self.ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        self.arguments = dict(word.removeprefix("--").split("=", 1) for word in self.container["args"][1:])

    def test_who_asks_finds_the_service_and_the_service_its_pods(self):
        hook, = of_kind(self.all, "MutatingWebhookConfiguration")["webhooks"]
        self.assertEqual(hook["clientConfig"], {"service": {"name": SERVICE, "namespace": NAMESPACE, "port": 443, "path": "/mutate"}})
        self.assertEqual(self.service["metadata"], {"name": SERVICE, "namespace": NAMESPACE})
        port, = self.service["spec"]["ports"]
        self.assertEqual((port["port"], self.ports[port["targetPort"]]), (443, int(self.arguments["listen"].rpartition(":")[2])))
        self.assertEqual(self.ports["metrics"], int(self.arguments["metrics-listen"].rpartition(":")[2]))
        self.assertEqual(int(self.pod["metadata"]["annotations"]["prometheus.io/port"]), self.ports["metrics"])
        labels = self.pod["metadata"]["labels"].items()
        for selector in (self.service["spec"]["selector"], self.deployment["spec"]["selector"]["matchLabels"],
                         of_kind(self.all, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]):
            self.assertLessEqual(selector.items(), labels)
        for document in self.all:
            if document["kind"] not in ("Namespace", "MutatingWebhookConfiguration"):
                self.assertEqual(document["metadata"]["namespace"], NAMESPACE)
        self.assertEqual(self.pod["spec"]["serviceAccountName"], of_kind(self.all, "ServiceAccount")["metadata"]["name"])

    def test_what_is_asked_about(self):
        hook, = of_kind(self.all, "MutatingWebhookConfiguration")["webhooks"]
        self.assertEqual(hook["sideEffects"], "None")
        self.assertIn("v1", hook["admissionReviewVersions"])
        self.assertEqual(hook["rules"], [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"], "scope": "Namespaced"}])
        self.assertGreaterEqual(hook["name"].count("."), 2)  # or the API server refuses it
        self.assertIn(hook["failurePolicy"], ("Fail", "Ignore"))
        self.assertTrue(1 <= hook["timeoutSeconds"] <= 30)
        # The webhook does not wait for itself.
        selector = hook["namespaceSelector"]["matchLabels"]
        self.assertEqual(selector, {"bewit/inject": "true"})
        own = of_kind(self.all, "Namespace")["metadata"]
        self.assertEqual(own["name"], NAMESPACE)
        self.assertFalse(selector.items() <= own["labels"].items())
        self.assertIn("kubectl label namespace shop bewit/inject=true", (FOLDER / "README.md").read_text(encoding="utf-8"))

    def test_the_certificate_is_where_the_webhook_looks(self):
        mount, = self.container["volumeMounts"]
        volume, = self.pod["spec"]["volumes"]
        self.assertEqual((mount["name"], mount["mountPath"]), (volume["name"], "/tls"))
        self.assertNotIn("subPath", mount)
        self.assertEqual(volume["secret"]["secretName"], TLS_SECRET)
        self.assertEqual((self.arguments["cert"], self.arguments["key"]), ("/tls/tls.crt", "/tls/tls.key"))
        leaf = of_kind(documents("cert-manager/certificate.yaml"), "Certificate", SERVICE)
        self.assertEqual(leaf["spec"]["secretName"], TLS_SECRET)
        self.assertIn(f"{SERVICE}.{NAMESPACE}.svc", leaf["spec"]["dnsNames"])
        issuer = of_kind(documents("cert-manager/certificate.yaml"), "Issuer", leaf["spec"]["issuerRef"]["name"])
        authority = of_kind(documents("cert-manager/certificate.yaml"), "Certificate", "bewit-webhook-authority")
        self.assertEqual(issuer["spec"]["ca"]["secretName"], authority["spec"]["secretName"])
        self.assertTrue(authority["spec"]["isCA"])
        of_kind(documents("cert-manager/certificate.yaml"), "Issuer", authority["spec"]["issuerRef"]["name"])

    def test_bewit_takes_the_arguments_and_answers_what_is_probed(self):
        self.assertEqual(self.container["args"][0], "webhook")
        secret = Secret(self.path("tls"))
        words = [word for word in self.container["args"][1:] if word.split("=")[0] not in ("--listen", "--cert", "--key", "--metrics-listen", "--bewit-image")]
        running = Webhook(secret, *words, "--metrics-listen", "127.0.0.1:0")
        try:
            for probe in ("readinessProbe", "livenessProbe"):
                asked = self.container[probe]["httpGet"]
                self.assertEqual((asked["scheme"], asked["port"]), ("HTTPS", "https"))
                self.assertEqual(running.ask("GET", asked["path"]), (200, "ok\n"))
            self.assertIn("patch", running.mutate(review()))
        finally:
            running.process.kill()
            running.end()
        self.assertEqual(self.arguments["bewit-image"], self.container["image"])
        self.assertGreaterEqual(self.pod["spec"]["terminationGracePeriodSeconds"], int(self.arguments["shutdown-delay"]) + 10)

    def test_a_restricted_namespace_takes_the_pod(self):
        self.assertEqual(of_kind(self.all, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted")
        own, whole = self.container["securityContext"], self.pod["spec"]["securityContext"]
        self.assertEqual((own["allowPrivilegeEscalation"], own["capabilities"]), (False, {"drop": ["ALL"]}))
        self.assertEqual((whole["runAsNonRoot"], whole["seccompProfile"]), (True, {"type": "RuntimeDefault"}))
        self.assertGreater(whole["runAsUser"], 0)
        # Readable by that user, through the group of the volume.
        self.assertEqual((whole["fsGroup"], self.pod["spec"]["volumes"][0]["secret"]["defaultMode"] & 0o440), (whole["runAsUser"], 0o440))

    @unittest.skipUnless(shutil.which("kubectl"), "needs kubectl")
    def test_kustomize_renders_both(self):
        def key(document: dict) -> tuple[str, str]:
            return document["kind"], document["metadata"]["name"]

        self.assertEqual(sorted(rendered(FOLDER / "base"), key=key), sorted(self.all, key=key))
        managed = rendered(FOLDER / "cert-manager")
        configuration = of_kind(managed, "MutatingWebhookConfiguration")
        self.assertEqual(configuration["metadata"].pop("annotations"), {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{SERVICE}"})
        self.assertEqual(configuration, of_kind(self.all, "MutatingWebhookConfiguration"))
        self.assertEqual(sorted(map(key, managed)), sorted(map(key, self.all + documents("cert-manager/certificate.yaml"))))

    def test_the_options_that_readme_and_documentation_name_exist(self):
        done = subprocess.run([BEWIT, "webhook", "--help"], capture_output=True, text=True, check=True, timeout=60)
        for page in (FOLDER / "README.md", SOURCE_ROOT / "docs" / "webhook.md"):
            text = page.read_text(encoding="utf-8")
            kubectl = ("--cluster", "--name", "--namespace", "--image", "--dry-run", "--command", "--from-file", "--show-labels")
            for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - set(kubectl):
                self.assertRegex(done.stdout, rf"{option}\b", page.name)


# Answers what certificate.sh asks of kubectl, and notes what it is told: `patch.json` and `secret.json`.
KUBECTL = """#!/usr/bin/env python3
import base64, json, os, sys
words, folder = sys.argv[1:], os.path.dirname(os.path.realpath(sys.argv[0]))
def path(name): return os.path.join(folder, name)
if words[:3] == ["get", "mutatingwebhookconfiguration", "bewit"]:
    assert words[3:] == ["-o", "jsonpath={.webhooks[0].clientConfig.caBundle}"], words
    if os.path.exists(path("patch.json")):
        print(json.load(open(path("patch.json")))[0]["value"], end="")
elif words[:3] == ["patch", "mutatingwebhookconfiguration", "bewit"]:
    assert words[3:5] == ["--type=json", "-p"], words
    open(path("patch.json"), "w").write(words[5])
elif words[:6] == ["-n", "bewit-system", "create", "secret", "tls", "bewit-webhook-tls"]:
    files = dict(word.split("=", 1) for word in words[6:8])
    assert words[8:] == ["--dry-run=client", "-o", "yaml"], words
    print(json.dumps({name: open(files[option]).read() for name, option in (("tls.crt", "--cert"), ("tls.key", "--key"))}))
elif words == ["apply", "-f", "-"]:
    open(path("secret.json"), "w").write(sys.stdin.read())
else:
    sys.exit(f"kubectl: {words}")
"""


@unittest.skipUnless(shutil.which("openssl"), "needs openssl")
class CertificateScript(TestCase):
    def run_script(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(FOLDER / "certificate.sh"), *words], capture_output=True, text=True, check=False, timeout=60,
                              env={**clean_environment(), "PATH": f"{self.directory}:{os.environ['PATH']}"})

    def written(self) -> tuple[dict, str]:
        patch, = json.loads(pathlib.Path(self.path("patch.json")).read_text(encoding="utf-8"))
        self.assertEqual((patch["op"], patch["path"]), ("add", "/webhooks/0/clientConfig/caBundle"))
        return json.loads(pathlib.Path(self.path("secret.json")).read_text(encoding="utf-8")), base64.b64decode(patch["value"], validate=True).decode()

    def serve(self, secret: dict, bundle: str) -> None:
        """The API server trusts this bundle, and calls the service by its name."""
        for name, text in secret.items():
            pathlib.Path(self.path(name)).write_text(text, encoding="utf-8")

        class Files:
            options = staticmethod(lambda: ["--cert", self.path("tls.crt"), "--key", self.path("tls.key")])
            client = staticmethod(lambda: ssl.create_default_context(cadata=bundle))

        running = Webhook(Files())
        try:
            connection = running.connect()
            connection.sock = Files.client().wrap_socket(running.raw_socket(), server_hostname=f"{SERVICE}.{NAMESPACE}.svc")
            self.assertTrue(operations_of(running.mutate(review(), connection)))
            connection.close()
        finally:
            running.process.kill()
            running.end()

    def test_it_makes_what_the_api_server_trusts_also_while_it_is_renewed(self):
        path = pathlib.Path(self.path("kubectl"))
        path.write_text(KUBECTL, encoding="utf-8")
        path.chmod(0o755)
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        first, bundle = self.written()
        self.assertEqual(bundle, first["tls.crt"])
        self.serve(first, bundle)
        for _ in range(2):
            before = self.written()[0]
            self.assertEqual(self.run_script("30").returncode, 0)
            after, bundle = self.written()
            self.assertNotEqual(before["tls.key"], after["tls.key"])
            self.assertEqual(bundle.count("BEGIN CERTIFICATE"), 2)
            for secret in (before, after):
                self.serve(secret, bundle)

    def test_it_stops_where_a_step_fails(self):
        path = pathlib.Path(self.path("kubectl"))
        path.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        path.chmod(0o755)
        self.assertNotEqual(self.run_script().returncode, 0)


if __name__ == "__main__":
    unittest.main()
