#!/usr/bin/env python3
"""`bewit patch` and `bewit install` as a user types them."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

from harness import BEWIT, TestCase

IMAGE = ["--bewit-image", "registry.test/bewit:1"]


def bewit(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if key != "BEWIT_IMAGE"}
    return subprocess.run([BEWIT, *words], input=stdin, capture_output=True, text=True, check=False, timeout=60, env=environment)


TASK = """{
  "family": "web",
  "containerDefinitions": [
    {"name": "app", "image": "nginx", "entryPoint": ["/entry.sh"], "command": ["nginx"]}
  ]
}
"""


class Install(TestCase):
    def test_a_copy_that_runs(self):
        directory = self.path("volume")
        for _ in range(2):  # the second time over the first
            done = bewit("install", directory)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        copy = pathlib.Path(directory, "bewit")
        self.assertEqual(stat.S_IMODE(copy.stat().st_mode), 0o755)
        self.assertEqual(copy.read_bytes(), pathlib.Path(BEWIT).read_bytes())
        self.assertEqual(os.listdir(directory), ["bewit"])
        self.assertEqual(subprocess.run([str(copy), "run", "--", "sh", "-c", "exit 7"], check=False, timeout=60).returncode, 7)

    def test_a_copy_that_is_running_is_replaced(self):
        directory = self.path("volume")
        bewit("install", directory)
        with subprocess.Popen([os.path.join(directory, "bewit"), "run", "--", "cat"], stdin=subprocess.PIPE) as running:
            self.assertEqual(bewit("install", directory).returncode, 0)
            running.stdin.close()
            self.assertEqual(running.wait(timeout=60), 0)

    def test_what_cannot_be_is_one_sentence(self):
        done = bewit("install", "/proc/nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^bewit: error: install: /proc/nowhere: .*\n$")
        self.assertEqual(bewit("install").returncode, 2)


class PatchEcs(TestCase):
    def file(self, text: str, name: str = "task.json") -> str:
        path = self.path(name)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def test_from_a_file_from_standard_input_and_in_place(self):
        path = self.file(TASK)
        done = bewit("patch", "ecs", *IMAGE, path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["containerDefinitions"][0]["entryPoint"], ["/opt/bewit/bewit", "run", "--", "/entry.sh"])
        self.assertEqual(bewit("patch", "ecs", *IMAGE, stdin=TASK).stdout, done.stdout)
        self.assertEqual(bewit("patch", "ecs", *IMAGE, "-i", path).stdout, "")
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), done.stdout)
        self.assertEqual(bewit("patch", "ecs", "--unpatch", path).stdout, TASK)

    def test_the_difference_applies_with_patch_or_git(self):
        path = self.file(TASK)
        difference = bewit("patch", "ecs", *IMAGE, "--diff", path).stdout.replace(f"a/{path}", "a/task.json").replace(f"b/{path}", "b/task.json")
        applied = subprocess.run(["git", "apply", "-p1", "-"], input=difference, text=True, cwd=self.directory, check=False, capture_output=True)
        self.assertEqual(applied.returncode, 0, applied.stderr)
        self.assertEqual(pathlib.Path(path).read_text(encoding="utf-8"), bewit("patch", "ecs", *IMAGE, stdin=TASK).stdout)
        self.assertEqual(bewit("patch", "ecs", *IMAGE, "--diff", path).stdout, "")

    def test_options_of_run_come_before_the_workload(self):
        done = bewit("patch", "ecs", *IMAGE, "--alerts", "fd:2", "--run-option=--rules=builtin", "--directory", "/b", self.file(TASK))
        self.assertEqual(json.loads(done.stdout)["containerDefinitions"][0]["entryPoint"],
                         ["/b/bewit", "run", "--alerts", "fd:2", "--rules=builtin", "--", "/entry.sh"])

    def test_the_image_s_own_command(self):
        path = self.file('{"containerDefinitions": [{"name": "app", "image": "nginx"}]}')
        done = bewit("patch", "ecs", *IMAGE, path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"{path}:1:27: /containerDefinitions/0: the definition leaves the command to the image 'nginx'", done.stderr)
        config = self.file('[{"Config": {"Entrypoint": ["/docker-entrypoint.sh"], "Cmd": ["nginx"]}}]', "inspect.json")
        done = bewit("patch", "ecs", *IMAGE, "--image-config", f"nginx={config}", path)
        self.assertEqual(json.loads(done.stdout)["containerDefinitions"][0]["command"], ["nginx"])

    def test_a_choice_is_one_for_the_whole_template(self):
        tasks = {name: {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{"Name": name, "Image": "x", "EntryPoint": ["/e"]}]}}
                 for name in ("web", "job")}
        path = self.file(json.dumps({"Resources": tasks}))
        done = bewit("patch", "ecs", *IMAGE, "--include", "job", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        resources = json.loads(done.stdout)["Resources"]
        self.assertEqual(resources["web"], tasks["web"])
        self.assertEqual(resources["job"]["Properties"]["ContainerDefinitions"][0]["EntryPoint"][1], "run")
        done = bewit("patch", "ecs", *IMAGE, "--include", "nosuch", path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", f"bewit: error: {path}: --include names no container here\n"))

    def test_usage(self):
        self.assertIn("--bewit-image", bewit("patch", "ecs", self.file(TASK)).stderr)
        for words in ((), ("ecs", "--shape", "no-such"), ("ecs",), ("ecs", *IMAGE, "-i"), ("ecs", *IMAGE, "--directory", "relative")):
            self.assertEqual(bewit("patch", *words, stdin=TASK).returncode, 2, words)
        self.assertIn("--all", bewit("patch", "ecs", *IMAGE, "--shape", "sidecar", stdin=TASK).stdout)
        self.assertEqual(bewit("patch", "ecs", *IMAGE, "/nowhere").stderr, "bewit: error: /nowhere: No such file or directory\n")


MANIFEST = """apiVersion: v1
kind: Service
metadata: {name: web}
---
# The shop.
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: app
      image: nginx
      command: [/entry.sh]
