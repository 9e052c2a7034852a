"""Clients that are generated from docs/openapi.yaml run one story, typed strictly, and receive the same."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from tests.clients.conftest import NODE, SCHEMA, run

STORIES = Path(__file__).parent
RECEIVED = {
    "created": [201, "/api/v1/orders/{id}/", "draft", 900],
    "repeated": [201, "true", True],
    "another body": [422, "/docs/problems/idempotency-key-reused"],
    "paid": [200, "paid"],
    "paid again": [409, "/docs/problems/move-not-allowed", "paid", ["ship", "cancel"]],
    "an old ETag": [412, "/docs/problems/precondition-failed"],
    "not changed": [304, None],
    "pages": [[790, 790], [900]],
    "events": ["paid"],
    "misspelt": [400, "/docs/problems/invalid-request", [["#/email", "invalid"]]],
    "too many": [200, 429, "/docs/problems/too-many-requests"],
}


def test_a_generated_python_client_runs_the_story(tmp_path, target):
    programs = Path(sys.executable).parent
    (tmp_path / "config.yaml").write_text("post_hooks: []")
    shutil.copy(STORIES / "story.py", tmp_path)

    run(
        programs / "openapi-python-client", "generate", "--path", SCHEMA, "--output-path", "orders_client",
        "--meta", "none", "--config", "config.yaml", "--fail-on-warning", folder=tmp_path,
    )  # fmt: skip
    run(sys.executable, "-m", "mypy", "--strict", "--follow-imports", "silent", "story.py", folder=tmp_path)
    printed = run(sys.executable, "story.py", folder=tmp_path, **target)

    assert json.loads(printed) == RECEIVED


def test_a_generated_typescript_client_runs_the_story(tmp_path, target, node):
    (tmp_path / "node_modules").symlink_to(NODE / "node_modules")
    shutil.copy(STORIES / "story.mts", tmp_path)

    run(node / "openapi-typescript", SCHEMA, "--output", "schema.ts", folder=tmp_path)
    run(
        node / "tsc", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom",
        "story.mts", folder=tmp_path,
    )  # fmt: skip
    printed = run("node", "story.mjs", folder=tmp_path, **target)

    assert json.loads(printed) == RECEIVED
