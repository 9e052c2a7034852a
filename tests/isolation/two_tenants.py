"""Two tenants, acme and globex, with rows of the same shape. Globex's values are unique, so that a leak is found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from django.core import signing
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from apps.tenancy import keys
from apps.tenancy.isolation import tenant_owned_models
from apps.tenancy.models import Tenant
from apps.tenancy.scope import tenant_scope
from tests.conftest import JSON, Api
from tests.support.attacks import DAY, Marks
from tests.support.collecting import APPS
from tests.support.kinds import Model, collections, key_names, shown_columns

OURS: dict[str, Any] = {"first_id": 6 * 10**9, "word": "own", "at": "12:00:00", "quantity": 1, "cents": 101}
THEIRS: dict[str, Any] = {"first_id": 5 * 10**9, "word": "canary", "at": "03:07:13", "quantity": 9001, "cents": 7654321}
UNCOMPARED = {"RateLimit", "Server-Timing"}  # headers that differ between any two responses


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, Any] = {}
    body: Any = None
    headers: dict[str, str] = {}


class Outcome(NamedTuple):
    """The response to a request, headers included, and the rows of both tenants after it."""

    status: int
    text: str
    ours: str
    theirs: str


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class World:
    """Acme always has rows; globex has them only inside `with_theirs`, with ids known in advance.

    `ours` and `theirs` are these ids by model. `canaries` are globex's ids, texts, times and sums, which occur
    nowhere else.
    """

    def __init__(self, acme: Tenant, globex: Tenant) -> None:
        self.acme, self.globex = acme, globex
        self._clients = {tenant: Api(keys.issue_key(tenant=tenant)) for tenant in (acme, globex)}
        self.ours = _populate(acme, **OURS)
        with undone():
            self.theirs = _populate(globex, **THEIRS)
            self.canaries = _visible(globex, self.theirs) - _visible(acme, self.ours)

    @contextmanager
    def with_theirs(self) -> Iterator[None]:
        with undone():
            _populate(self.globex, **THEIRS)
            yield

    def outcome(self, request: Request, tenant: Tenant | None = None) -> Outcome:
        """Send the request (of acme unless `tenant` is given), roll back, and return its outcome.

        New ids and times are replaced by fixed words, so that outcomes can be compared.
        """
        with undone():
            response = self.send(request, tenant)
            raw = response.getvalue().decode()
            body = self._stable(raw)
            # Content-Length, ETag and Location depend on new ids and times too.
            left_out = UNCOMPARED if body == raw else UNCOMPARED | {"Content-Length", "ETag", "Location"}
            headers = sorted((name, value) for name, value in response.headers.items() if name not in left_out)
            ours, theirs = self._stable(self.rows(self.acme)), self.rows(self.globex)
            return Outcome(response.status_code, f"{headers}\n{body}", ours, theirs)

    def send(self, request: Request, tenant: Tenant | None = None) -> Any:
        """Send the request (of acme unless `tenant` is given) and return the response."""
        client = self._clients[tenant or self.acme]
        address = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
        data = "" if request.body is None else json.dumps(request.body)
        headers = {"X-Request-ID": "the-same-always", **request.headers}
        response = client.generic(request.method, address, data, JSON, headers=headers)
        if response.streaming:
            response.streaming_content = [response.getvalue()]  # which closes its file
        return response

    def rows(self, tenant: Tenant) -> str:
        """Every row that the tenant owns, with every column."""
        with tenant_scope(tenant):
            rows = {
                model.__name__: list(model.objects.filter(tenant=tenant).order_by("pk").values())
                for model in tenant_owned_models()
            }
        return json.dumps(rows, cls=DjangoJSONEncoder)

    def their_value(self, model: Model | None, column: str, *, of_last: bool = False) -> Any:
        """Return a column of globex's first row of a model, or its last; None if there is no such column or row."""
        if model not in self.theirs:
            return None
        with tenant_scope(self.globex), suppress(FieldError):
            rows = model.objects.filter(pk=self.theirs[model][-1 if of_last else 0])
            return rows.values_list(column, flat=True).first()

    def etag(self, path: str) -> str:
        """Return the ETag that globex gets for the row at `path`, which may be the path of an action on it."""
        row = re.match(r".*?/\d+/", path)
        return self._clients[self.globex].get(row[0] if row else path)["ETag"]

    def cursors(self, first_page: Request) -> list[str]:
        """Return the cursors that globex gets: to its second page, and from there back."""
        page = self._clients[self.globex].get(first_page.path, first_page.query).json()
        links = [page["next"], self._clients[self.globex].get(page["next"]).json()["previous"]] if page["next"] else []
        return [parse_qs(urlsplit(link).query)["cursor"][0] for link in links]

    def seen(self, text: str, *, sent: Any = None) -> set[str]:
        """The canaries in a text, except those that acme has `sent` itself."""
        return self.canaries & _words(unquote(text)) - _words(json.dumps(sent))

    def _stable(self, text: str) -> str:
        known = {str(pk) for ids in (self.ours, self.theirs) for pks in ids.values() for pk in pks}
        cursors = re.compile(r'(cursor=|_cursor\\?": ?\\?")([\w%:.-]+)')
        text = cursors.sub(lambda cursor: f"{cursor[1]}{_opened(cursor[2])}", text)
        text = re.sub(r'(?<=\\")[0-9a-f]{64}(?=\\")', "tag", text)  # in a stored response
        text = re.sub(r"20(?!24)\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)", "now", text)
        text = re.sub(r'("Location": "/api/[^"]+/)\d+/"', r'\1new/"', text)  # in the stored headers
        # In the stored response of an idempotency key each quote is escaped.
        names = "|".join(sorted({"id", *key_names()}))
        new = re.compile(rf'("(?:\w+_)?(?:{names})\\?": ?)(\d+)')
        return new.sub(lambda match: match[0] if match[2] in known else f"{match[1]}new", text)


def _words(text: str) -> set[str]:
    # Shorter words, such as a count, occur anywhere.
    return {word for word in re.findall(r"[\w@.-]+", text) if len(word) > 3}


def _opened(cursor: str) -> str:
    return signing.b64_decode(unquote(cursor).split(":")[0].encode()).decode()


def _visible(tenant: Tenant, ids: dict[Model, list[int]]) -> set[str]:
    """The words that responses show of a tenant's rows."""
    with tenant_scope(tenant):
        shown = [list(model.objects.filter(pk__in=pks).values(*shown_columns(model))) for model, pks in ids.items()]
        shown += [list(app.shown()) for app in APPS.values()]
        return _words(json.dumps(shown, cls=DjangoJSONEncoder))


def _populate(tenant: Tenant, first_id: int, word: str, at: str, quantity: int, cents: int) -> dict[Model, list[int]]:
    """Write every app's rows of a tenant; return the ids of those that lists show."""
    time = datetime.fromisoformat(f"{DAY}T{at}").replace(tzinfo=timezone.utc)
    marks = Marks(count(first_id), word, time, quantity, cents)
    with tenant_scope(tenant):
        for app in APPS.values():
            app.populate(marks)
        known = {"pk__gte": first_id, "pk__lt": first_id + 10**6}
        ids = {
            model: list(model.objects.filter(**known).order_by("pk").values_list("pk", flat=True))
            for model in collections().values()
        }
    for path, model in collections().items():
        if not ids[model]:
            APPS[model._meta.app_label].lacks(
                f"must define populate(marks) and write rows of {model.__name__} with ids from marks.ids, "
                f"because {path} lists them."
            )
    return ids
