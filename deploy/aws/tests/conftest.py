"""The templates that `make aws` has written to .cdk/, and ways to read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.aws.sizes import SIZES, Size

ROOT = Path(__file__).parents[3]
STACKS = ("orders-delivery", "orders-production-data", "orders-production-release", "orders-production-service")


class Templates:
    """The templates of one size, as CloudFormation reads them."""

    def __init__(self, size: str) -> None:
        self.size: Size = SIZES[size]
        folder = ROOT / ".cdk" / size
        self.stacks = {name: json.loads((folder / f"{name}.template.json").read_text()) for name in STACKS}

    def of(self, *types: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of these types, such as AWS::SQS::Queue, by name."""
        return {
            name: resource.get("Properties", {})
            for stack in self.stacks.values()
            for name, resource in stack["Resources"].items()
            if resource["Type"] in types
        }

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Return the properties of the task definitions, by the part of their family after the stage."""
        definitions = self.of("AWS::ECS::TaskDefinition").values()
        return {definition["Family"].removeprefix("orders-production-"): definition for definition in definitions}

    def containers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each container with the name of its task."""
        for task, definition in self.tasks().items():
            for container in definition["ContainerDefinitions"]:
                yield task, container


@pytest.fixture(scope="session", params=SIZES)
def templates(request: pytest.FixtureRequest) -> Templates:
    return Templates(request.param)
