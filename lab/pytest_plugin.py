"""Runs tests with a fault on: `pytest -p lab.pytest_plugin --fault <slug> [--decoy 1]`, from outside the product."""

from __future__ import annotations

import json
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


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Session(), "lab session")


class Session:
    def __init__(self) -> None:
        self.results: dict[str, dict[str, str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        # Before the tests are collected, whose parameters keep functions, and before their database is made.
        option = session.config.option
        if not option.fault:
            return
        from lab.catalogue import FOLDER, find_faults
        from lab.fault import LabError
        from lab.switch import switched_on

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
            session.config.option.fault_report.write_text(json.dumps(self.results))


def _message(report: Any) -> str:
    """What the failure itself says: the test's source, shown around it, would contain any symptom."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr or "")
