"""The service as production runs it, for clients that are generated from its schema."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.machine import ROOT
from tests.support.service import manage, serving

SCHEMA = ROOT / "docs/openapi.yaml"
NODE = ROOT / ".venv-node"  # what `make .venv-node/.installed` installs


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a program in a folder, and return what it prints. It must not fail."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.fixture(scope="module")
def addresses(empty_database: dict[str, str]) -> Iterator[dict[str, str]]:
    """The addresses of two processes that serve one migrated database; LIMITED allows one request a minute."""
    manage(empty_database, "migrate", "-v", "0")
    with serving(empty_database, "") as service, serving(empty_database, "", REQUESTS_PER_MINUTE="1") as limited:
        yield {"BASE": f"http://127.0.0.1:{service.port}", "LIMITED": f"http://127.0.0.1:{limited.port}"}


@pytest.fixture
def target(request: pytest.FixtureRequest, empty_database: dict[str, str], addresses: dict[str, str]) -> dict[str, str]:
    """The environment of a client: the addresses, and the KEY of a tenant of the test's own."""
    slug = request.node.name.replace("_", "-")
    manage(empty_database, "tenant", "create", slug)
    return {**addresses, "KEY": manage(empty_database, "apikey", "create", slug).strip()}


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the programs that npm has installed. Without them the test fails."""
    assert (NODE / ".installed").exists(), "First run: make .venv-node/.installed"
    return NODE / "node_modules/.bin"
