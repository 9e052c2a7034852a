"""compose.yaml is valid, and describes the same as `make stack`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from jsonschema import Draft201909Validator

from harness.environment import PRODUCTION
from harness.machine import ROOT
from harness.stack.environment import ACCOUNT, service_environment
from harness.stack.stack import Stack

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
PARTS = {
    "primary": "primary",
    "standby": "replica",
    "pooler": "pgbouncer",
    "redis": "redis",
    "moto": "moto",
    "webs": "web",
    "workers": "worker",
    "scheduler": "scheduler",
    "proxy": "proxy",
}
ONCE = {"migrate", "resources", "certificate"}  # what the Stack does itself
OURS = ("migrate", "web", "worker", "scheduler")
# Read by boto3, granian and Django, not by config/settings.py.
OF_LIBRARIES = r"AWS_\w+|GRANIAN_\w+|DJANGO_SETTINGS_MODULE"


def stack_environment() -> dict[str, str]:
    urls = {name: f"{name}://" for name in ("database", "owner", "replica", "cache")}
    return service_environment(**urls, aws="http://moto:5000")


def test_compose_file_is_valid():
    schema = json.loads((ROOT / "tests/schemas/compose-spec.json").read_text())

    assert [error.message for error in Draft201909Validator(schema).iter_errors(COMPOSE)] == []


def test_services_are_the_parts_of_the_stack():
    attributes = set(get_type_hints(Stack)) - {"environment", "keys"}

    assert attributes == set(PARTS)
    assert set(SERVICES) == {*PARTS.values(), *ONCE}


def test_variables_are_those_of_the_stack():
    """Except those that production leaves out, because they are empty or off."""
    stack, compose = stack_environment(), {**SERVICES["web"]["environment"], **SERVICES["migrate"]["environment"]}
    needed = {name for name, value in stack.items() if value != PRODUCTION.get(name) or name in ("SECRET_KEY",)}
    needed |= {"DJANGO_SETTINGS_MODULE", "TRUST_X_FORWARDED_PROTO"}
    same = [name for name in needed if not re.search("SECRET_KEY|DATABASE|CACHE_URL", name)]

    assert {name for name in compose if not name.startswith("GRANIAN_")} == needed
    assert {name: compose[name] for name in same} == {name: stack[name] for name in same}
    assert ACCOUNT in compose["QUEUE_URL"]


@pytest.mark.parametrize("service", OURS)
def test_variables_are_documented(service):
    example = (ROOT / ".env.example").read_text()
    documented = set(re.findall("^([A-Z_]+)=", example, re.MULTILINE))

    variables = {name for name in SERVICES[service]["environment"] if not re.fullmatch(OF_LIBRARIES, name)}

    assert variables - documented == set()


def test_only_migrate_knows_the_owner_of_the_tables():
    knowing = [name for name in OURS if "DATABASE_OWNER_URL" in SERVICES[name]["environment"]]

    assert knowing == ["migrate"]


def test_only_the_proxy_publishes_a_port():
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["127.0.0.1:${PROXY_PORT:-8443}:8443"]
    }


def test_everything_waits_for_the_migrations_and_what_it_uses_is_healthy():
    healthy = {name for name, service in SERVICES.items() if "test" in service.get("healthcheck", {})}
    awaited: dict[str, set[str]] = {}
    for service in SERVICES.values():
        for name, condition in service.get("depends_on", {}).items():
            awaited.setdefault(condition["condition"], set()).add(name)

    assert {name for name in OURS if "migrate" in SERVICES[name]["depends_on"]} == set(OURS) - {"migrate"}
    assert awaited["service_completed_successfully"] == ONCE
    assert awaited["service_healthy"] <= healthy
    assert healthy == set(SERVICES) - ONCE - {"worker", "scheduler"}


def test_one_off_services_end_and_the_others_restart():
    assert {name for name, service in SERVICES.items() if service["restart"] == "on-failure"} == ONCE
    assert {service["restart"] for service in SERVICES.values()} == {"on-failure", "unless-stopped"}


def test_images_of_this_repository_are_built_and_cannot_be_written_to():
    targets = re.findall(r"^FROM \S+ AS (\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    built = {name: service for name, service in SERVICES.items() if "build" in service}

    assert set(built) == {*OURS, "pgbouncer"}
    assert [name for name, service in built.items() if not service.get("read_only")] == []
    assert {SERVICES[name]["build"] for name in OURS} == {"."}  # the last target
    assert targets[-1] == "service"
    assert built["pgbouncer"]["build"]["target"] in targets


def test_mounted_files_exist():
    mounts = [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", [])]

    assert [source for source, *_ in mounts if source.startswith(".") and not (ROOT / source).is_file()] == []
    assert {source for source, *_ in mounts if not source.startswith(".")} == set(COMPOSE["volumes"])


def test_two_web_processes_and_as_many_places_in_the_proxy():
    assert SERVICES["web"]["deploy"]["replicas"] == int(SERVICES["proxy"]["environment"]["WEBS"]) == 2
    assert SERVICES["worker"]["deploy"]["replicas"] == 2


def test_schema_names_its_source_and_licence():
    folder = Path(ROOT / "tests/schemas")

    assert "Apache License" in (folder / "LICENSE").read_text()
    assert "docker-compose 1.29.2" in (folder / "README.md").read_text()
