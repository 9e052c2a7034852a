"""Runs tests with a fault on, from outside the product.

`pytest -p lab.proving.pytest_plugin --fault n1-summary tests/reporting` is one run. `--fault-runs` names a file of
many: the interpreter, Django and the plugins are loaded once, and every run is a fork of that.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lab")
    group.addoption("--fault", help="the fault to switch on")
    group.addoption("--decoy", type=int, default=0, help="and its wrong fix of this number, from 1")
    group.addoption("--fault-folder", type=Path, help="where the faults are, if not in lab/faults")
    group.addoption("--fault-report", type=Path, help="file to write what each test did to, as JSON")
    group.addoption(
        "--fault-runs", type=Path, help="file with a list of runs, as JSON: name, fault, decoy, tests, report"
    )
    group.addoption("--fault-processes", type=int, default=1, help="so many of these runs at once")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Session(), "lab session")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Fork each of the runs, and print its number when it ends. In the fork, go on as a session of its own."""
    if not config.option.fault_runs:
        return None
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    running: dict[int, int] = {}

    def wait() -> None:
        process, _ = os.wait()
        sys.stdout.write(f"{running.pop(process)}\n")
        sys.stdout.flush()

    for number, run in enumerate(json.loads(config.option.fault_runs.read_text())):
        if len(running) == config.option.fault_processes:
            wait()
        process = os.fork()
        if not process:
            _become(config, run)
            return None
        running[process] = number
    while running:
        wait()
    return 0


def _become(config: pytest.Config, run: dict[str, Any]) -> None:
    from django.db import connection

    log = os.open(f"{run['report']}.log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    connection.settings_dict["TEST"]["NAME"] = run["name"]
    config.args = run["tests"]
    config.option.fault, config.option.decoy = run["fault"], run["decoy"]
    config.option.fault_report = Path(run["report"])


class Session:
    def __init__(self) -> None:
        self.started = 0.0
        self.results: dict[str, dict[str, str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        # Before the tests are collected, whose parameters keep functions, and before their database is made.
        self.started = time.perf_counter()
        option = session.config.option
        if not option.fault:
            return
        from lab.core.fault import LabError
        from lab.core.loader import FOLDER, find_faults
        from lab.core.switch import switched_on

        undo = ExitStack()
        session.config.add_cleanup(undo.close)
        try:
            (fault,) = find_faults([option.fault], option.fault_folder or FOLDER)
            undo.enter_context(switched_on(fault, fault.decoys[option.decoy - 1] if option.decoy else None))
        except LabError as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            # A failure outside the test itself is an error, which says nothing about the product.
            outcome = "error" if report.failed and report.when != "call" else report.outcome
            if self.results.get(report.nodeid, {}).get("outcome") != "error":
                self.results[report.nodeid] = {"outcome": outcome, "message": _message(report)}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.fault_report:
            report = {"seconds": time.perf_counter() - self.started, "results": self.results}
            session.config.option.fault_report.write_text(json.dumps(report))


def _message(report: Any) -> str:
    """What the failure itself says: the test's source, shown around it, would contain any symptom."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr or "")