"""


class PatchKubernetes(TestCase):
    def test_a_post_renderer(self):
        done = bewit("patch", "k8s", *IMAGE, stdin=MANIFEST)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn('command: ["/opt/bewit/bewit", "run", "--", /entry.sh]', done.stdout)
        self.assertEqual(bewit("patch", "k8s", "--unpatch", stdin=done.stdout).stdout, MANIFEST)

    def test_a_choice_that_leaves_nothing_is_an_error(self):
        done = bewit("patch", "k8s", *IMAGE, "--include", "nosuch", stdin=MANIFEST)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("stdin: --include names no container here", done.stderr)
        self.assertEqual(bewit("patch", "k8s", *IMAGE, "--include", "a*", stdin=MANIFEST).returncode, 0)

    @unittest.skipUnless(shutil.which("kubectl"), "needs kubectl")
    def test_kubectl_reads_the_result(self):
        patched = bewit("patch", "k8s", *IMAGE, stdin=MANIFEST).stdout
        done = subprocess.run(["kubectl", "label", "--local", "-f", "-", "a=b", "-o", "json"], input=patched, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        decoder, text, objects = json.JSONDecoder(), done.stdout.strip(), []
        while text:
            found, end = decoder.raw_decode(text)
            objects.append(found)
            text = text[end:].strip()
        pod = next(found for found in objects if found["kind"] == "Pod")
        self.assertEqual(pod["spec"]["containers"][0]["command"], ["/opt/bewit/bewit", "run", "--", "/entry.sh"])
        self.assertEqual(pod["spec"]["initContainers"][0]["securityContext"]["runAsUser"], 65532)


if __name__ == "__main__":
    unittest.main()
