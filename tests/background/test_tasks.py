"""The commands that a message in the queue may run."""

from __future__ import annotations

import pytest

from apps.background.tasks import run_command


@pytest.mark.parametrize("name", ["flush", "tenant", "", "sweep "])
def test_message_runs_no_command_that_is_not_scheduled(monkeypatch, name):
    run = []
    monkeypatch.setattr("apps.background.tasks.call_command", run.append)

    with pytest.raises(ValueError, match="is not a scheduled command"):
        run_command(name)

    assert run == []
