"""Every way in which the API lets a tenant name another one's rows, derived from its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from tests.two_tenants import DAY, THEIRS, Request, World

ROOT = "/api/v1/"
# Kind of attack -> how it may be answered. That the answer tells nothing is compared, not listed.
STATUSES = {
    "path id": {404},
    "filter": {200},
    "ordering": {200},
    "cursor": {200, 400, 404},  # at globex's own list, at that of an own customer, at that of a customer of theirs
    "body key": {400},
    "value": {200, 201},
    "nested item": {200, 201, 400},
    "mass assignment": {200, 201, 204, 400},
    "header": {200, 201, 204, 412},
}
# No body sets these, whether answers show them or not.
INTERNAL = {"tenant", "tenant_id", "id", "total_cents", "status", "created_at"}
HEADERS = {"Idempotency-Key": f"{THEIRS['word']}-key"}
# With these a list or a report shows all it has.
WIDEST = {"archived": "all", "from": "2024-01-01", "to": "2024-12-31"}
TOTAL = THEIRS["quantity"] * THEIRS["price"]
# Field of a body -> what acme sends in it, and what globex has in it.
VALUES: dict[str, tuple[Any, Any]] = {
    "email": ("new@own.example.com", f"buyer@{THEIRS['word']}.example.com"),
    "name": ("New", f"{THEIRS['word']}-buyer"),
    "is_active": (True, False),
    "sku": ("NEW", f"{THEIRS['word']}-0"),
    "quantity": (1, THEIRS["quantity"]),
    "unit_price_cents": (1, THEIRS["price"]),
    **dict.fromkeys(("customers", "orders_per_customer", "items_per_order", "seed"), (1, 2)),
}
# Parameter that is neither an id, a flag nor an enumeration -> values that would find globex's rows.
FILTERS: dict[str, list[Any]] = {
    "email": ["@", THEIRS["word"], VALUES["email"][1]],
    "status": ["draft", "paid,shipped", "cancelled"],
    "page_size": [1, 200],
    "limit": [1, 10_000],
    "min_total_cents": [0, TOTAL],
    "max_total_cents": [TOTAL, 2**63 - 1],
    **{name: ["2023-06-01", DAY] for name in ("created_from", "from")},
    **{name: [DAY, "2024-06-30"] for name in ("created_to", "to")},
}


class Operation:
    """An operation of the schema, the row of the matrix that belongs to it, and its attacks."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        def properties(schema: dict[str, Any]) -> dict[str, Any]:
            return document["components"]["schemas"][schema["$ref"].split("/")[-1]]["properties"] if schema else {}

        def content(of: dict[str, Any]) -> dict[str, Any]:
            return properties(of.get("content", {}).get("application/json", {}).get("schema", {}))

        definition = document["paths"][path][method]
        parameters = definition.get("parameters", [])
        answers = [content(answer) for status, answer in definition["responses"].items() if status < "300"]
        self.path, self.method, self.label = path, method, f"{method.upper()} {path.removeprefix(ROOT)}"
        self.in_path = [each["name"] for each in parameters if each["in"] == "path"]
        self.query = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
        self.elsewhere = {each["name"] for each in parameters if each["in"] not in ("path", "query")}
        self.fields = content(definition.get("requestBody", {}))
        self.lists = {name: properties(of["items"]) for name, of in self.fields.items() if of["type"] == "array"}
        self.read_only = {name for answer in answers for name, of in answer.items() if of.get("readOnly")}
        self._collections = {each for each in document["paths"] if "{" not in each}

    @property
    def row(self) -> dict[str, str]:
        """Kind of attack -> the names it goes through; those of a mass assignment are INTERNAL and these."""
        keys = {name for name in self.fields if self._thing(name)}
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
        """A request of acme's that is valid and names its own rows only."""
        body = {name: self._own(name, world) for name in self.fields} or None
        requests = [request._replace(body=body) for request in self._requests(world.ours)]
        return next(request for request in requests if world.outcome(request).status < 300)

    def reads(self, world: World) -> list[Request]:
        """The requests that show globex its own rows."""
        return self._requests(world.theirs)

    def attacks(self, kind: str, world: World) -> list[Request]:
        """The requests of one kind. Globex's rows have to be there, for it is asked for its cursors."""
        attack: Callable[..., Iterator[Request]] = getattr(self, f"_{kind.replace(' ', '_')}")
        return list(attack(world, self.own_request(world)))

    def _path_id(self, world: World, own: Request) -> Iterator[Request]:
        for theirs in self._requests(world.theirs):
            yield own._replace(path=theirs.path)

    def _filter(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["filter"].split():
            of, thing = self.query[name], self._thing(name)
            words = ["true", "false"] if of["type"] == "boolean" else of.get("enum")
            for value in words or (world.theirs[thing] if thing else FILTERS[name]):
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
            for pk in world.theirs[self._thing(name)]:
                yield own._replace(body={**own.body, name: pk})

    def _value(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["value"].split():
            outer, _, inner = name.rpartition(".")
            yield self._with_line(own, outer, {inner: VALUES[inner][1]})

    def _nested_item(self, world: World, own: Request) -> Iterator[Request]:
        for outer, fields in self.lists.items():
            for inner in sorted((INTERNAL | {"order", "customer"}) - {*fields}):
                yield self._with_line(own, outer, {inner: self._injected(inner, world, "item")})

    def _mass_assignment(self, world: World, own: Request) -> Iterator[Request]:
        for name in sorted(INTERNAL | self.read_only):
            yield self._with_line(own, "", {name: self._injected(name, world, self._thing("id"))})

    def _header(self, world: World, own: Request) -> Iterator[Request]:
        for name in self.row["header"].split():
            for theirs in self._requests(world.theirs) if name.startswith("If-") else [own]:
                yield own._replace(headers={name: HEADERS.get(name) or world.etag(theirs.path)})

    def _with_line(self, own: Request, outer: str, fields: dict[str, Any]) -> Request:
        """The own request with further fields, in the first line of its list `outer` if one is named."""
        return own._replace(
            body={**own.body, outer: [own.body[outer][0] | fields]} if outer else {**(own.body or {}), **fields}
        )

    def _injected(self, name: str, world: World, thing: str) -> Any:
        """What is not true of any own row: globex's tenant, ids and total, a status and a time of no draft."""
        if name.endswith("_at"):
            return "2024-12-31T00:00:00Z"
        return {
            **dict.fromkeys(("tenant", "tenant_id"), world.globex.pk),
            **{name: ids[0] for name, ids in world.theirs.items()},
            "id": world.theirs.get(thing, [THEIRS["first_id"]])[0],
            "status": "shipped",
            "total_cents": TOTAL,
            "customer_email": VALUES["email"][1],
        }[name]

    def _thing(self, name: str) -> str:
        """What a name is the id of, such as order; empty if it is none."""
        collection = self.path.split("{")[0] if name == "id" else f"{ROOT}{name.removesuffix('_id')}s/"
        return collection.strip("/").split("/")[-1].removesuffix("s") if collection in self._collections else ""

    def _inner(self) -> list[tuple[str, str]]:
        return [(outer, inner) for outer, fields in self.lists.items() for inner in fields]

    def _requests(self, ids: dict[str, list[int]]) -> list[Request]:
        query = {name: value for name, value in WIDEST.items() if name in self.query}
        choices = product(*(ids[self._thing(name)] for name in self.in_path))
        paths = [self.path.format(**dict(zip(self.in_path, choice, strict=True))) for choice in choices]
        return [Request(self.method, path, query) for path in paths]

    def _own(self, name: str, world: World) -> Any:
        if name in self.lists:
            return [{inner: VALUES[inner][0] for inner in self.lists[name]}]
        return world.ours[self._thing(name)][0] if self._thing(name) else VALUES[name][0]


def of_a_missing_row(request: Request) -> Request:
    """The same request with an id that no row has for each of globex's."""
    return Request(
        *json.loads(re.sub(rf"\b{THEIRS['first_id'] // 10**6}\d{{6}}\b", str(7 * 10**9), json.dumps(request)))
    )
