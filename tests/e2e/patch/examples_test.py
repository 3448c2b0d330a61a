#!/usr/bin/env python3
"""The examples, run as their READMEs say: what they hold is what `bewit patch` makes today, AWS's and Kubernetes' own clients take it, and it raises its alert."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import typing
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402
import definitions  # noqa: E402
import small_fargate  # noqa: E402

EXAMPLES = harness.SOURCE_ROOT / "examples"
ECS, EKS = EXAMPLES / "ecs-fargate", EXAMPLES / "eks-fargate"
NGINX = "public.ecr.aws/nginx/nginx:1.27"
BEWIT_IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/bewit:1"

needs_botocore = unittest.skipUnless(definitions.botocore, "needs python3-botocore")
needs_yaml = unittest.skipUnless(definitions.yaml, "needs python3-yaml")


def text(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8")


def bewit(words: list[str], folder: pathlib.Path, given: str = "") -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if key != "BEWIT_IMAGE"}
    return subprocess.run([harness.BEWIT, *words], input=given, capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=environment)


def commands(readme: pathlib.Path) -> list[tuple[list[str], str]]:
    """The README's `$ bewit ...` lines: their words, and the file that each makes."""
    found = []
    for line in re.findall(r"^\$ bewit (.*)$", text(readme), re.MULTILINE):
        words, _, name = line.partition(" > ")
        found.append((shlex.split(words), name.strip()))
    return found


def with_bewit(program: str) -> dict[str, str]:
    """An environment in which `bewit` is found."""
    return {**os.environ, "PATH": f"{pathlib.Path(program).parent}:{os.environ['PATH']}"}


class Staleness(unittest.TestCase):
    maxDiff = None

    def test_the_readmes_commands_make_the_files_that_they_name(self):
        for folder, least in ((ECS, 4), (EKS, 1)):
            made = set()
            for words, name in commands(folder / "README.md"):
                with self.subTest(" ".join(words)):
                    done = bewit(words, folder)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    if name:
                        self.assertEqual(done.stdout, text(folder / name))
                        made.add(name)
            self.assertGreaterEqual(len(made), least)
            self.assertEqual(made, {str(path.relative_to(folder)) for path in folder.rglob("*") if ".bewit." in path.name or ".sidecar." in path.name})

    def test_what_was_patched_comes_back(self):
        for folder, kind, before, after in ((ECS, "ecs", "task.json", "task.bewit.json"), (ECS, "ecs", "task.json", "task.sidecar.json"), (ECS, "ecs", "firelens.json", "firelens.bewit.json"),
                                            (ECS, "ecs", "template.yaml", "template.bewit.yaml"), (EKS, "k8s", "base/deployment.yaml", "deployment.bewit.yaml")):
            self.assertEqual(bewit(["patch", kind, "--unpatch", after], folder).stdout, text(folder / before), after)

    def test_files_that_the_readmes_name_are_there(self):
        for folder in (ECS, EKS):
            for link in re.findall(r"\]\(([^)#:]+)\)", text(folder / "README.md")):
                self.assertTrue((folder / link).exists(), f"{folder.name}/README.md: {link}")

    def test_options_of_run_that_the_examples_give_are_accepted(self):
        prefixes = [words.split('"') for words in re.findall(r'"[^"]*/bewit", "run"[^\]]*', "".join(text(path) for path in EXAMPLES.rglob("*.*") if path.suffix in (".json", ".yaml")))]
        self.assertGreater(len(prefixes), 3)
        options = {tuple(words[words.index("run") + 2:words.index("--"):2]) for words in prefixes}
        options |= {tuple(words) for words in (re.findall(r"--run-option='?([^ '`]+)", line) for line in text(ECS / "README.md").splitlines()) if words and words[0] != "-D"}
        options |= {("--alerts", value) for value in ("stdout",)}
        for words in sorted(options):
            with self.subTest(words):
                done = bewit(["run", *words, "--", "/bin/sh", "-c", "exit 5"], EXAMPLES)
                self.assertEqual(done.returncode, 5, done.stderr)


