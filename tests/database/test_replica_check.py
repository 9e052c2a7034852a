"""The check of the replica: which servers it compares, in which process it runs, and which commands do without it."""

from __future__ import annotations

import pytest

from harness.standby import Standby

pytestmark = pytest.mark.postgresql


def test_commands_do_not_need_the_replica(database):
    unreachable = "postgres://orders_app@127.0.0.1:1/orders"
    for command in (("migrate", "--check"), ("makemigrations", "--check"), ("check", "--database", "default")):
        database.manage(*command, DATABASE_REPLICA_URL=unreachable, PYTHONWARNINGS="error::RuntimeWarning")


CHECK = """
from apps.database.replica_check import ReplicaCheck
check = ReplicaCheck()
check._problem()
print(check._problem() or "none")
"""


def test_a_replica_of_something_else_is_not_read(database, standby):
    """Positions of two databases cannot be compared."""

    def problem(url: str) -> str:
        return database.manage("shell", "-v", "0", "-c", CHECK, DATABASE_REPLICA_URL=url).strip()

    assert problem(standby.url_of("orders_app", "orders")) == "none"
    assert problem(standby.url_of("orders_app", "postgres")) == "it is no standby of the primary"
    assert problem(database.url) == "it is no standby of the primary"
    promoted = Standby(database.server)
    try:
        assert promoted.execute("SELECT pg_promote()") == [(True,)]
        assert problem(promoted.url_of("orders_app", "orders")) == "it is no standby of the primary"
    finally:
        promoted.stop()


FORK = """
import os, time
from apps.database import replica
def passes():
    end = time.monotonic() + 30
    while replica.alias() != "replica" and time.monotonic() < end:
        time.sleep(0.01)
    return replica.alias()
print(passes(), flush=True)
if child := os.fork():
    os.waitpid(child, 0)
else:
    time.sleep(2)  # until the parent's result has expired
    print(passes(), flush=True)
    os._exit(0)
"""


def test_a_fork_of_the_process_has_a_check_of_its_own(database, standby):
    url = standby.url_of("orders_app", "orders")
    output = database.manage("shell", "-v", "0", "-c", FORK, DATABASE_REPLICA_URL=url)

    assert [line for line in output.splitlines() if line in ("replica", "default")] == ["replica", "replica"]
