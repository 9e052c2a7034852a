"""Settings under different environments. Django reads settings once, so each test starts a process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF",
    "ALLOWED_HOSTS": "orders.example.com",
    "DATABASE_URL": "postgres://orders_app@127.0.0.1:1/orders",
}


def committed_paths() -> dict[str, Any]:
    """Return the operations of docs/openapi.yaml, and of the documents of later versions, by path."""
    files = [ROOT / "docs/openapi.yaml", *sorted((ROOT / "docs").glob("openapi-v*.yaml"))]
    return {path: of for file in files for path, of in yaml.safe_load(file.read_text())["paths"].items()}


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); import json\n" + code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", **environment},
        capture_output=True,
        text=True,
    )


def ask(code: str, **environment: str):
    done = run(code, {**PRODUCTION, **environment})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", PRODUCTION)
def test_a_missing_setting_is_named(name):
    done = run("", {key: value for key, value in PRODUCTION.items() if key != name})

    assert done.returncode != 0
    assert f"Set the {name} environment variable" in done.stderr


def test_request_limit_is_the_documented_one():
    documented = "(`REQUESTS_PER_MINUTE`) | 6,000 | 429 |"

    assert ask("from django.conf import settings; print(settings.REQUESTS_PER_MINUTE)") == 6000
    assert documented in (ROOT / "docs/limits.md").read_text()


def test_production_has_only_product_urls_and_apps():
    addresses = ask(
        """
from django.urls import get_resolver
def walk(patterns, prefix=""):
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, here)
        else:
            yield here
from django.conf import settings
print(json.dumps([sorted(walk(get_resolver().url_patterns)), settings.INSTALLED_APPS, settings.DEBUG,
                  settings.MIDDLEWARE, settings.TEMPLATES[0]["OPTIONS"]["context_processors"]]))
"""
    )

    # Exactly the paths in docs/openapi.yaml, where a reviewer sees each new one.
    product = [path.removeprefix("/") for path in committed_paths()]
    versions = {path.split("/")[1] for path in product}
    assert sorted(re.sub(r"<\w+:\w+>|{\w+}", "{}", address) for address in addresses[0]) == sorted(
        [
            *(re.sub(r"{\w+}", "{}", path) for path in product),
            *(f"api/{version}/{page}" for version in versions for page in ("schema", "docs")),
            *("docs", "docs/", "docs/{}", "docs/problems/{}", "docs/reference/{}"),
            "^api/(?P<old>(?:orders|customers|items|dev/seed)/)(?P<rest>.*)$",
            "healthz",
            "readyz",
        ]
    )
    assert not {"apps.devtools", "silk", "lab"} & set(addresses[1])
    assert addresses[2] is False
    # No users, sessions or messages, and no admin, which would need them.
    assert [app for app in addresses[1] if app.startswith("django.")] == ["django.contrib.staticfiles"]
    assert addresses[3] == [
        "apps.api.middleware.envelope.Envelope",
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "apps.api.middleware.hosts.AllowedHosts",
        "apps.api.middleware.cors.Cors",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "apps.api.middleware.routing.Routing",
        "apps.api.middleware.bounds.Bounds",
        "apps.api.middleware.key.Key",
        "apps.api.middleware.rate_limit.RateLimit",
        "apps.api.middleware.report_cache.ReportCache",
        "apps.api.middleware.body.Body",
        "apps.api.middleware.transaction.Transaction",
    ]
    assert addresses[4] == ["django.template.context_processors.request"]


def test_production_documents_only_the_product():
    documented = ask(
        """
from drf_spectacular.generators import SchemaGenerator
paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
print(json.dumps({path: sorted(operations) for path, operations in paths.items()}))
"""
    )

    assert documented == {path: sorted(operations) for path, operations in committed_paths().items()}
    assert not [path for path in documented if "devtools" in path]


def test_production_redirects_to_https_and_sets_hsts_for_a_year():
    answer = ask(
        """
from django.test import Client
plain, secure = Client(), Client()
first = plain.get("/api/v1/docs", headers={"host": "orders.example.com"})
second = secure.get("/api/v1/docs", headers={"host": "orders.example.com"}, secure=True)
health = plain.get("/healthz", headers={"host": "orders.example.com"})
print(json.dumps([first.status_code, first["Location"], second["Strict-Transport-Security"], health.status_code]))
"""
    )

    assert answer == [
        301, "https://orders.example.com/api/v1/docs", "max-age=31536000; includeSubDomains; preload", 200,
    ]  # fmt: skip


def test_plugins_come_from_the_environment():
    with_both = ask(
        """
from django.conf import settings
from django.urls import resolve
print(json.dumps([resolve("/").url_name, resolve("/silk/").namespace, settings.MIDDLEWARE[0]]))
""",
        PLUGINS="apps.devtools,silk",
    )

    assert with_both == ["home", "silk", "apps.devtools.profiler.Profiler"]


@pytest.mark.parametrize("plugins", ["django.contrib.admin", "apps.devtools,silk,django.contrib.admin"])
def test_admin_plugin_installs_its_dependencies(plugins):
    answer = ask(
        """
