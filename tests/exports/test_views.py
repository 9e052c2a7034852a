from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from model_bakery import baker

from apps.api.strict import MAX_NAME, MAX_NAMED
from apps.background.models import Job
from apps.background.sweeping import sweep
from apps.exports.lifecycle import MAX_UNFINISHED, State
from apps.exports.models import Export
from apps.orders.models import Order
from tests.exports.conftest import stored

EXPORTS = "/api/v1/exports/"
pytestmark = pytest.mark.usefixtures("in_acme")


def test_an_export_is_accepted_made_and_read(api):
    order = baker.make(Order)

    accepted = api.post(EXPORTS, {"kind": "orders"})

    assert (accepted.status_code, accepted.json()["state"]) == (202, "queued")
    assert accepted["Location"] == f"{EXPORTS}{accepted.json()['id']}/"
    assert sweep() == 1
    done = api.get(accepted["Location"]).json()
    assert (done["state"], done["rows"], done["format"], done["filters"]) == ("done", 1, "csv", {})
    file = api.get(f"{accepted['Location']}file/")
    assert file["Content-Type"].startswith("text/csv")
    assert file["Content-Disposition"] == f'attachment; filename="orders-{done["id"]}.csv"'
    content = file.getvalue()
    assert len(content) == done["bytes"]
    assert content.splitlines()[1].startswith(f"{order.pk},".encode())
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kind", "filters", "pointer"),
    [
        ("orders", {"colour": "red"}, "#/filters/colour"),
        ("orders", {"status": "lost"}, "#/filters/status"),
        ("orders", {"created_from": "yesterday"}, "#/filters/created_from"),
        ("orders", {"customer": "-1"}, "#/filters/customer"),
        ("orders", {"customer": True}, "#/filters/customer"),
        ("orders", {"customer": [1]}, "#/filters/customer"),
        ("orders", {"email": " "}, "#/filters/email"),
        ("orders", {"email": "x" * 2001}, "#/filters/email"),
        ("orders", {"page_size": "5"}, "#/filters/page_size"),
        ("orders", ["status"], "#/filters"),
        ("items", {"status": "paid"}, "#/filters/status"),
        ("events", {}, "#/kind"),
    ],
)
def test_filters_are_as_strict_as_those_of_the_list(api, kind, filters, pointer):
    refused = api.post(EXPORTS, {"kind": kind, "filters": filters})

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (400, [pointer])
    assert not Export.objects.exists()


def test_half_a_character_is_refused_as_in_any_other_text(api):
    refused = api.post(EXPORTS, {"kind": "customers", "filters": {"email": "a\ud800"}})

    assert refused.json()["errors"] == [
        {
            "pointer": "#/filters/email",
            "code": "surrogate_characters_not_allowed",
            "detail": "Surrogate characters are not allowed: U+D800.",
        }
    ]


@pytest.mark.parametrize("value", ["", None, [1], "a\ud800"])
def test_the_errors_of_many_unknown_filters_are_few_and_short(api, value):
    filters = {f"{number}\ud800{'x' * 200}": value for number in range(2_000)}

    unknown = api.post(EXPORTS, {"kind": "orders", "filters": filters})
    mistyped = api.post(EXPORTS, {"kind": "orders", "filters": {**filters, "customer": True}})

    assert (unknown.status_code, mistyped.status_code) == (400, 400)
    pointers = [error["pointer"] for error in unknown.json()["errors"]]
    assert (len(pointers), {*map(len, pointers)}) == (MAX_NAMED, {len("#/filters/") + MAX_NAME})
    assert [error["pointer"] for error in mistyped.json()["errors"]] == ["#/filters/customer"]


def test_a_tenant_has_a_limited_number_of_unfinished_exports(api):
    for _ in range(MAX_UNFINISHED):
        assert api.post(EXPORTS, {"kind": "items"}).status_code == 202

    refused = api.post(EXPORTS, {"kind": "items"})

    assert (refused.status_code, refused.json()["type"]) == (409, "/docs/problems/too-many-exports")
    assert sweep() == MAX_UNFINISHED
    assert api.post(EXPORTS, {"kind": "items"}).status_code == 202


def test_a_repeated_request_makes_one_export(api):
    first, second = [api.post(EXPORTS, {"kind": "items"}, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert (second.status_code, second.json()) == (202, first.json())
    assert (Export.objects.count(), Job.objects.count()) == (1, 1)


def test_a_cancelled_export_is_not_made(api, folder):
    export = api.post(EXPORTS, {"kind": "items"})

    cancelled = api.post(f"{export['Location']}cancel/")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert sweep() == 0
    assert stored(folder) == []
    again = api.post(f"{export['Location']}cancel/")
    assert (again.status_code, again.json()["type"]) == (409, "/docs/problems/export-finished")


def test_a_deleted_export_takes_its_file_along(api, folder, django_capture_on_commit_callbacks):
    export = api.post(EXPORTS, {"kind": "items"})
    sweep()
    assert len(stored(folder)) == 1

    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(export["Location"]).status_code == 204

    assert stored(folder) == []
    assert api.get(export["Location"]).status_code == 404


@pytest.mark.parametrize("state", [state for state in State if state != State.DONE])
def test_only_a_done_export_has_a_file(api, state):
    export = baker.make(Export, kind="items", state=state)

    refused = api.get(f"{EXPORTS}{export.pk}/file/")

    assert (refused.status_code, refused.json()["type"]) == (409, "/docs/problems/export-has-no-file")
    assert refused.json()["export_state"] == state


def test_a_file_is_not_read_after_its_expiry_or_its_loss(api, folder):
    export = api.post(EXPORTS, {"kind": "items"})
    sweep()

    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(f"{export['Location']}file/").json()["export_state"] == "expired"

    Export.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    [name] = stored(folder)
    (folder / name).unlink()
    assert api.get(f"{export['Location']}file/").status_code == 409


@pytest.mark.parametrize("accepted", ["text/csv", "application/json", "application/x-ndjson", "*/*"])
def test_a_client_may_ask_for_the_type_of_the_file(api, accepted):
    export = api.post(EXPORTS, {"kind": "items"})
    sweep()

    file = api.get(f"{export['Location']}file/", headers={"Accept": accepted})

    assert (file.status_code, file.getvalue()[:8]) == (200, b"id,order")


def test_a_file_is_sent_once_to_a_client_that_keeps_its_tag(api):
    export = api.post(EXPORTS, {"kind": "items"})
    sweep()
    file = api.get(f"{export['Location']}file/")

    same = api.get(f"{export['Location']}file/", headers={"If-None-Match": file["ETag"]})
    other = api.get(f"{export['Location']}file/", headers={"If-Match": '"another"'})

    assert (file.status_code, same.status_code, same.content, other.status_code) == (200, 304, b"", 412)
    file.close()


@pytest.mark.parametrize("size", [1, 3])
def test_the_list_is_one_statement(api, count, size):
    baker.make(Export, kind="items", _quantity=size)

    # 1. exports
    with count() as statements:
        response = api.get(EXPORTS, {"state": "queued", "kind": "items,orders"})

    assert (len(statements), len(response.json()["results"])) == (1, size), statements.sql
