"""The admin, used through forms as a browser would, in a process with the admin installed.

One scenario records what it saw; each test compares a part of that record.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.support.plugged import run_plugged

ADMIN = "/admin/tenancy"
NEW_TENANT = {"slug": "acme", "name": "Acme", "timezone": "Europe/Berlin", "is_active": "on"}
KEY = re.compile(r"rl_[0-9a-f]{8}_[0-9a-f]{64}", re.IGNORECASE)


def scenario() -> dict[str, Any]:
    from django.contrib import admin
    from django.contrib.auth.models import Permission, User

    from apps.tenancy.models import ApiKey, Tenant

    User.objects.create_superuser("root", password="root")
    client = Client()
    login = client.post("/admin/login/?next=/admin/", {"username": "root", "password": "root"})

    def tenant() -> list[Any]:
        return list(Tenant.objects.values_list("slug", "name", "timezone", "is_active"))

    def act(action: str, model: str, pk: int, by: Client = client) -> None:
        by.post(f"{ADMIN}/{model}/", {"action": action, "_selected_action": pk, "index": "0", "post": "yes"})

    def api(key: str) -> Any:
        return client.get("/api/v1/customers/", headers={"Authorization": f"Bearer {key}"})

    seen: dict[str, Any] = {
        "stranger": Client().get(f"{ADMIN}/tenant/").status_code,
        "login": login.headers["Location"],
        "models": sorted(model._meta.label for model in admin.site._registry if model.__module__.startswith("apps.")),
    }

    refused = client.post(f"{ADMIN}/tenant/add/", {**NEW_TENANT, "timezone": "Europe/Berln"})
    seen["wrong zone"] = [refused.context_data["errors"], tenant()]
    client.post(f"{ADMIN}/tenant/add/", NEW_TENANT)
    seen["created"] = tenant()
    acme = Tenant.objects.get()
    edited = {"slug": "other", "name": "Acme Ltd", "timezone": "Asia/Kolkata"}
    client.post(f"{ADMIN}/tenant/{acme.pk}/change/", edited)
    seen["edited"] = tenant()
    client.post(f"{ADMIN}/tenant/{acme.pk}/change/", {**edited, "is_active": "on"})
    act("delete_selected", "tenant", acme.pk)
    seen["tenant deleted"] = [client.post(f"{ADMIN}/tenant/{acme.pk}/delete/").status_code, tenant()]

    form = {"tenant": acme.pk, "name": "billing", "scope": "read"}
    expiry = {"expires_at_0": "2999-12-31", "expires_at_1": "12:00:00"}
    issued = client.post(f"{ADMIN}/apikey/add/", {**form, **expiry})
    key = KEY.findall(issued.text)[0]
    stored = ApiKey.objects.get()
    key_page = f"{ADMIN}/apikey/{stored.pk}"
    seen["key"] = key
    seen["issued"] = [issued.status_code, KEY.findall(issued.text), issued["Cache-Control"], sorted(issued.cookies)]
    seen["stored"] = [stored.tenant.slug, stored.name, stored.scope, stored.expires_at.isoformat(), stored.prefix]
    seen["digest"] = stored.secret_sha256
    answer = api(key)
    seen["api"] = [answer.status_code, sorted(answer.cookies), answer.headers.get("Vary"), answer["Server-Timing"]]
    seen["browser's cookies"] = sorted(name for name, cookie in client.cookies.items() if cookie.value)

    changed = client.post(f"{key_page}/change/", {**form, "name": "changed"}).status_code
    act("delete_selected", "apikey", stored.pk)
    deleted = client.post(f"{key_page}/delete/").status_code
    seen["key changed"] = [changed, deleted, list(ApiKey.objects.values_list("name", "scope"))]
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    looking = Client()
    looking.force_login(viewer)
    act("revoke", "apikey", stored.pk, by=looking)
    seen["looked at"] = [looking.get(f"{key_page}/change/").status_code, ApiKey.objects.get().revoked_at]
    act("revoke", "apikey", stored.pk)
    revoked_at = ApiKey.objects.get().revoked_at
    act("revoke", "apikey", stored.pk)
    seen["revoked"] = [revoked_at is not None, ApiKey.objects.get().revoked_at == revoked_at, api(key).status_code]

    client.post(f"{ADMIN}/apikey/add/", {**form, "name": "live"})
    pages = [
        "/admin/",
        f"{ADMIN}/apikey/",
        f"{ADMIN}/apikey/add/",
        f"{key_page}/change/",
        f"{key_page}/history/",
        "/silk/",
    ]
    seen["pages"] = {page: client.get(page).text for page in [*pages, "/silk/requests/"]}
    entries = admin.models.LogEntry.objects.filter(content_type__model="apikey").order_by("pk")
    seen["log"] = [[entry.object_repr, entry.object_id, entry.get_change_message()] for entry in entries]
    return seen


@pytest.fixture(scope="module")
def seen(empty_database: dict[str, str]) -> dict[str, Any]:
    return run_plugged(f"{__name__}.scenario", empty_database)[0]


def test_admin_shows_tenants_and_keys_and_no_row_of_a_tenant(seen: dict[str, Any]) -> None:
    assert seen["models"] == ["tenancy.ApiKey", "tenancy.Tenant"]


def test_admin_requires_login(seen: dict[str, Any]) -> None:
    assert (seen["stranger"], seen["login"]) == (302, "/admin/")


def test_tenant_requires_a_valid_time_zone(seen: dict[str, Any]) -> None:
    [[message]], tenants = seen["wrong zone"]

    assert message.startswith("'Europe/Berln' is not a time zone")
    assert tenants == []
    assert seen["created"] == [["acme", "Acme", "Europe/Berlin", True]]


def test_tenant_is_edited_except_for_its_slug(seen: dict[str, Any]) -> None:
    assert seen["edited"] == [["acme", "Acme Ltd", "Asia/Kolkata", False]]


def test_tenant_is_not_deleted(seen: dict[str, Any]) -> None:
    assert seen["tenant deleted"] == [403, [["acme", "Acme Ltd", "Asia/Kolkata", True]]]


def test_issued_key_is_stored_as_requested_and_works(seen: dict[str, Any]) -> None:
    prefix = seen["key"].split("_")[1]

    assert seen["stored"] == ["acme", "billing", "read", "2999-12-31T12:00:00+00:00", prefix]
    assert seen["api"][0] == 200


def test_key_is_shown_once_on_a_page_that_is_not_cached(seen: dict[str, Any]) -> None:
    status, shown, cache_control, cookies = seen["issued"]

    assert (status, shown, cookies) == (200, [seen["key"]], ["csrftoken"])
    assert "no-store" in cache_control


def test_key_is_on_no_other_page_and_neither_is_its_digest(seen: dict[str, Any]) -> None:
    prefix, secret = seen["key"].split("_")[1:]

    named = [page for page, html in seen["pages"].items() if prefix in html]
    telling = [page for page, html in seen["pages"].items() if secret in html or seen["digest"] in html]

    # The list, the key's pages and the log of recent actions name the key, so a leaked secret would show there.
    assert [re.sub(r"\d+", "1", page) for page in named] == [
        "/admin/", f"{ADMIN}/apikey/", f"{ADMIN}/apikey/1/change/", f"{ADMIN}/apikey/1/history/",
    ]  # fmt: skip
    assert telling == []


def test_key_is_named_by_its_prefix_in_the_log_of_actions(seen: dict[str, Any]) -> None:
    entries = [[name, message] for name, _, message in seen["log"][:2]]

    prefix = seen["key"].split("_")[1]
    assert entries == [[f"rl_{prefix}_…", "Added."], [f"rl_{prefix}_…", "Revoked."]]
    assert len(seen["log"]) == 3


def test_key_is_neither_changed_nor_deleted(seen: dict[str, Any]) -> None:
    assert seen["key changed"] == [403, 403, [["billing", "read"]]]


def test_view_permission_cannot_revoke_a_key(seen: dict[str, Any]) -> None:
    assert seen["looked at"] == [200, None]


def test_key_is_revoked_once(seen: dict[str, Any]) -> None:
    assert seen["revoked"] == [True, True, 401]


def test_api_reads_no_session_and_sets_no_cookie(seen: dict[str, Any]) -> None:
    status, cookies, vary, timing = seen["api"]

    assert seen["browser's cookies"] == ["csrftoken", "sessionid"]
    assert (status, cookies, vary) == (200, [], None)
    # 1. customers
    assert 'desc="1 statements"' in timing


def test_profiler_and_admin_work_side_by_side(seen: dict[str, Any]) -> None:
    assert "<title>Silky - Requests" in seen["pages"]["/silk/requests/"]