from django.conf import settings
from django.core.checks import run_checks
from django.urls import resolve
messages = [str(message) for message in run_checks(include_deployment_checks=True)]
print(json.dumps([resolve("/admin/").namespace, messages, settings.MIDDLEWARE[-1], settings.SESSION_COOKIE_SECURE]))
""",
        PLUGINS=plugins,
    )

    assert answer == ["admin", [], "apps.api.middleware.transaction.Transaction", True]


def test_unknown_plugin_stops_the_start():
    done = run("", {**PRODUCTION, "PLUGINS": "apps.devtols"})

    assert done.returncode != 0
    assert "apps.devtols" in done.stderr


@pytest.mark.parametrize(
    ("origin", "mistake"),
    [
        ("app.example.com", "Origin 'app.example.com' in CORS_ALLOWED_ORIGINS is missing scheme or netloc"),
        ("*", "Origin '*' in CORS_ALLOWED_ORIGINS is missing scheme or netloc"),
        ("https://app.example.com/", "Origin 'https://app.example.com/' in CORS_ALLOWED_ORIGINS should not have path"),
    ],
)
def test_a_wrong_origin_is_named(origin, mistake):
    check = "from django.core.management import call_command\ncall_command('check')"

    done = run(check, {**PRODUCTION, "CORS_ALLOWED_ORIGINS": f"https://good.example.com,{origin}"})

    assert done.returncode != 0
    assert mistake in done.stderr
    assert "good.example.com" not in done.stderr


def test_silk_records_api_requests_only_and_never_more_than_its_bound():
    recorded = ask(
        """
from django.conf import settings
from django.test import RequestFactory
wanted = [settings.SILKY_INTERCEPT_FUNC(RequestFactory().get(path))
          for path in ("/api/v1/orders/", "/silk/", "/static/silk/x.js", "/", "/healthz")]
print(json.dumps([wanted, settings.SILKY_MAX_RECORDED_REQUESTS]))
"""
    )

    assert recorded == [[True, False, False, False, False], 1000]


def test_postgresql_connections_time_out_and_the_url_can_set_when():
    options = ask(
        'from django.conf import settings\nprint(json.dumps(settings.DATABASES["default"]["OPTIONS"]))',
        DATABASE_URL="postgres://orders_app@127.0.0.1:1/orders?connect_timeout=9&sslmode=verify-full",
    )

    assert options == {
        "connect_timeout": 9,
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "tcp_user_timeout": 10_000,
        "sslmode": "verify-full",
    }


REPLICA = "postgres://orders_app@127.0.0.2:1/orders"


def test_lag_of_a_replica_is_the_documented_one():
    documented = "at most 10 seconds behind (`REPLICA_MAX_LAG_SECONDS`)"

    assert ask("from django.conf import settings; print(settings.REPLICA_MAX_LAG_SECONDS)") == 10
    assert documented in (ROOT / "docs/limits.md").read_text()


def test_without_a_replica_there_is_one_database_and_no_router():
    code = "from django.conf import settings\nprint(json.dumps([[*settings.DATABASES], settings.DATABASE_ROUTERS]))"

    assert ask(code) == ask(code, DATABASE_REPLICA_URL="") == [["default"], []]


def test_replica_is_connected_to_like_the_primary():
    code = "from django.db import connections\nprint(json.dumps([each.settings_dict for each in connections.all()]))"
    both = ask(code, DATABASE_REPLICA_URL=REPLICA)

    differing = {name for name in both[0] if both[0][name] != both[1][name]}
    assert differing == {"HOST", "OPTIONS", "TEST"}
    assert both[1]["OPTIONS"] == {**both[0]["OPTIONS"], "connect_timeout": 2}


@pytest.mark.parametrize(
    ("environment", "mistake"),
    [
        ({"DATABASE_URL": "sqlite:///x.sqlite3"}, "DATABASE_REPLICA_URL needs PostgreSQL, there and in DATABASE_URL."),
        ({"DATABASE_REPLICA_URL": "sqlite:///x.sqlite3"}, "DATABASE_REPLICA_URL needs PostgreSQL"),
        ({"REPLICA_MAX_LAG_SECONDS": "0"}, "REPLICA_MAX_LAG_SECONDS has to be at least 1."),
    ],
)
def test_replica_that_cannot_work_stops_the_start(environment, mistake):
    done = run("", {**PRODUCTION, "DATABASE_REPLICA_URL": REPLICA, **environment})

    assert done.returncode != 0
    assert f"django.core.exceptions.ImproperlyConfigured: {mistake}" in done.stderr


def test_sqlite_uses_wal_and_immediate_transactions():
    options = ask(
        'from django.conf import settings\nprint(json.dumps(settings.DATABASES["default"]["OPTIONS"]))',
        DATABASE_URL="sqlite:///x.sqlite3",
    )

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
