#!/usr/bin/env python3
"""`bewit webhook` as an API server meets it: over TLS, from its start to its end."""
import concurrent.futures
import http.client
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

from harness import BEWIT
from webhook_case import IMAGE, POD, Secret, Webhook, WebhookCase, applied, clean_environment, operations_of, patched_by_command, review, until


class Reviews(WebhookCase):
    def test_the_patch_applied_is_what_the_command_makes(self):
        words = ["--alerts", "fd:2", "--run-option=--rules=builtin", "--exclude", "helper"]
        with self.webhook(*words) as running:
            response = running.mutate(review())
            self.assertEqual((response["uid"], response["allowed"]), ("705ab4f5-6393", True))
            result = applied(POD, operations_of(response))
            self.assertEqual(result, patched_by_command(POD, *words))
            self.assertEqual(result["spec"]["containers"][0]["command"][:5], ["/opt/bewit/bewit", "run", "--alerts", "fd:2", "--rules=builtin"])
            self.assertEqual(running.mutate(review(result)), {"uid": "705ab4f5-6393", "allowed": True})
            # A dry run is no different, and nor is the older version.
            self.assertEqual(running.mutate(review(dryRun=True)), response)
            older = {**review(), "apiVersion": "admission.k8s.io/v1beta1"}
            self.assertEqual(running.mutate(older), response)

    def test_opting_out_and_what_is_no_new_pod(self):
        with self.webhook() as running:
            plain = {"uid": "705ab4f5-6393", "allowed": True}
            out = {**POD, "metadata": {"name": "web", "annotations": {"bewit/inject": "false"}}}
            self.assertEqual(running.mutate(review(out)), plain)
            self.assertEqual(running.mutate(review(operation="UPDATE")), plain)
            self.assertEqual(running.mutate(review(kind={"group": "apps", "version": "v1", "kind": "Deployment"})), plain)
            counts = running.metrics()
            for reason in ("annotation", "operation", "kind"):
                self.assertEqual(counts[f'bewit_webhook_skipped_total{{reason="{reason}"}}'], 1, counts)
            self.assertEqual(counts["bewit_webhook_patched_total"], 0)

    def test_opting_in(self):
        with self.webhook("--opt-in") as running:
            self.assertNotIn("patch", running.mutate(review()))
            wanted = {**POD, "metadata": {"name": "web", "annotations": {"bewit/inject": "true"}}}
            self.assertEqual(applied(wanted, operations_of(running.mutate(review(wanted)))), patched_by_command(wanted, "--opt-in"))

    def test_what_cannot_be_patched_is_refused_or_admitted_as_configured(self):
        unknown = {**POD, "spec": {"containers": [{"name": "app", "image": "nginx"}]}}
        with self.webhook() as running:
            response = running.mutate(review(unknown))
            self.assertEqual((response["allowed"], response["status"]["code"]), (False, 403))
            self.assertIn("Pod shop/web-*: /spec/containers/0: the definition leaves the command to the image 'nginx'", response["status"]["message"])
            self.assertEqual(running.metrics()["bewit_webhook_refused_total"], 1)
            status, said = running.end()
            self.assertEqual(status, 0)
            self.assertRegex(said, r"^bewit: warning: webhook: refused: Pod shop/web-\*: .*\n$")
        with self.webhook("--fail", "open") as running:
            response = running.mutate(review(unknown))
            self.assertEqual((response["allowed"], "patch" in response), (True, False))
            self.assertIn("the image 'nginx'", response["warnings"][0])
            self.assertEqual(running.metrics()["bewit_webhook_unwatched_total"], 1)
        config = self.file("nginx.json", '[{"Config": {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["nginx"]}}]')
        with self.webhook("--image-config", f"nginx={config}") as running:
            made = applied(unknown, operations_of(running.mutate(review(unknown))))
            self.assertEqual(made["spec"]["containers"][0]["args"], ["nginx"])

    def test_many_at_once(self):
        with self.webhook() as running:
            def one(number: int) -> None:
                connection = running.connect(60)
                for turn in range(5):
                    pod = {**POD, "metadata": {"name": f"web-{number}-{turn}"}}
                    response = running.mutate(review(pod, uid=f"{number}-{turn}"), connection)
                    self.assertEqual(response["uid"], f"{number}-{turn}")
                    self.assertEqual(applied(pod, operations_of(response))["metadata"]["name"], f"web-{number}-{turn}")
                connection.close()
            with concurrent.futures.ThreadPoolExecutor(40) as pool:
                list(pool.map(one, range(80)))
            counts = running.metrics()
            self.assertEqual(counts["bewit_webhook_patched_total"], 400)
            self.assertEqual(counts["bewit_webhook_review_duration_seconds_count"], 400)
            self.assertEqual(counts['bewit_webhook_review_duration_seconds_bucket{le="+Inf"}'], 400)
            with open(f"/proc/{running.process.pid}/status", encoding="utf-8") as file:
                self.assertLessEqual(int(re.search(r"Threads:\s+(\d+)", file.read())[1]), 2)


