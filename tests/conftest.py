from __future__ import annotations

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection, models
from django.test import Client
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from model_bakery import baker, random_gen

from apps.api.logs import JSONFormatter
from apps.database import totals
from apps.database.statements import Statements, count_statements
from apps.orders.lifecycle import REVENUE_STATUSES
from apps.orders.models import Item, Order
from apps.tenancy import keys
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from harness.standby import Standby
from tests.plugin import url_of
from tests.support.service import Database

# The suite always tries the same examples; `--hypothesis-profile chaos` tries more, random ones and shrinks failures.
hypothesis_settings.register_profile(
    "suite",
    max_examples=20,
    stateful_step_count=40,
    phases=[Phase.generate],
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
hypothesis_settings.register_profile(
    "chaos",
    hypothesis_settings.get_profile("suite"),
    max_examples=500,
    stateful_step_count=50,
    phases=[Phase.generate, Phase.shrink],
    derandomize=False,
)
hypothesis_settings.load_profile("suite")

JSON = "application/json"
baker.generators.add("apps.customers.models.LowerCaseEmailField", random_gen.gen_email)
baker.generators.add("apps.tenancy.text.PlainTextField", random_gen.gen_string)


class Api(Client):
    """A test client that sends JSON over https, as in production, with an API key if it has one."""

    def __init__(self, key: str = "") -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else None
        super().__init__(enforce_csrf_checks=True, raise_request_exception=False, headers=headers)

    def request(self, **request: Any) -> Any:
        return super().request(**{**request, "wsgi.url_scheme": "https", "SERVER_PORT": "443"})

    def post(self, path: Any, data: Any = None, content_type: str = JSON, *args: Any, **kwargs: Any) -> Any:
        return super().post(path, data, content_type, *args, **kwargs)

    def patch(self, path: Any, data: Any = None, content_type: str = JSON, *args: Any, **kwargs: Any) -> Any:
        return super().patch(path, {} if data is None else data, content_type, *args, **kwargs)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put SQLite in a file, with WAL as in production; in memory, threads would share one cache.

    On PostgreSQL, connect as the owner, who creates the database.
    """
    if connection.vendor == "sqlite":
        folder: Path = tmp_path_factory.mktemp("database")
        django_settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "tests.sqlite3")
    else:
        become("orders_owner")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """On PostgreSQL the owner creates and flushes the database; the tests connect as the application role."""
    if connection.vendor == "sqlite":
        yield
        return
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            # The tests run deploy/roles.sql in the template database, whose database privileges are not copied.
            cursor.execute(f"REVOKE TEMPORARY ON DATABASE {connection.ops.quote_name(name)} FROM PUBLIC")
        become("orders_app")
        connection.ops.execute_sql_flush = flush_as_owner
    yield
    with django_db_blocker.unblock():
        become("orders_owner")


@pytest.fixture(autouse=True)
def _django_db_helper(role: None, _django_db_helper: None) -> None:
    """Extend pytest-django's fixture: connect as the test's `role`."""


@pytest.fixture
def role(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[None]:
    """Connect as the role in `@pytest.mark.role("orders_owner")`, or else as the application role."""
    marker = request.node.get_closest_marker("role")
    if marker is None or connection.vendor == "sqlite":
        yield
        return
    become(*marker.args)
    yield
    become("orders_app")


def become(role: str) -> None:
    """Connect as `role` from now on."""
    connection.close()
    connection.settings_dict["USER"] = role


def flush_as_owner(statements: list[str]) -> None:
    with psycopg.connect(url_of("orders_owner", connection.settings_dict["NAME"])) as owner:
        for statement in statements:
            owner.execute(statement)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Clear the caches: ids repeat in the next test, which would otherwise use the keys and counts of this one."""
    for name in django_settings.CACHES:
        caches[name].clear()


@pytest.fixture
def acme(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme", timezone="Europe/Berlin")


@pytest.fixture
def globex(db: None) -> Tenant:
    return Tenant.objects.create(slug="globex", name="Globex", timezone="Asia/Kolkata")


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[Tenant]:
    """Run the test in acme's scope."""
    with tenant_scope(acme, atomic=False):
        yield acme


@pytest.fixture
def api(acme: Tenant) -> Api:
    """A test client with a key of acme's."""
    return Api(keys.issue_key(tenant=acme))


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a process that uses an empty database, of the same kind as the tests' own."""
    with new_database(tmp_path_factory) as environment:
        yield environment


@contextmanager
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Create a database as `empty_database` does, for a test that needs several."""
    if connection.vendor == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('empty') / 'db.sqlite3'}"}
        return
    name = f"empty_{uuid.uuid4().hex}"
    with psycopg.connect(url_of("orders_owner"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": url_of("orders_app", name), "DATABASE_OWNER_URL": url_of("orders_owner", name)}
    # Only a superuser may disconnect autovacuum.
    with psycopg.connect(url_of("superuser"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A separate PostgreSQL server with a migrated database, whose roles and state a test may change."""
    database = Database()
    yield database
    database.server.stop()


@pytest.fixture(scope="module")
def standby(database: Database) -> Iterator[Standby]:
    """A streaming replica of `database`."""
    standby = Standby(database.server)
    yield standby
    standby.stop()


def one_of_each(tenant: Tenant) -> dict[type[models.Model], Any]:
    """Write a row of each tenant-owned model, related to each other; maintained rows are those of the triggers."""
    made: dict[type[models.Model], Any] = {}
    with tenant_scope(tenant):
        for model in tenant_owned_models():  # referenced models come first
            fields = [field for field in model._meta.local_concrete_fields if not field.has_default()]
            parents = {field.name: made[field.related_model] for field in fields if field.related_model in made}
            # model-bakery does not know the bounds of integers; 1 is within most of them.
            numbers = {field.name: 1 for field in fields if isinstance(field, models.IntegerField) and not field.null}
            numbers.pop(model._meta.pk.name, None)
            if model is Order:
                numbers |= {"status": "paid", "paid_at": "2026-01-01T00:00:00Z"}  # so that there are totals of sales
            if model.kept_by_database:
                totals.settle()
                made[model] = model.objects.filter(**parents).latest("pk")
            else:
                made[model] = baker.make(model, **parents, **numbers)
        return {model: model.objects.get(pk=row.pk) for model, row in made.items()}


def rows_of(*tenants: Tenant) -> list[Any]:
    """Every row that the tenants own, with every column."""
    rows = []
    for tenant in tenants:
        with tenant_scope(tenant):
            rows += [list(model.objects.order_by("pk").values()) for model in tenant_owned_models()]
    return rows


@pytest.fixture
def order_worth() -> Callable[..., Order]:
    """`order_worth(700, status="paid")` makes an order with one item of 700 cents."""

    def make(cents: int, **fields: Any) -> Order:
        if fields.get("status") in REVENUE_STATUSES:
            fields.setdefault("paid_at", "2026-01-01T00:00:00Z")
        order = baker.make(Order, **fields)
        baker.make(Item, order=order, quantity=1, unit_price_cents=cents)
        order.refresh_from_db()
        return order

    return make


class Log(io.StringIO):
    """Captured log output of the service."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Capture the test's log in production's format."""
    handlers = logging.getLogger().handlers
    (handler,) = (handler for handler in handlers if isinstance(handler.formatter, JSONFormatter))
    log = Log()
    monkeypatch.setattr(handler, "stream", log)
    return log


@pytest.fixture
def count(db: None) -> Callable[[], AbstractContextManager[Statements]]:
    """`with count() as statements:` collects the SQL that the block runs."""
    return count_statements
