"""The Dockerfile's base is pinned, its context is a list of what exists, and the build gets this machine's index."""

from __future__ import annotations

import re

import pytest

from harness.image.builders import find_builder
from harness.image.index import MOUNTED, parse, write_secrets
from harness.machine import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_base_is_pinned_by_its_digest():
    assert re.findall("^ARG BASE=(.*)$", DOCKERFILE, re.MULTILINE)[0].partition("@sha256:")[2].isalnum()
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${BASE}"}


def test_context_is_an_allow_list_of_existing_files():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    allowed = [line.removeprefix("!") for line in lines if line.startswith("!")]

    assert lines[0] == "*"
    assert [name for name in allowed if not (ROOT / name).exists()] == []
    assert not {".git", ".env", "tests", "requirements"} & set(allowed)


@pytest.mark.parametrize(
    ("shown", "options"),
    [
        ("", {}),
        ("global.index-url='https://index.example/simple'", {"index-url": "https://index.example/simple"}),
        (
            ":env:.index-url='https://first.example'\nglobal.index-url='https://second.example'",
            {"index-url": "https://first.example"},
        ),
        (
            "global.extra-index-url='file:///srv/simple https://a.example/ https://b.example/'",
            {"extra-index-url": "https://a.example/ https://b.example/"},
        ),
        ("global.index-url='file:///srv/simple'\nglobal.timeout='9'", {"timeout": "9"}),
    ],
)
def test_index_is_that_of_pip(shown, options):
    assert parse(shown) == options


def test_machine_that_cannot_build_is_told_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(FileNotFoundError, match=r"Docker daemon .* apt install buildah mmdebstrap"):
        find_builder()


def test_secrets_are_a_configuration_of_pip_and_its_certificates(tmp_path, monkeypatch):
    certificates = tmp_path / "own.pem"
    certificates.touch()
    for name, value in (("CERT", certificates), ("INDEX_URL", "https://index.example/simple"), ("NO_COLOR", "1")):
        monkeypatch.setenv(f"PIP_{name}", str(value))

    secrets = write_secrets(tmp_path)

    written = secrets["pip"].read_text().splitlines()
    assert written[0] == "[global]"
    assert {"index-url = https://index.example/simple", f"cert = {MOUNTED}"} <= set(written)
    assert "color" not in "".join(written)
    assert secrets["certificates"] == certificates
    assert MOUNTED in DOCKERFILE