class Certificates(WebhookCase):
    def served(self, running: Webhook) -> str:
        stream = running.raw_socket()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(stream) as connection:
            text = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True))
        return subprocess.run(["openssl", "x509", "-noout", "-subject"], input=text, capture_output=True, text=True, check=True).stdout.strip().rpartition(" ")[2]

    def test_a_new_certificate_is_taken_up_and_connections_live_on(self):
        with self.webhook("-v") as running:
            self.assertEqual(self.served(running), "webhook-1")
            connection = running.connect()
            self.addCleanup(connection.close)
            self.assertTrue(running.mutate(review(), connection)["allowed"])
            local = connection.sock.getsockname()
            stop, failures = threading.Event(), []

            def ask_on() -> None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                while not stop.is_set():
                    other = http.client.HTTPSConnection("127.0.0.1", running.port, context=context, timeout=30)
                    try:
                        running.mutate(review(), other)
                    except Exception as error:  # pylint: disable=broad-exception-caught
                        failures.append(error)
                    other.close()

            thread = threading.Thread(target=ask_on)
            thread.start()
            self.secret.update()
            self.assertTrue(until(lambda: self.served(running) == "webhook-2"))
            stop.set()
            thread.join()
            self.assertEqual(failures, [])
            self.assertTrue(running.mutate(review(), connection)["allowed"])
            self.assertEqual(connection.sock.getsockname(), local)
            self.assertTrue(running.mutate(review())["allowed"])  # verified with the new one
            # What cannot be used changes nothing, and is told.
            shutil.copy(self.secret.path("..1/tls.key"), self.secret.path("..data/tls.key"))
            self.assertTrue(until(lambda: running.metrics()['bewit_webhook_certificate_reloads_total{result="failure"}'] == 1))
            self.assertEqual(self.served(running), "webhook-2")
            self.assertEqual(running.metrics()['bewit_webhook_certificate_reloads_total{result="success"}'], 1)
            _, said = running.end()
            self.assertIn("bewit: the certificate was read again\n", said)
            self.assertRegex(said, r"bewit: warning: webhook: the certificate before stays in use: .*/tls\.key: this key cannot be used with the certificate")


