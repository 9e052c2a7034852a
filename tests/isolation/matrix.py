"""The attack matrix, derived from the OpenAPI schema: every way to name another tenant's rows in a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product
from typing import Any

from tests.isolation.two_tenants import THEIRS, Request, World
from tests.support import kinds, values
from tests.support.collecting import APPS, Attacks

ROOT = "/api/v1/"
# Kind of attack -> allowed status codes. That a response leaks nothing is tested by comparison.
STATUSES = {
    "path id": {404},
    "filter": {200},
    "ordering": {200},
    "cursor": {200, 400, 404},  # in order: a list, the orders of an own customer, the orders of a customer of globex
    "body key": {400},
    "value": {200, 201, 202},
    "nested item": {200, 201, 400},
    "mass assignment": {200, 201, 202, 204, 400},
    "header": {200, 201, 202, 204, 412},
}
# Fields that no request body may set, whether responses contain them or not.
INTERNAL = {"tenant", "tenant_id", "id", "total_cents", "status", "created_at"}
HEADERS = {"Idempotency-Key": f"{THEIRS['word']}-key"}


class Operation:
    """An operation of the schema, the row of the matrix that belongs to it, and its attacks."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        def properties(schema: dict[str, Any]) -> dict[str, Any]:
            resolved = values.plain(document, schema).get("properties", {})
            return {name: values.plain(document, field) for name, field in resolved.items()}

        def content(definition: dict[str, Any]) -> dict[str, Any]:
            return properties(definition.get("content", {}).get("application/json", {}).get("schema", {}))

        definition = document["paths"][path][method]
        parameters = definition.get("parameters", [])
        answers = [content(answer) for status, answer in definition["responses"].items() if status < "300"]
        self.path, self.method, self.label = path, method, f"{method.upper()} {path.removeprefix(ROOT)}"
        self.in_path = [parameter["name"] for parameter in parameters if parameter["in"] == "path"]
        self.query = {
            parameter["name"]: values.plain(document, parameter["schema"])
            for parameter in parameters
            if parameter["in"] == "query"
        }
        self.elsewhere = {parameter["name"] for parameter in parameters if parameter["in"] not in ("path", "query")}
        self.fields = content(definition.get("requestBody", {}))
        self.lists = {
            name: properties(of["items"]) for name, of in self.fields.items() if "$ref" in of.get("items", {})
        }
        self.read_only = {name for answer in answers for name, of in answer.items() if of.get("readOnly")}

    @cached_property
    def app(self) -> Attacks:
        """The attacks module of the app that serves the operation."""
        return APPS[kinds.app_of(self.path)]

    @cached_property
    def model(self) -> kinds.Model | None:
        """The model whose rows the operation shows or changes."""
        return kinds.model_of(kinds.view_of(self.path))

    @property
    def row(self) -> dict[str, str]:
        """Kind of attack -> names of the parameters and fields it uses; a mass assignment uses INTERNAL too."""
        keys = {name for name in self.fields if kinds.of_field(self.path, name)}
        names: dict[str, set[str]] = {
            "path id": {*self.in_path},
            "filter": {*self.query} - {"ordering", "cursor"},
            "ordering": {*self.query} & {"ordering"},
            "cursor": {*self.query} & {"cursor"},
            "body key": keys,
            "value": {*self.fields} - keys - {*self.lists} | {".".join(inner) for inner in self._inner()},
            "nested item": {*self.lists},
            "header": self.elsewhere,
        }
        row = {kind: " ".join(sorted(some)) for kind, some in names.items() if some}
        return row if self.method == "get" else {**row, "mass assignment": " ".join(sorted(self.read_only - INTERNAL))}

    def own_request(self, world: World) -> Request:
        """Return a valid request of acme's that names only its own rows."""
        body = {name: self._own_field(name, world) for name in self.fields} or None
        requests = [request._replace(body=body) for request in self._requests(world.ours)]
        outcomes = [(request, world.outcome(request)) for request in requests]
        taken = next((request for request, outcome in outcomes if outcome.status < 300), None)
        answers = "; ".join(f"{outcome.status} {outcome.text.splitlines()[-1]}" for _, outcome in outcomes[:1])
        return taken or self.app.lacks(
            f"must let {self.label} succeed by rows of populate(marks) or VALUES of its fields; {body} got {answers}"
        )

    def reads(self, world: World) -> list[Request]:
        """The requests that show globex its own rows."""
        return self._requests(world.theirs)

    def attacks(self, kind: str, world: World) -> list[Request]:
        """Return the attacks of one kind. Globex's rows have to exist, as some attacks use its cursors and ETags."""
        attack: Callable[..., Iterator[Request]] = getattr(self, f"_{kind.replace(' ', '_')}")
        return list(attack(world, self.own_request(world)))

    def _path_id(self, world: World, own: Request) -> Iterator[Request]:
        for theirs in self._requests(world.theirs):
            yield own._replace(path=theirs.path)

    def _filter(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["filter"].split():
            for value in self._filter_values(name, world):
                yield own._replace(query={**own.query, name: value})

    def _ordering(self, world: World, own: Request) -> Iterator[Request]:
        for ordering in self.query["ordering"]["enum"]:
            yield own._replace(query={**own.query, "ordering": ordering})

    def _cursor(self, world: World, own: Request) -> Iterator[Request]:
        for ordering, theirs in product(self.query["ordering"]["enum"], self.reads(world)):
            query = {**theirs.query, "ordering": ordering, "page_size": 1}
            for cursor in world.cursors(theirs._replace(query=query)):
                for path in sorted({own.path, theirs.path}):
                    yield Request("get", path, {**query, "cursor": cursor})

    def _body_key(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["body key"].split():
            for pk in world.theirs[kinds.of_field(self.path, name)]:
                yield own._replace(body={**own.body, name: pk})

    def _value(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["value"].split():
            outer, _, inner = name.rpartition(".")
            theirs = world.their_value(*self._column(name))
            value = values.other(self._own(inner, self._schema(name)), theirs)
            yield self._with_line(own, outer, {inner: value})

    def _nested_item(self, world: World, own: Request) -> Iterator[Request]:
        for outer, fields in self.lists.items():
            child = self._column(f"{outer}.id")[0]
            for inner in sorted((INTERNAL | kinds.key_names(child, self.model)) - {*fields}):
                yield self._with_line(own, outer, {inner: self._injected(inner, world, child)})

    def _mass_assignment(self, world: World, own: Request) -> Iterator[Request]:
        for name in sorted(INTERNAL | self.read_only):
            yield self._with_line(own, "", {name: self._injected(name, world, self.model)})

    def _header(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["header"].split():
            for theirs in self._requests(world.theirs) if name.startswith("If-") else [own]:
                yield own._replace(headers={name: HEADERS.get(name) or world.etag(theirs.path)})

    def _with_line(self, own: Request, outer: str, fields: dict[str, Any]) -> Request:
        """Add fields to the own request's body, or to the first line of its list `outer` if one is named."""
        return own._replace(
            body={**own.body, outer: [own.body[outer][0] | fields]} if outer else {**(own.body or {}), **fields}
        )

    def _injected(self, name: str, world: World, model: kinds.Model | None) -> Any:
        """Return a value that no own row has: globex's tenant, id or value, or a status or time that no draft has."""
        if name in ("tenant", "tenant_id"):
            return world.globex.pk
        if name == "id":
            return world.theirs.get(model, [THEIRS["first_id"]])[0]
        if key := kinds.foreign_key(model, name) or kinds.foreign_key(self.model, name):
            return world.theirs[key][0]
        if name.endswith("_at"):
            return "2024-12-31T00:00:00Z"
        theirs = world.their_value(model, kinds.source(self.path, name), of_last=True)
        return {"status": "shipped", "total_cents": THEIRS["cents"]}.get(name, theirs) if theirs is None else theirs

    def _filter_values(self, name: str, world: World) -> list[Any]:
        """Return values of a parameter that would find globex's rows."""
        if name in self.app.filters:
            return self.app.filters[name]
        if key := kinds.of_query(self.path, name):
            return world.theirs[key]
        theirs = world.their_value(self.model, kinds.filtered_column(self.path, name))
        return values.finding(self.query[name], theirs) or self.app.lacks(
            f"must have a list of values for {name!r} in FILTERS, because none follows from the type of "
            f"this parameter of {self.label}."
        )

    def _column(self, name: str) -> tuple[kinds.Model | None, str]:
        """Return model and column of a field of the body; `outer.inner` is the field `inner` of the lines `outer`."""
        outer, _, inner = name.rpartition(".")
        if not outer:
            return self.model, kinds.source(self.path, inner)
        serializer = kinds.view_of(self.path).serializer_class().fields[outer].child
        return serializer.Meta.model, serializer.fields[inner].source if inner in serializer.fields else inner

    def _schema(self, name: str) -> dict[str, Any]:
        outer, _, inner = name.rpartition(".")
        return self.lists[outer][inner] if outer else self.fields[inner]

    def _inner(self) -> list[tuple[str, str]]:
        return [(outer, inner) for outer, fields in self.lists.items() for inner in fields]

    def _requests(self, ids: dict[kinds.Model, list[int]]) -> list[Request]:
        query = {name: value for name, value in self.app.widest.items() if name in self.query}
        choices = product(*(ids[kinds.of_parameter(self.path, name)] for name in self.in_path))
        paths = [self.path.format(**dict(zip(self.in_path, choice, strict=True))) for choice in choices]
        return [Request(self.method, path, query) for path in paths]

    def _own(self, name: str, schema: dict[str, Any]) -> Any:
        if name in self.app.values:
            return self.app.values[name]
        value = values.derived(schema)
        if value is None:
            reason = "none follows from the type of this field"
            self.app.lacks(f"must have a value for {name!r} in VALUES, because {reason} of {self.label}.")
        return value

    def _own_field(self, name: str, world: World) -> Any:
        if name in self.lists:
            return [{inner: self._own(inner, of) for inner, of in self.lists[name].items()}]
        key = kinds.of_field(self.path, name)
        return world.ours[key][0] if key else self._own(name, self.fields[name])


def of_a_missing_row(request: Request) -> Request:
    """Return the request with each of globex's ids replaced by an id that no row has."""
    return Request(
        *json.loads(re.sub(rf"\b{THEIRS['first_id'] // 10**6}\d{{6}}\b", str(7 * 10**9), json.dumps(request)))
    )
