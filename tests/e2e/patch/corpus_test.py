#!/usr/bin/env python3
"""Odd but valid definitions, each a file of corpus/, with what becomes of it (cases.json); and the laws that hold for all of them:

a patch taken back gives the file byte for byte; twice is once; what is not bewit's is unchanged; what AWS takes, it takes patched.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import harness  # noqa: E402
import additions  # noqa: E402
import definitions  # noqa: E402
from additions import Case  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def bewit(*words: str, text: bytes = b"", cwd: pathlib.Path = CORPUS) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if key != "BEWIT_IMAGE"}
    return subprocess.run([harness.BEWIT, "patch", *words], input=text, capture_output=True, check=False, timeout=60, env=environment, cwd=cwd)


class Corpus(unittest.TestCase):
    """What is the same for both kinds of definitions."""

    maxDiff = None
    kind = ""

    def setUp(self) -> None:
        self.folder = CORPUS / self.kind
        self.cases = {name: Case(entry) for name, entry in json.loads((self.folder / "cases.json").read_text(encoding="utf-8")).items()}
        temporary = tempfile.TemporaryDirectory(prefix="bewit-test-")
        self.addCleanup(temporary.cleanup)
        self.temporary = pathlib.Path(temporary.name)

    def options(self, case: Case, shape: str = "") -> list[str]:
        words = ["--bewit-image", additions.IMAGE, *case.options] + (["--shape", shape] if shape else [])
        for number, (name, (entrypoint, command)) in enumerate(case.images.items()):
            path = self.temporary / f"image-{number}.json"
            path.write_text(json.dumps([{"Config": {"Entrypoint": entrypoint, "Cmd": command}}]), encoding="utf-8")
            words += ["--image-config", f"{name}={path}"]
        return words

    def patch(self, case: Case, *words: str, text: bytes = b"", shape: str = "") -> subprocess.CompletedProcess:
        return bewit(self.kind, *self.options(case, shape), *words, text=text, cwd=self.folder)

    def patched(self, name: str, case: Case, shape: str = "") -> bytes:
        """The result, of which the laws hold that need no reading of it."""
        original = (self.folder / name).read_bytes()
        done = self.patch(case, name, shape=shape)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(case.says, done.stderr.decode())
        self.assertNotEqual(done.stdout, original)
        again = self.patch(case, text=done.stdout, shape=shape)
        self.assertEqual(again.stdout, done.stdout, again.stderr)
        undone = bewit(self.kind, "--unpatch", text=done.stdout)
        self.assertEqual(undone.returncode, 0, undone.stderr)
        if not case.values_only:
            self.assertEqual(undone.stdout, original)
        elif definitions.readable(original.decode()) and "--register" not in case.options:
            self.assertEqual(definitions.read(undone.stdout.decode()), definitions.read(original.decode()))
        return done.stdout

    def check_outcomes(self) -> None:
        unread = []
        for name, case in self.cases.items():
            with self.subTest(name):
                original = (self.folder / name).read_bytes()
                if isinstance(case.outcome, dict):
                    done = self.patch(case, name)
                    self.assertEqual((done.returncode, done.stdout), (1, b""))
                    self.assertIn(case.outcome["refused"], done.stderr.decode())
                elif case.outcome == "left alone":
                    done = self.patch(case, name)
                    self.assertEqual((done.returncode, done.stdout), (0, original), done.stderr)
                    self.assertIn(case.says, done.stderr.decode())
                else:
                    self.assertEqual(case.outcome, "patched")
                    result = self.patched(name, case)
                    if not definitions.readable(original.decode()):
                        unread.append(name)
                    else:
                        self.compare(name, case, definitions.read(original.decode()), definitions.read(result.decode()))
        if unread:
            self.skipTest(f"{len(unread)} definitions are YAML, and there is no python3-yaml to compare their values: {unread[0]}, ...")

    def compare(self, name: str, case: Case, original: list, patched: list) -> None:
        raise NotImplementedError

    def check_all_is_listed(self, least: int) -> None:
        files = {path.name for path in self.folder.iterdir()} - {"cases.json"}
        self.assertEqual(files, set(self.cases))
        self.assertGreaterEqual(len(files), least)


def ecs_tasks(root: object) -> list[tuple[dict, bool]]:
    """Every task of a definition, and whether it is spelled as CloudFormation does."""
    if isinstance(root, list):
        return [({"containerDefinitions": root}, False)]
    if "Resources" not in root:
        return [(root.get("taskDefinition", root), False)]
    found = []
    for name, resource in root["Resources"].items():
        if name.startswith("Fn::ForEach::"):
            found += ecs_tasks({"Resources": resource[2]})
        elif resource["Type"] == "AWS::ECS::TaskDefinition":
            found.append((resource["Properties"], True))
    return found


class Ecs(Corpus):
    kind = "ecs"

    def test_every_definition_has_its_outcome(self):
        self.check_outcomes()

    def test_every_file_has_a_case(self):
        self.check_all_is_listed(60)

    def test_other_shapes_come_and_go_as_well(self):
        for name, case in self.cases.items():
            if case.outcome != "patched" or case.options or case.values_only:
                continue
            for shape in ("volumes-from", "in-image", "sidecar"):
                with self.subTest(name, shape=shape):
                    self.patched(name, case, shape)

    def compare(self, name: str, case: Case, original: list, patched: list) -> None:
        for (before, cloudformation), (after, _) in zip(ecs_tasks(original[0]), ecs_tasks(patched[0]), strict=True):
            if not case.values_only or "--register" not in case.options:
                rest = additions.without_ecs_additions(after, before, case, cloudformation, isinstance(original[0], list))
                self.assertEqual(rest, before)
                after.clear()
                after.update(before)
        if "--register" not in case.options and not isinstance(original[0], list):
            self.assertEqual(patched, original)  # nothing around the tasks has changed

    @unittest.skipUnless(definitions.botocore, "needs python3-botocore")
    def test_what_aws_takes_it_takes_patched(self):
        model, accepted = definitions.ecs_model(), 0
        for name, case in self.cases.items():
            if case.outcome != "patched" or not name.endswith(".json") or name.startswith("cfn"):
                continue
            with self.subTest(name):
                before = self.request((self.folder / name).read_bytes(), case)
                if model.problems(before):
                    self.assertIn(name, self.not_taken(), model.problems(before))
                    continue
                accepted += 1
                self.assertEqual(model.problems(self.request(self.patch(case, name).stdout, case)), [])
        self.assertGreater(accepted, 50)

    def not_taken(self) -> set[str]:
        """What botocore's model, by its age, may not take as it stands."""
        cases = json.loads((self.folder / "cases.json").read_text(encoding="utf-8"))
        return {name for name, entry in cases.items() if entry.get("newer") or entry.get("botocore") is False}

    def request(self, text: bytes, case: Case) -> dict:
        root = json.loads(text.decode("utf-8-sig"))
        if isinstance(root, list):
            return {"family": "f", "containerDefinitions": root}
        if "taskDefinition" not in root:
            return root
        made = bewit("ecs", "--unpatch", "--register", text=text)
        self.assertEqual(made.returncode, 0, made.stderr)
        return json.loads(made.stdout)


