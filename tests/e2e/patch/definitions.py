"""Definitions as values, for tests: read without the program's own readers; and what AWS takes, by the model that its clients have."""
from __future__ import annotations

import json
import typing

try:
    import yaml
except ImportError:
    yaml = None
try:
    import botocore.loaders
    import botocore.model
    import botocore.validate
except ImportError:
    botocore = None

Problems = list[str]


if yaml is not None:
    class Loader(yaml.SafeLoader):
        """CloudFormation's short forms become long ones; dates stay text."""

    def intrinsic(loader: Loader, suffix: str, node: yaml.Node) -> dict:
        if isinstance(node, yaml.ScalarNode):
            value: object = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}

    Loader.add_multi_constructor("!", intrinsic)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def is_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def read(text: str) -> list[typing.Any]:
    """The documents of a text; those that hold nothing are left out."""
    text = text.lstrip("\ufeff")
    if is_json(text):
        try:
            return [json.loads(text)]
        except ValueError:
            pass  # YAML may begin so, too
    return [document for document in yaml.load_all(text, Loader) if document is not None]


def readable(text: str) -> bool:
    return yaml is not None or is_json(text)


class AwsModel:
    """A request as botocore describes it."""

    def __init__(self, service: str, operation: str) -> None:
        loader = botocore.loaders.create_loader()
        self.model = botocore.model.ServiceModel(loader.load_service_model(service, "service-2"))
        self.shape = self.model.operation_model(operation).input_shape

    def problems(self, request: dict) -> Problems:
        report = botocore.validate.ParamValidator().validate(request, self.shape)
        found = [report.generate_report()] if report.has_errors() else []
        return found + list(self.wrong_words(request, self.shape, ""))

    def wrong_words(self, value: typing.Any, shape: typing.Any, place: str) -> typing.Iterator[str]:
        """ParamValidator does not look at enumerations."""
        if shape.type_name == "structure" and isinstance(value, dict):
            for key, item in value.items():
                if key in shape.members:
                    yield from self.wrong_words(item, shape.members[key], f"{place}/{key}")
        elif shape.type_name == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.wrong_words(item, shape.member, f"{place}/{index}")
        elif shape.type_name == "map" and isinstance(value, dict):
            for key, item in value.items():
                yield from self.wrong_words(item, shape.value, f"{place}/{key}")
        elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{place}: {value!r} is none of {shape.enum}"


def ecs_model() -> AwsModel | None:
    return AwsModel("ecs", "RegisterTaskDefinition") if botocore is not None else None