class End(WebhookCase):
    def test_sigterm_lets_what_runs_finish(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.webhook() as running:
                idle = running.connect()
                self.addCleanup(idle.close)
                self.assertEqual(running.ask("GET", "/readyz", connection=idle)[0], 200)
                body = json.dumps(review()).encode()
                with running.raw() as stream:
                    stream.sendall(b"POST /mutate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
                    time.sleep(0.3)
                    running.process.send_signal(how)

                    def refuses() -> bool:
                        try:
                            socket.create_connection(("127.0.0.1", running.port), timeout=5).close()
                        except ConnectionRefusedError:
                            return True
                        return False

                    self.assertTrue(until(refuses))
                    self.assertEqual(idle.sock.recv(10), b"")
                    self.assertIsNone(running.process.poll())
                    stream.sendall(body)
                    answer = b""
                    while piece := stream.recv(65536):
                        answer += piece
                    self.assertTrue(answer.startswith(b"HTTP/1.1 200 OK\r\n"))
                    self.assertIn(b"Connection: close\r\n", answer)
                begun = time.monotonic()
                self.assertEqual(running.process.wait(timeout=30), 0)
                self.assertLess(time.monotonic() - begun, 5)
                self.assertEqual(running.end(), (0, ""))

    def test_who_never_finishes_does_not_hold_up_the_end(self):
        with self.webhook() as running, running.raw() as stream:
            stream.sendall(b"POST /mutate HTTP/1.1\r\n")
            time.sleep(0.3)
            begun = time.monotonic()
            self.assertEqual(running.end()[0], 0)
            self.assertLess(time.monotonic() - begun, 20)

    def test_it_goes_on_for_a_while_where_that_is_asked_for_and_a_second_signal_ends_it(self):
        with self.webhook("--shutdown-delay", "600") as running:
            running.process.send_signal(signal.SIGTERM)
            self.assertTrue(until(lambda: running.ask("GET", "/readyz")[0] == 503))
            self.assertEqual(running.ask("GET", "/healthz")[0], 200)
            self.assertTrue(running.mutate(review())["allowed"])
            self.assertEqual(running.end()[0], 0)


class Start(WebhookCase):
    def fail(self, *words: str) -> tuple[int, str]:  # pylint: disable=arguments-differ
        done = subprocess.run([BEWIT, "webhook", *words], capture_output=True, text=True, check=False, timeout=60, env=clean_environment())
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_what_is_wrong_at_the_start_is_one_sentence(self):
        certificate, key = self.secret.path("tls.crt"), self.secret.path("tls.key")
        self.assertEqual(self.fail("--cert", "/nowhere", "--key", key, *IMAGE), (1, "bewit: error: webhook: /nowhere: No such file or directory\n"))
        self.assertEqual(self.fail("--cert", certificate, "--key", "/nowhere", *IMAGE), (1, "bewit: error: webhook: /nowhere: No such file or directory\n"))
        other = Secret(self.path("other"))
        status, said = self.fail("--cert", certificate, "--key", other.path("tls.key"), *IMAGE)
        self.assertEqual(status, 1)
        self.assertRegex(said, rf"^bewit: error: webhook: {re.escape(other.path('tls.key'))}: this key cannot be used with the certificate {re.escape(certificate)}: .*\n$")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.assertEqual(self.fail(*self.secret.options(), *IMAGE, "--listen", address), (1, f"bewit: error: webhook: cannot listen on {address}: Address already in use\n"))
        encrypted = self.path("encrypted.key")
        subprocess.run(["openssl", "ec", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted], check=True, capture_output=True)
        status, said = self.fail("--cert", certificate, "--key", encrypted, *IMAGE)
        self.assertEqual((status, said.count("\n")), (1, 1), said)
        self.assertEqual(self.fail(*self.secret.options(), *IMAGE, "--image-config", "a=/nowhere"),
                         (1, "bewit: error: webhook: --image-config /nowhere: No such file or directory\n"))

    def test_usage(self):
        options = [*self.secret.options(), *IMAGE]
        for words in ((), IMAGE, self.secret.options(), (*options, "--fail", "maybe"), (*options, "--listen", "here"), (*options, "--shape", "sidecar"),
                      (*options, "--image-config", "file.json"), (*options, "--shutdown-delay", "-1"), (*options, "--metrics-listen", "1"), (*options, "more")):
            self.assertEqual(self.fail(*words)[0], 2, words)
        done = subprocess.run([BEWIT, "webhook", "--help"], capture_output=True, text=True, check=True, timeout=60)
        self.assertTrue(done.stdout.startswith("Examples:\n  bewit webhook "))


if __name__ == "__main__":
    unittest.main()
