"""What `bewit patch` adds, taken out again by other means than its own, so that the rest can be compared with the original.

Each function checks that the additions are what docs/patch.md says, and gives back the definition without them; it raises AssertionError else.
"""
from __future__ import annotations

import copy
import re
import typing

IMAGE = "registry.test/bewit:1"
Json = typing.Any


class Case:
    """What a case of the corpus says of its file (cases.json)."""

    def __init__(self, entry: dict) -> None:
        self.outcome: Json = entry["outcome"]
        self.options: list[str] = entry.get("options", [])
        self.images: dict[str, list[list[str]]] = entry.get("images", {})
        self.untouched: list[str] = entry.get("untouched", [])
        self.says: str = entry.get("says", "")
        self.directory: str = entry.get("directory", "/opt/bewit")
        self.run_options: list[str] = entry.get("run_options", [])
        self.values_only: str = entry.get("values_only", "")
        self.shape = self.options[self.options.index("--shape") + 1] if "--shape" in self.options else "init"
        self.program: str = entry.get("program", "/bewit" if self.shape == "in-image" else f"{self.directory}/bewit")

    def prefix(self) -> list[str]:
        return [self.program, "run", *self.run_options, "--"]

    def image_of(self, *names: Json) -> list[list[str]]:
        """By the container's name or the image's, either of which may be a function."""
        return next((self.images[name] for name in names if isinstance(name, str) and name in self.images), [[], []])


def equal(found: Json, wanted: Json, what: str) -> None:
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"


def take_item(holder: dict, original: dict, key: str, item: Json, last: bool = True) -> None:
    """The list `holder[key]` ends (begins) with `item`, which goes; a list made for it goes with it."""
    items = holder[key]
    equal(items.pop(-1 if last else 0), item, key)
    if not items and not original.get(key):
        put_back(holder, original, key)


def put_back(holder: dict, original: dict, key: str) -> None:
    if key in original:
        holder[key] = original[key]
    else:
        del holder[key]


def take_command(container: dict, original: dict, entry: str, arguments: str, case: Case, image: list[list[str]], escape: bool) -> None:
    """The words in front are bewit's; behind them the definition's own, or the image's."""
    said = [[re.sub(r"\$(?=[$(])", "$$", word) if escape else word for word in words] for words in image]
    stated = original.get(entry) or []
    equal(container[entry], case.prefix() + (stated or said[0]), entry)
    if stated or original.get(arguments):
        equal(container.get(arguments), original.get(arguments), arguments)
    else:
        equal(container.get(arguments) or [], said[1], arguments)
    for key in (entry, arguments):
        if key in container:
            put_back(container, original, key)


def without_ecs_additions(patched: dict, original: dict, case: Case, cloudformation: bool, bare: bool = False) -> dict:
    """`patched` and `original` hold containerDefinitions."""
    def name(word: str) -> str:
        return word[0].upper() + word[1:] if cloudformation else word

    rest = copy.deepcopy(patched)
    containers = rest[name("containerDefinitions")]
    if case.shape != "in-image":
        check_ecs_source(containers.pop(), rest, original, case, name, bare)
    for found, wanted in zip(containers, original[name("containerDefinitions")]):
        for branch, of_original in branches(found, wanted):
            if case.shape != "sidecar" and of_original.get(name("name")) not in case.untouched and name("firelensConfiguration") not in of_original:
                take_from_ecs_container(branch, of_original, case, name)
    return rest


def branches(found: Json, wanted: Json) -> typing.Iterator[tuple[dict, dict]]:
    if list(wanted) == ["Fn::If"]:
        for index in (1, 2):
            yield from branches(found["Fn::If"][index], wanted["Fn::If"][index])
    elif wanted != {"Ref": "AWS::NoValue"}:
        yield found, wanted


def check_ecs_source(container: dict, rest: dict, original: dict, case: Case, name: typing.Callable[[str], str], bare: bool) -> None:
    sidecar = case.shape == "sidecar"
    equal(container[name("name")], "bewit" if sidecar else "bewit-init", "name")
    equal(container[name("image")], IMAGE, "image")
    equal(container[name("essential")], False, "essential")
    assert set(container[name("dockerLabels")]) == {"bewit.patch"}, container
    equal(container[name("command")][:2], ["attach", "--all"] if sidecar else ["install", case.directory], "command")
    assert not {name(key) for key in ("secrets", "environment", "environmentFiles")} & set(container), container
    equal(name("memoryReservation") in container, name("memory") not in original and not bare, "memoryReservation")
    if sidecar:
        equal(rest[name("pidMode")], "task", "pidMode")
        put_back(rest, original, name("pidMode"))
    elif case.shape == "init":
        take_item(rest, original, name("volumes"), {name("name"): "bewit"})


def take_from_ecs_container(container: dict, original: dict, case: Case, name: typing.Callable[[str], str]) -> None:
    take_command(container, original, name("entryPoint"), name("command"), case, case.image_of(original.get(name("name"), ""), original.get(name("image"))), False)
    if case.shape == "init":
        take_item(container, original, name("mountPoints"), {name("sourceVolume"): "bewit", name("containerPath"): case.directory, name("readOnly"): True})
    if case.shape == "volumes-from":
        take_item(container, original, name("volumesFrom"), {name("sourceContainer"): "bewit-init", name("readOnly"): True})
    if case.shape != "in-image":
        take_item(container, original, name("dependsOn"), {name("containerName"): "bewit-init", name("condition"): "SUCCESS"})
    if "--add-ptrace" in case.options:
        added = container[name("linuxParameters")][name("capabilities")][name("add")]
        equal(added, ["SYS_PTRACE"], "capabilities")
        put_back(container, original, name("linuxParameters"))
    del container[name("dockerLabels")]["bewit.patch"]
    if not container[name("dockerLabels")]:
        put_back(container, original, name("dockerLabels"))


def without_k8s_additions(patched: dict, original: dict, case: Case) -> dict:
    """`patched` and `original` are pods or templates: metadata and spec."""
    rest = copy.deepcopy(patched)
    spec, of_original = rest["spec"], original["spec"]
    if case.shape == "init":
        before = spec["initContainers"][0]
        equal((before["name"], before["image"], before["command"], before["args"]), ("bewit-init", IMAGE, ["/bewit"], ["install", case.directory]), "initContainers")
        equal(before["securityContext"]["capabilities"], {"drop": ["ALL"]}, "capabilities")
        take_item(spec, of_original, "initContainers", before, last=False)
        take_item(spec, of_original, "volumes", {"name": "bewit", "emptyDir": {}})
    lasting = list(zip(spec["containers"], of_original["containers"]))
    lasting += [pair for pair in zip(spec.get("initContainers") or [], of_original.get("initContainers") or []) if pair[1].get("restartPolicy") == "Always"]
    for container, wanted in lasting:
        if wanted["name"] in case.untouched:
            continue
        take_command(container, wanted, "command", "args", case, case.image_of(wanted["name"], wanted.get("image")), True)
        if case.shape == "init":
            take_item(container, wanted, "volumeMounts", {"name": "bewit", "mountPath": case.directory, "readOnly": True})
    del rest["metadata"]["annotations"]["bewit/patched"]
    metadata = original.get("metadata") or {}
    if not rest["metadata"]["annotations"]:
        put_back(rest["metadata"], metadata, "annotations")
    if not rest["metadata"]:
        put_back(rest, original, "metadata")
    return rest
