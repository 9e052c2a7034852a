"""Run tests with a fault on, patched in from outside the product.

`pytest -p lab.proving.pytest_plugin --fault n1-summary tests/reporting` runs one session. `--fault-sessions` names a
file that lists several: they are forks of one process, which loads Django and the plugins once.
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
    group.addoption("--fault", help="slug of the fault to switch on")
    group.addoption("--decoy", type=int, default=0, help="number of its wrong fix to switch on as well: 1 or 2")
    group.addoption("--fault-folder", type=Path, help="folder of the faults; default lab/faults")
    group.addoption("--fault-report", type=Path, help="JSON file to write the outcome and message of each test to")
    group.addoption(
        "--fault-sessions", type=Path, help="JSON file that lists sessions: name, fault, decoy, tests, report"
    )
    group.addoption("--fault-processes", type=int, default=1, help="how many of these sessions run at once")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(FaultSession(), "lab session")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Fork each of the listed sessions, and print its number when it ends. A fork continues as an ordinary session."""
    if not config.option.fault_sessions:
        return None
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    running: dict[int, int] = {}

    def wait() -> None:
        process, _ = os.wait()
        sys.stdout.write(f"{running.pop(process)}\n")
        sys.stdout.flush()

    for number, session in enumerate(json.loads(config.option.fault_sessions.read_text())):
        if len(running) == config.option.fault_processes:
            wait()
        process = os.fork()
        if not process:
            _become(config, session)
            return None
        running[process] = number
    while running:
        wait()
    return 0


def _become(config: pytest.Config, session: dict[str, Any]) -> None:
    from django.db import connection

    log = os.open(f"{session['report']}.log", os.O_WRONLY | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    connection.settings_dict["TEST"]["NAME"] = session["name"]
    config.args = session["tests"]
    config.option.fault, config.option.decoy = session["fault"], session["decoy"]
    config.option.fault_report = Path(session["report"])


class FaultSession:
    """Switch the fault on when the session starts, and report its tests when it ends."""

    def __init__(self) -> None:
        self.started = 0.0
        self.results: dict[str, dict[str, str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        # Switch on before collection, because parameters of tests hold functions, and before the database is created.
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
            # A failure in set-up or teardown is an error, which proves nothing about the product.
            outcome = "error" if report.failed and report.when != "call" else report.outcome
            if self.results.get(report.nodeid, {}).get("outcome") != "error":
                self.results[report.nodeid] = {"outcome": outcome, "message": _message(report)}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.config.option.fault_report:
            report = {"seconds": time.perf_counter() - self.started, "results": self.results}
            session.config.option.fault_report.write_text(json.dumps(report))


def _message(report: Any) -> str:
    """Return only the failure's message: pytest also prints the test's source, which would contain the symptom."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr or "")