def k8s_pods(root: object) -> list[dict]:
    """Every pod or template of an object, or of the objects in a list."""
    if not isinstance(root, dict):
        return []
    if root.get("kind", "").endswith("List"):
        return [pod for item in root["items"] for pod in k8s_pods(item)]
    kind, spec = root.get("kind"), root.get("spec")
    if kind == "Pod":
        return [root]
    if kind == "PodTemplate":
        return [root["template"]]
    if kind == "CronJob":
        return [spec["jobTemplate"]["spec"]["template"]]
    return [spec["template"]] if isinstance(spec, dict) and "template" in spec else []


class Kubernetes(Corpus):
    kind = "k8s"

    def test_every_manifest_has_its_outcome(self):
        self.check_outcomes()

    def test_every_file_has_a_case(self):
        self.check_all_is_listed(60)

    def test_the_shape_in_image_comes_and_goes_as_well(self):
        for name, case in self.cases.items():
            if case.outcome == "patched" and not case.options and not case.values_only:
                with self.subTest(name):
                    self.patched(name, case, "in-image")

    def compare(self, name: str, case: Case, original: list, patched: list) -> None:
        found = 0
        for before, after in zip(original, patched, strict=True):
            for pod, wanted in zip(k8s_pods(after), k8s_pods(before), strict=True):
                rest = additions.without_k8s_additions(pod, wanted, case)
                self.assertEqual(rest, wanted)
                pod.clear()
                pod.update(wanted)
                found += 1
        self.assertGreater(found, 0)
        self.assertEqual(patched, original)


if __name__ == "__main__":
    unittest.main()
