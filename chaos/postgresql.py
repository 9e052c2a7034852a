"""A PostgreSQL server that must not lose anything."""

from __future__ import annotations

import psycopg

from tests.plugin import Cluster


class DurableCluster(Cluster):
    """The tests' server, but what it says of a COMMIT is on disk."""

    def start(self, *arguments: str, more: str = "") -> None:
        durable = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on"
        super().start(*arguments, more=f"{durable} {more}")

    def new_database(self, name: str) -> dict[str, str]:
        """An empty database; the environment of a service that uses it."""
        with psycopg.connect(self.url_of("superuser"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} OWNER orders_owner")
        return {
            "DATABASE_URL": self.url_of("orders_app", name),
            "DATABASE_OWNER_URL": self.url_of("orders_owner", name),
        }