class Aws(unittest.TestCase):
    maxDiff = None

    @needs_botocore
    def test_ecs_takes_every_task_definition(self):
        model = definitions.ecs_model()
        for name in ("task.json", "task.bewit.json", "task.sidecar.json", "firelens.json", "firelens.bewit.json"):
            self.assertEqual(model.problems(json.loads(text(ECS / name))), [], name)

    @needs_yaml
    def test_templates_refer_to_what_they_have(self):
        for name in ("template.yaml", "template.bewit.yaml", "alarm.yaml"):
            root = definitions.read(text(ECS / name))[0]
            known = set(root.get("Parameters", {})) | set(root["Resources"]) | {f"AWS::{word}" for word in ("Region", "StackName", "Partition", "AccountId", "NoValue")}
            for function, value in self.functions(root):
                with self.subTest(name, function=function):
                    if function == "Fn::If":
                        self.assertIn(value[0], root["Conditions"])
                    for word in {"Ref": lambda v: [v], "Fn::GetAtt": lambda v: [v.partition(".")[0]], "Fn::Sub": lambda v: re.findall(r"\$\{([^}]+)\}", v)}.get(function, lambda v: [])(value):
                        self.assertIn(word, known)

    @needs_botocore
    @needs_yaml
    def test_resources_of_templates_have_the_properties_that_their_services_know(self):
        for name in ("template.yaml", "template.bewit.yaml", "alarm.yaml"):
            for resource in definitions.read(text(ECS / name))[0]["Resources"].values():
                properties = self.deployed(resource.get("Properties", {}))
                if resource["Type"] == "AWS::ECS::TaskDefinition":
                    self.assertEqual(definitions.ecs_model().problems(lower_first(properties)), [])
                elif resource["Type"] == "AWS::Logs::MetricFilter":
                    self.assertEqual(definitions.AwsModel("logs", "PutMetricFilter").problems({"filterName": "f", **lower_first(properties)}), [])
                elif resource["Type"] == "AWS::CloudWatch::Alarm":
                    self.assertEqual(definitions.AwsModel("cloudwatch", "PutMetricAlarm").problems({"AlarmName": "a", **properties}), [])

    def functions(self, value: typing.Any) -> typing.Iterator[tuple[str, typing.Any]]:
        if isinstance(value, dict):
            for key, item in value.items():
                if key == "Ref" or key.startswith("Fn::"):
                    yield key, item
                yield from self.functions(item)
        elif isinstance(value, list):
            for item in value:
                yield from self.functions(item)

    def deployed(self, value: typing.Any) -> typing.Any:
        """With every function replaced by what it may give."""
        if isinstance(value, dict) and len(value) == 1 and (function := next(iter(value))) and (function == "Ref" or function.startswith("Fn::")):
            return self.deployed(value[function][1]) if function == "Fn::If" else "resolved"
        if isinstance(value, dict):
            return {key: self.deployed(item) for key, item in value.items()}
        return [self.deployed(item) for item in value] if isinstance(value, list) else value


def lower_first(value: typing.Any, labels: bool = False) -> typing.Any:
    """CloudFormation's spelling as the API's; keys of labels and options are data."""
    if isinstance(value, dict):
        return {key if labels else key[0].lower() + key[1:]: lower_first(item, key in ("DockerLabels", "Options")) for key, item in value.items()}
    return [lower_first(item) for item in value] if isinstance(value, list) else value


