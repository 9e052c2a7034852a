"""The image runs the web process, a worker, the scheduler, migrations and commands, read-only and not as root."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from urllib.parse import urlsplit

import pytest

from harness.machine import ROOT, free_port, wait_until
from harness.processes import Running, is_served
from tests.image.conftest import run

# Tries to write to each folder, and prints those where that succeeds.
WRITE = """
import os, tempfile
for folder in ["/", "/app", "/app/apps/orders", "/opt/venv/bin", "/var/tmp", "/etc", "/run", "/tmp"]:
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        continue
    print(folder)
"""


def status_of(image, environment, *arguments: str) -> int:
    return subprocess.run(image.command(arguments, environment), capture_output=True).returncode


def health_check(image) -> list[str]:
    kind, *arguments = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    return arguments


def test_migrate_migrates(image, service):
    assert "Applying orders.0001_initial... OK" in service.migrated
    assert run(image, service.owner, "python", "manage.py", "migrate", "--check").stdout == ""


def test_web_process_is_ready_and_takes_orders(service):
    customer = service.send("POST", "/api/v1/customers/", {"name": "Ada", "email": "ada@new.example"}).body["id"]
    line = {"sku": "TEA", "quantity": 2, "unit_price_cents": 700}

    created = service.send("POST", "/api/v1/orders/", {"customer": customer, "items": [line]})

    assert is_served(service.port, "/readyz")
    assert (created.status, created.body["total_cents"]) == (201, 1400)


def test_variables_of_the_readme_are_enough(image, service, tmp_path):
    section = (ROOT / "README.md").read_text().partition("## In production")[2]
    names = set(re.findall("[A-Z][A-Z_]+(?==)", section.split("```")[1]))
    variables = {name: value for name, value in service.owner.items() if name in names}
    port = free_port()

    web = Running(
        image.command((), {**variables, "GRANIAN_PORT": str(port)}),
        {},
        lambda: is_served(port, "/readyz"),
        output=tmp_path / "log",
    )
    web.stop()

    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DATABASE_OWNER_URL"} <= set(variables)
    assert len(variables) <= 6


def test_worker_finishes_an_export_to_s3(service):
    service.send("POST", "/api/v1/customers/", {"name": "Grace", "email": "grace@new.example"})

    accepted = service.send("POST", "/api/v1/exports/", {"kind": "customers", "format": "csv", "filters": {}})
    location = urlsplit(accepted.headers["Location"]).path
    wait_until(lambda: service.send("GET", location).body["state"] == "done", "the export is done", seconds=90)
    file = service.send("GET", f"{location}file/")

    assert file.status == 303
    assert file.headers["Location"].startswith(service.moto.url)
    with urllib.request.urlopen(file.headers["Location"], timeout=30) as response:
        assert "grace@new.example" in response.read().decode()


def test_worker_runs_what_the_scheduler_sends(image, service):
    command = image.command(("python", "-m", "config.schedule"), service.environment)

    scheduler = Running(command, {}, lambda: "Task run_command" in service.worker_log)

    assert scheduler.stop() == 0


def test_health_check_succeeds_only_while_the_web_process_runs(image, service):
    check = health_check(image)

    assert status_of(image, {"GRANIAN_PORT": str(service.port)}, *check) == 0
    assert status_of(image, {"GRANIAN_PORT": str(free_port())}, *check) == 1


def test_health_check_of_the_pooler_succeeds_only_while_it_runs(pooler, service):
    check = health_check(pooler)
    port = urlsplit(service.environment["DATABASE_URL"]).port

    assert status_of(pooler, {"POOLER_PORT": str(port)}, *check) == 0
    assert status_of(pooler, {"POOLER_PORT": str(free_port())}, *check) == 1


@pytest.mark.parametrize("name", ["image", "pooler"])
def test_process_is_not_root(request, name):
    image = request.getfixturevalue(name)

    assert run(image, {}, "id", "-u").stdout == "10001\n"
    assert run(image, {}, "id", "-G").stdout == "10001\n"
    assert image.config["User"] == "10001:10001"


def test_only_tmp_can_be_written_to(image):
    """All of the tests here run with a root file system that is mounted read-only."""
    assert run(image, {}, "python", "-c", WRITE).stdout == "/tmp\n"
    assert set(image.config["Volumes"]) == {"/tmp"}


def test_sigterm_ends_a_web_process_in_good_order(image, service, tmp_path):
    port = free_port()
    command = image.command((), {**service.environment, "GRANIAN_PORT": str(port)})
    web = Running(command, {}, lambda: is_served(port), output=tmp_path / "log")

    assert web.stop() == 0


def test_secrets_are_required(image):
    done = subprocess.run(image.command(("python", "manage.py", "check"), {}), capture_output=True, text=True)

    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr or "There are no settings" in done.stderr


def test_image_has_the_roles_of_the_repository(image):
    text = run(image, {}, "cat", "/app/deploy/roles.sql").stdout

    assert text == (ROOT / "deploy/roles.sql").read_text()
