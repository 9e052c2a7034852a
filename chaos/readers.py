"""Clients that request a report again and again, one of each tenant."""

from __future__ import annotations

import threading
from http.client import HTTPException

from chaos.clients import Client
from chaos.stage import Stage


class Readers:
    """They read while the block runs. A subclass says in `read` what they request, and notes the response."""

    def __init__(self, stage: Stage, rest: float) -> None:
        """`rest` is the number of seconds between two reports of a client."""
        self.clients = [Client(stage, tenant) for tenant in range(len(stage.keys))]
        self.cut_off = 0  # reports that did not arrive
        self._rest, self._stopping = rest, threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(len(self.clients))]

    def read(self, tenant: int) -> None:
        """Request one report. OSError, HTTPException and KeyError count as `cut_off`."""
        raise NotImplementedError

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _run(self, tenant: int) -> None:
        while not self._stopping.wait(self._rest):
            try:
                self.read(tenant)
            except (OSError, HTTPException, KeyError):
                self.cut_off += 1
        self.clients[tenant].hang_up()
