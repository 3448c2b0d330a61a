#!/usr/bin/env python3
"""Where alerts go, and the configuration that says so."""
import fcntl
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import unittest

from harness import BEWIT, PYTHON, TestCase, run

RULE = """- rule: marked
  desc: a file of the test is opened
  condition: evt.type in (open, openat) and evt.is_open_read=true and fd.name endswith /marked
  output: opened %fd.name
  priority: WARNING
  tags: [t]
"""


class Collector:
    """Takes POSTs on 127.0.0.1, answering each with the next of `statuses`, then 200."""

    def __init__(self, statuses=()):
        self.bodies, self.statuses = [], list(statuses)
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.statuses.pop(0) if collector.statuses else 200
                if status == 200:
                    collector.bodies.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Outputs(TestCase):
    def setUp(self):
        super().setUp()
        self.rules = self.path("rules.yaml")
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write(RULE)
        self.marked = self.path("marked")
        with open(self.marked, "w", encoding="utf-8") as file:
            file.write("content\n")

    def read_marked(self, *options, times=1, alerts=False):
        return run(["sh", "-c", f"for i in $(seq {times}); do read line < {self.marked}; done; exit 7"], rules=[self.rules], options=options, alerts=alerts)

    def test_alerts_are_posted_and_what_fails_for_now_comes_later(self):
        collector = Collector(statuses=[503])
        self.addCleanup(collector.close)
        result = self.read_marked("--alerts", collector.url, times=3)
        self.assertEqual(result.status, 7, result.stderr)
        self.assertEqual([body["rule"] for body in collector.bodies], ["marked"] * 3)
        self.assertNotIn("could not be delivered", result.stderr)

    def test_standard_error_that_was_made_one_that_does_not_wait_gets_every_line_whole(self):
        # Longer than what a pipe takes at once (pipe(7), PIPE_BUF), and far more than it holds.
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write(RULE.replace("opened %fd.name", "run %proc.cmdline"))
        times = 100
        code = f"import os, sys\nos.set_blocking(2, False)\nfor i in range({times}): open(sys.argv[1]).close()\nsys.exit(7)"
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        process = subprocess.Popen([BEWIT, "run", "-r", self.rules, "--", PYTHON, "-c", code, self.marked, "x" * 3000], stderr=writing)
        os.close(writing)
        time.sleep(1)  # it is full by now
        text = b""
        while piece := os.read(reading, 65536):
            text += piece
        os.close(reading)
        self.assertEqual(process.wait(60), 7)
        lines = text.decode().splitlines()
        self.assertEqual([json.loads(line)["rule"] for line in lines], ["marked"] * times)
        self.assertGreater(min(map(len, lines)), 4096)

    def test_the_summary_waits_for_room_in_a_standard_error_that_does_not_wait(self):
        reading, writing = os.pipe()
        process = subprocess.Popen([BEWIT, "run", "--alerts", "/dev/null", "--stats=json", "--", PYTHON, "-c",
                                    "import os; os.set_blocking(2, False); os.read(0, 1); os._exit(7)"], stderr=writing, stdin=subprocess.PIPE)
        time.sleep(1)
        os.set_blocking(writing, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(writing, b"x" * 4096)
        os.close(writing)
        process.stdin.close()
        time.sleep(1)  # it is over but for the summary
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
        self.assertEqual(process.wait(60), 7)
        self.assertGreaterEqual(json.loads(text.lstrip(b"x"))["events"], 2)

    def test_alerts_that_were_lost_are_an_alert_as_soon_as_others_get_through(self):
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        times = 2000
        script = f"for i in $(seq {times}); do read line < {self.marked}; done; read line < {fifo}-go"
        os.mkfifo(fifo + "-go")
        process = subprocess.Popen([BEWIT, "run", "-r", self.rules, "--alerts", fifo, "-o", "outputs_queue.capacity=50", "--stats=json", "-q", "--",
                                    "sh", "-c", script], stderr=subprocess.PIPE, text=True)
        limit = threading.Timer(60, process.kill)
        limit.start()
        self.addCleanup(limit.cancel)
        with os.fdopen(reading, encoding="utf-8") as lines:
            with open(fifo + "-go", "w", encoding="utf-8"):  # the workload has done all of it, and waits
                os.set_blocking(reading, True)
                alerts = [json.loads(lines.readline())]
                while alerts[-1]["rule"] == "marked":
                    alerts.append(json.loads(lines.readline()))
                self.assertIsNone(process.poll())
            alerts += map(json.loads, lines)
        counts = json.loads(process.communicate(timeout=60)[1])["alerts"]
        self.assertEqual(process.returncode, 1)
        lost = [alert for alert in alerts if alert["rule"] != "marked"]
        self.assertEqual({(alert["rule"], alert["source"], alert["priority"]) for alert in lost}, {("bewit internal: alerts lost", "internal", "Critical")})
        self.assertEqual(int(lost[-1]["output_fields"]["alerts"]), counts["dropped"])
        self.assertEqual((len(alerts) - len(lost), counts["dropped"] + counts["delivered"]), (counts["delivered"], times))
        self.assertGreater(counts["dropped"], 1000)

    def test_a_server_that_never_answers_holds_up_no_workload(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            began = time.monotonic()
            result = self.read_marked("--alerts", f"http://127.0.0.1:{silent.getsockname()[1]}/", times=3)
            self.assertEqual(result.status, 7)
            self.assertLess(time.monotonic() - began, 40)
        self.assertIn("3 alerts could not be delivered", result.stderr)

    def test_a_program_gets_them_and_is_not_watched(self):
        copy = self.path("copy")
        result = self.read_marked("-o", "program_output.enabled=true", "-o", "program_output.keep_alive=true",
                                  "-o", f"program_output.program=cat {self.marked} > /dev/null; cat > {copy}", times=3)
        self.assertEqual(result.status, 7, result.stderr)
        with open(copy, encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["rule"] for line in file], ["marked"] * 3)

    def test_properties_are_included_as_asked(self):
        result = self.read_marked("-o", "json_include_output_property=false", "-o", "json_include_message_property=true",
                                  "-o", "json_include_tags_property=false", "-o", "static_fields.team=blue", "-o", "append_output=[{extra_output: 'by %proc.name'}]",
                                  alerts=True)
        alert = result.of("marked")[0]
        self.assertNotIn("output", alert)
        self.assertNotIn("tags", alert)
        self.assertEqual(alert["message"], f"opened {self.marked} by sh")
        self.assertEqual(alert["output_fields"]["team"], "blue")

    def test_metrics_come_at_the_end_and_while_events_do(self):
        copy = self.path("metrics")
        result = self.read_marked("-o", "metrics={enabled: true, interval: 100ms}", "-o", f"metrics.output_file={copy}", times=3, alerts=True)
        snapshot = result.of("Falco internal: metrics snapshot")[-1]
        self.assertEqual((snapshot["priority"], snapshot["source"]), ("Informational", "internal"))
        fields = snapshot["output_fields"]
        self.assertEqual((fields["falco.rules.marked"], fields["falco.rules.matches_total"]), (3, 3))
        self.assertGreater(fields["falco.num_evts"], 3)
        self.assertGreater(fields["falco.memory_rss_mb"], 1)
        with open(copy, encoding="utf-8") as file:
            self.assertEqual(json.loads(file.readlines()[-1])["output_fields"], fields)

    def test_stats_for_people_and_as_json(self):
        text = self.read_marked("--stats", alerts=True).stderr
        self.assertIn("1 alerts delivered, 0 dropped\nbewit:   1 x marked\n", text)
        stats = json.loads(self.read_marked("--stats=json", times=2, alerts=True).stderr)
        self.assertEqual((stats["alerts"], stats["matches"]), ({"delivered": 2, "dropped": 0}, {"marked": 2}))
        self.assertGreater(stats["stops"], 0)

    def test_a_bad_output_stops_before_the_workload_starts(self):
        for options in (["--alerts", "http://"], ["-o", "http_output.enabled=true"], ["--alerts", "https://a.test/", "-o", "http_output.ca_cert=/nowhere"]):
            result = self.read_marked(*options)
            self.assertEqual(result.status, 125, options)
            self.assertRegex(result.stderr, r"^bewit: error: ")


class Metadata(TestCase):
    CONTAINER = {"DockerId": "cd189a933e5849daa93386466019ab50-2495160603", "Name": "curl", "Image": "registry.test/curl:1.2"}
    TASK = {"Cluster": "default", "TaskARN": "arn:aws:ecs:us-west-2:111122223333:task/default/e9028f8d", "Family": "curltest", "Revision": "3"}

    def setUp(self):
        super().setUp()
        self.rules = self.path("rules.yaml")
        with open(self.rules, "w", encoding="utf-8") as file:
            file.write(RULE.replace("opened %fd.name", "opened %fd.name by %ecs.task.family %ecs.task.id").replace("fd.name endswith", "ecs.cluster = default and fd.name endswith"))
        self.marked = self.path("marked")
        with open(self.marked, "w", encoding="utf-8") as file:
            file.write("content\n")

    def test_facts_of_the_task_are_in_alerts_and_conditions_once_they_are_known(self):
        answers = {"/v4/id": self.CONTAINER, "/v4/id/task": self.TASK}
        answered = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                body = json.dumps(answers[self.path]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                answered.append(self.path)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        # Until the answers are there, the rule cannot match.
        result = run(["sh", "-c", f"for i in $(seq 100); do read line < {self.marked}; sleep 0.05; done"], rules=[self.rules],
                     env={"ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:{server.server_address[1]}/v4/id"})
        alert = result.of("marked")[-1]
        self.assertIn("by curltest e9028f8d ", alert["output"])
        self.assertEqual(alert["output_fields"]["container.image.repository"], "registry.test/curl")
        self.assertEqual(alert["output_fields"]["container.name"], "curl")
        self.assertEqual(sorted(answered), ["/v4/id", "/v4/id/task"])

    def test_a_silent_endpoint_delays_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            began = time.monotonic()
            result = run(["true"], rules=[self.rules], env={"ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:{silent.getsockname()[1]}/v4/id"})
        self.assertEqual(result.status, 0)
        self.assertLess(time.monotonic() - began, 5)


class Names(TestCase):
    def test_a_host_name_in_a_rule_stands_for_what_the_hosts_file_says(self):
        rules = self.path("rules.yaml")
        with open(rules, "w", encoding="utf-8") as file:
            file.write("- rule: named\n  desc: d\n  condition: evt.type = connect and fd.sip.name = localhost and fd.sport = 9\n  output: to %fd.name\n  priority: NOTICE\n")
        result = run([PYTHON, "-c", "import socket; [socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect((a, 9)) for a in ('127.0.0.1', '127.0.0.2')]"], rules=[rules])
        self.assertEqual(len(result.of("named")), 1, result.stderr)


class Configuration(TestCase):
    def bewit(self, *words, **env):
        return subprocess.run([BEWIT, *words], capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **env})

    def test_show_has_every_value_with_its_origin_and_no_secret(self):
        path = self.path("falco.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("json_output: false\nhttp_output:\n  enabled: true\n  url: https://u:secret@h/?secret\n  headers: {Authorization: secret}\n  nonsense: 1\n")
        done = self.bewit("config", "show", "--json", "-c", path, "--priority", "error", BEWIT_RULE_MATCHING="all")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["json_output"], {"value": False, "origin": f"{path}:1"})
        self.assertEqual(shown["priority"], {"value": "error", "origin": "--priority"})
        self.assertEqual(shown["rule_matching"], {"value": "all", "origin": "environment BEWIT_RULE_MATCHING"})
        self.assertEqual(shown["rules_files"], {"value": ["builtin"], "origin": "default"})
        self.assertNotIn("secret", done.stdout)
        self.assertIn(f"{path}:6:3: unknown key 'http_output.nonsense'", done.stderr)
        text = self.bewit("config", "show", "-c", path).stdout
        self.assertRegex(text, r"(?m)^json_output: false +# .*falco.yaml:1$")

    def test_a_bad_value_is_an_error_with_its_place(self):
        path = self.path("bad.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("json_output: maybe\n")
        done = self.bewit("config", "show", "-c", path)
        self.assertEqual((done.returncode, done.stderr), (1, f"bewit: error: {path}:1:14: json_output must be true or false\n"))

    def test_schema_names_every_key_that_show_prints(self):
        schema = json.loads(self.bewit("config", "schema").stdout)
        for key in json.loads(self.bewit("config", "show", "--json").stdout):
            part = schema
            for name in key.split("."):
                part = part["properties"][name]
            self.assertIn("description", part)


if __name__ == "__main__":
    unittest.main()
