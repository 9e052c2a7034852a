"""The image contains what production runs, and nothing else."""

from __future__ import annotations

import json
import re
import sys

import pytest

from harness.image.__main__ import SBOM
from harness.machine import ROOT
from tests.image.conftest import run

LIST = "from importlib.metadata import distributions as d; print(*(f'{i.name}=={i.version}' for i in d()), sep='\\n')"
VENV = "/opt/venv/lib"


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def installed(image) -> set[str]:
    """The Python packages that the image's interpreter sees, as name==version."""
    return {normalized(line) for line in run(image, {}, "python", "-c", LIST).stdout.splitlines()}


def test_packages_are_those_of_requirements(installed):
    """Those that other Pythons or systems need are left out."""
    pinned = re.findall(r"^(\S+==[^\s;]+)( ;)?", (ROOT / "requirements/base.txt").read_text(), re.MULTILINE)
    every, always = ({normalized(line) for line, marker in pinned if not (only and marker)} for only in (False, True))

    assert always <= installed <= every
    assert len(always) > 40


def test_only_the_service_is_in_its_folder(image):
    tops = {file.name for file in (image.root / "app").iterdir()}
    apps = {file.name for file in (image.root / "app/apps").iterdir() if file.is_dir()}

    assert tops - {"__pycache__"} == {"LICENSE", "apps", "config", "deploy", "manage.py", "requirements"}
    assert apps - {"__pycache__"} == {file.parent.name for file in ROOT.glob("apps/*/apps.py")} - {"devtools"}


@pytest.mark.parametrize("name", ["image", "pooler"])
def test_nothing_of_development_is_left(request, name):
    """Neither the repository's history and settings nor the package index that the build used."""
    root = request.getfixturevalue(name).root
    unwanted = {".git", ".env", "tests", "lab", "bench", "chaos", "harness", "pytest", "pip.conf", ".pip"}
    tops = [root, root / "app", root / "etc", root / "root", root / "opt", *root.glob("opt/venv/lib/*/site-packages")]
    found = {file for top in tops if top.is_dir() for file in top.iterdir() if file.name in unwanted}

    assert found == set()
    assert list(root.glob("opt/venv/bin/pip*")) == list(root.glob("opt/venv/lib/*/site-packages/pip*")) == []
    assert [file for file in root.glob("run/secrets/*") if file.stat().st_size] == []


@pytest.mark.parametrize(("name", "folders"), [("image", ("/app", "/opt/venv")), ("pooler", ("/etc/orders",))])
def test_user_of_the_image_owns_no_file_and_may_change_none(request, name, folders):
    test = ("(", "!", "-uid", "0", "-o", "-perm", "/022", ")", "!", "-type", "l")
    image = request.getfixturevalue(name)

    assert run(image, {}, "find", *folders, *test).stdout == ""
    assert len(run(image, {}, "find", *folders).stdout.splitlines()) >= 3


def test_code_is_compiled(image):
    sources = {file.relative_to(image.root) for file in (image.root / "app").rglob("*.py")}
    compiled = {file.relative_to(image.root) for file in (image.root / "app").rglob("__pycache__/*.pyc")}

    assert {file.parent / f"{file.stem}.py" for file in sources} == {
        file.parents[1] / f"{file.name.split('.')[0]}.py" for file in compiled
    }


def test_labels_name_the_release(image):
    labels = image.config["Labels"]
    (version,) = re.findall('^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert labels["org.opencontainers.image.version"] == version
    assert labels["org.opencontainers.image.licenses"] == "MIT"
    assert re.fullmatch("[0-9a-f]{40}|unknown", labels["org.opencontainers.image.revision"])


def test_image_stays_small(image, capsys):
    with capsys.disabled():
        sys.stdout.write(f"\n{image.tag}: {image.megabytes} MB\n")

    assert image.megabytes < 500


def test_bill_of_materials_lists_every_package(image, installed):
    sbom = json.loads(SBOM.read_text())
    listed = {kind: set() for kind in ("pypi", "deb", "generic")}
    for component in sbom["components"]:
        kind = component["purl"].removeprefix("pkg:").split("/")[0]
        listed[kind].add(normalized(f"{component['name']}=={component['version']}"))
    query = ("dpkg-query", "--show", "--showformat", "${Package}==${Version}\n")
    version = run(image, {}, "python", "--version").stdout.strip()
    debian = {normalized(line) for line in run(image, {}, *query).stdout.splitlines()}

    assert sbom["bomFormat"] == "CycloneDX"
    assert listed["pypi"] == installed
    assert listed["deb"] == debian
    assert {line.replace("==", " ") for line in listed["generic"]} == {normalized(version)}