def matches(pattern: str, line: str) -> bool:
    """CloudWatch's filter pattern for JSON, as far as the examples use it: `{ $.key = "glob" && ... }`."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    terms = re.fullmatch(r"\{ (.*) \}", pattern)[1].split(" && ")
    for term in terms:
        key, value = re.fullmatch(r'\$\.(\w+) = "([^"]*)"', term).groups()
        if not isinstance(event, dict) or not isinstance(event.get(key), str) or not re.fullmatch(re.escape(value).replace(r"\*", ".*"), event[key]):
            return False
    return True


class Channels(harness.TestCase):
    def alert(self) -> str:
        done = subprocess.run([harness.BEWIT, "run", "--", "/bin/cat", "/etc/shadow"], capture_output=True, text=True, check=False, timeout=60)
        return next(line for line in done.stderr.splitlines() if '"rule":"Read of password files"' in line)

    @harness.needs_root
    def test_the_metric_filter_counts_alerts_and_nothing_else(self):
        patterns = set(re.findall(r"FilterPattern: '(.*)'", text(ECS / "alarm.yaml")))
        patterns |= {pattern.replace('\\"', '"') for pattern in re.findall(r'pattern += "(.*)"', text(ECS / "terraform/main.tf"))}
        patterns |= set(re.findall(r"--filter-pattern '(.*)'", text(ECS / "README.md")))
        self.assertEqual(len(patterns), 1)
        pattern = patterns.pop()
        self.assertTrue(matches(pattern, self.alert()))
        for line in ("GET / 200", "bewit: error: x", '{"level":"info","message":"x"}', '{"rule":"deny","priority":1}', "[1]"):
            self.assertFalse(matches(pattern, line), line)

    @harness.needs_root
    def test_the_routers_take_alerts_out_and_nothing_else(self):
        alert = json.loads(self.alert())
        for name in (ECS / "firelens/alerts.conf", EKS / "aws-logging.yaml"):
            rule = re.search(r"Rule +\$(\w+) (\S+) alerts\.\S+ false", text(name))
            self.assertRegex(alert[rule[1]], rule[2])
            self.assertNotRegex("request-1", rule[2])
            self.assertIn("    Match             alerts.*", text(name))

    @unittest.skipUnless(shutil.which("jq"), "needs jq")
    def test_terraforms_data_source_gives_patched_containers(self):
        os.symlink(harness.BEWIT, self.path("bewit"))
        containers = json.dumps([{"essential": True, "image": NGINX, "name": "web"}])
        program = re.search(r'program = \["\$\{path.module\}/(\S+)", (.*)\]', text(ECS / "terraform/main.tf"))
        words = program[2].replace("var.bewit_image", f'"{BEWIT_IMAGE}"').replace("${path.module}", str(ECS / "terraform"))
        done = subprocess.run([str(ECS / "terraform" / program[1]), *json.loads(f"[{words}]")], input=json.dumps({"containers": containers}), capture_output=True, text=True,
                              check=False, timeout=60, env=with_bewit(self.path("bewit")))
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(set(result), {"containers"})
        web, init = json.loads(result["containers"])
        self.assertEqual((web["entryPoint"], web["volumesFrom"][0]["sourceContainer"]), (["/opt/bewit/bewit", "run", "--", "/docker-entrypoint.sh"], init["name"]))
        if definitions.botocore:
            self.assertEqual(definitions.ecs_model().problems({"family": "web", "containerDefinitions": [web, init]}), [])
        refused = subprocess.run([str(ECS / "terraform" / program[1])], input=json.dumps({"containers": containers}), capture_output=True, text=True, check=False, timeout=60,
                                 env=with_bewit(self.path("bewit")))
        self.assertNotEqual(refused.returncode, 0)


class Eks(harness.TestCase):
    def kustomize(self) -> dict | None:
        """The overlay as kubectl builds it; nothing where there is no kubectl, or one from before components."""
        if not shutil.which("kubectl"):
            return None
        done = subprocess.run(["kubectl", "kustomize", str(EKS / "overlay")], capture_output=True, text=True, check=False, timeout=60)
        if 'unknown field "components"' in done.stderr:
            return None
        self.assertEqual(done.returncode, 0, done.stderr)
        return definitions.read(done.stdout)[0]

    @needs_yaml
    def test_the_component_adds_what_bewit_adds(self):
        wanted = definitions.read(text(EKS / "deployment.bewit.yaml"))[0]
        del wanted["spec"]["template"]["metadata"]["annotations"]
        built = self.kustomize()
        if built is not None:
            self.assertEqual(built, wanted)
        patch = definitions.read(text(EKS / "component/bewit.yaml"))[0]["spec"]["template"]["spec"]
        spec = wanted["spec"]["template"]["spec"]
        self.assertEqual((patch["initContainers"], patch["volumes"]), (spec["initContainers"], spec["volumes"]))
        for key, value in patch["containers"][0].items():
            self.assertEqual(value, spec["containers"][0][key], key)

    @needs_yaml
    @unittest.skipUnless(shutil.which("kubectl"), "needs kubectl")
    def test_the_patch_alone_does_the_same(self):
        done = subprocess.run(["kubectl", "patch", "--local", "-f", str(EKS / "base/deployment.yaml"), "--type", "strategic", "-p", text(EKS / "component/bewit.yaml"), "-o", "json"],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        spec = json.loads(done.stdout)["spec"]["template"]["spec"]
        self.assertEqual(spec["containers"][0]["command"], ["/opt/bewit/bewit", "run", "--", "/docker-entrypoint.sh"])
        self.assertEqual(spec["initContainers"][0]["name"], "bewit-init")

    @needs_yaml
    def test_the_post_renderer_patches_what_a_chart_renders(self):
        os.symlink(harness.BEWIT, self.path("bewit"))
        rendered = "---\n# Source: web/templates/service.yaml\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\n# Source: web/templates/deployment.yaml\n" + text(EKS / "base/deployment.yaml")
        done = subprocess.run([str(EKS / "post-render.sh")], input=rendered, capture_output=True, text=True, check=False, timeout=60,
                              env={**with_bewit(self.path("bewit")), "BEWIT_IMAGE": BEWIT_IMAGE})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(definitions.read(done.stdout)[1], definitions.read(text(EKS / "deployment.bewit.yaml"))[0])
        self.assertTrue(done.stdout.startswith("---\n# Source: web/templates/service.yaml\n"))

    @needs_yaml
    def test_the_log_router_s_configuration_has_what_fargate_knows(self):
        namespace, config = definitions.read(text(EKS / "aws-logging.yaml"))
        self.assertEqual((namespace["metadata"]["name"], namespace["metadata"]["labels"]), ("aws-observability", {"aws-observability": "enabled"}))
        self.assertEqual((config["metadata"]["name"], config["metadata"]["namespace"]), ("aws-logging", "aws-observability"))
        self.assertLessEqual(set(config["data"]), {"parsers.conf", "filters.conf", "output.conf", "flb_log_cw"})
        self.assertLessEqual(sum(len(part) for part in config["data"].values()), 5300)
        for part, section, allowed in (("filters.conf", "FILTER", {"grep", "parser", "record_modifier", "rewrite_tag", "throttle", "nest", "modify", "kubernetes"}),
                                       ("output.conf", "OUTPUT", {"es", "firehose", "kinesis_firehose", "cloudwatch", "cloudwatch_logs", "kinesis"}), ("parsers.conf", "PARSER", {"crio"})):
            self.assertEqual(set(re.findall(r"^\[(\w+)\]", config["data"][part], re.MULTILINE)), {section})
            self.assertLessEqual(set(re.findall(r"^ +Name +(\S+)", config["data"][part], re.MULTILINE)), allowed)
        expression = re.search(r"Regex +(\^.*)", config["data"]["parsers.conf"])[1].replace("(?<", "(?P<")
        self.assertEqual(re.fullmatch(expression, '2026-01-01T00:00:00.000Z stderr F {"uuid":"x"}')["log"], '{"uuid":"x"}')


@unittest.skipUnless(small_fargate.works(), "needs root and runc")
class FirstAlert(harness.TestCase):
    """Step 3 of both READMEs, with images that stand for the real ones."""

    def machine(self) -> small_fargate.Machine:
        static = pathlib.Path(os.environ.get("BEWIT_STATIC", str(harness.SOURCE_ROOT / "build-static" / "bewit")))
        if not static.exists():
            self.skipTest("needs ./dev build --static: the workload's image has no libraries")
        os.chmod(self.directory, 0o755)
        images = {}
        for name, image in (("web", NGINX), ("busybox", "busybox"), ("bewit", BEWIT_IMAGE)):
            root = pathlib.Path(self.path(f"image-{name}"))
            for folder in ("proc", "dev", "sys", "bin", "etc"):
                (root / folder).mkdir(parents=True)
            images[image] = small_fargate.Image(root)
            if name == "bewit":
                shutil.copy(static, root / "bewit")
                continue
            shutil.copy(shutil.which("busybox"), root / "bin/busybox")
            for word in ("sh", "cat", "sleep"):
                (root / "bin" / word).symlink_to("busybox")
            (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n", encoding="utf-8")
            (root / "etc/shadow").write_text("root:*:1::::::\n", encoding="utf-8")
        entry = images[NGINX].root / "docker-entrypoint.sh"
        entry.write_text('#!/bin/sh\necho "starting $1"\nexec "$@"\n', encoding="utf-8")
        entry.chmod(0o755)
        server = images[NGINX].root / "bin/nginx"
        server.write_text('#!/bin/sh\ntrap "exit 0" TERM\necho "serving $*"\nwhile :; do sleep 0.1; done\n', encoding="utf-8")
        server.chmod(0o755)
        machine = small_fargate.Machine(self.directory, images)
        self.addCleanup(machine.close)
        return machine

    def test_on_ecs(self):
        machine, task = self.machine(), json.loads(text(ECS / "task.bewit.json"))
        web = machine.run_task(task)["web"]
        web.wait_for("stdout", "serving -g daemon off;")
        self.assertEqual(web.stop()[0], 0)
        self.assertEqual(web.alerts(), [])
        override = json.loads(re.search(r"--overrides '(.*)'", text(ECS / "README.md"))[1])["containerOverrides"][0]
        next(entry for entry in task["containerDefinitions"] if entry["name"] == override["name"])["command"] = override["command"]
        done = machine.run_task(task)["web"]
        self.assertEqual(done.wait(), 0)
        self.assertEqual(done.lines["stdout"], ["starting cat", "root:*:1::::::"])
        alert = done.alerts()[0]
        self.assertEqual(alert["rule"], "Read of password files")
        self.assertIn("file=/etc/shadow program=cat command=cat /etc/shadow", alert["output"])

    @unittest.skipUnless(shutil.which("kubectl"), "needs kubectl")
    @needs_yaml
    def test_on_eks(self):
        machine = self.machine()
        line = re.search(r"^kubectl (-n shop create job .*) \|$", text(EKS / "README.md"), re.MULTILINE)[1]
        job = subprocess.run(["kubectl", *shlex.split(line)], capture_output=True, text=True, check=True, timeout=60).stdout
        patched = bewit(["patch", "k8s", "--bewit-image", BEWIT_IMAGE], EKS, job)
        self.assertEqual(patched.returncode, 0, patched.stderr)
        pod = definitions.read(patched.stdout)[0]["spec"]["template"]
        done = machine.run_pod(pod)["first-alert"]
        self.assertEqual((done.wait(), done.lines["stdout"]), (0, ["root:*:1::::::"]))
        self.assertEqual(done.alerts()[0]["rule"], "Read of password files")


if __name__ == "__main__":
    unittest.main()
