"""A peer without a framework, only WSGI, psycopg and orjson, as a lower bound. It validates nothing."""

import os
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

import orjson
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

TENANT = 1
pool = ConnectionPool(
    os.environ["PEER_DATABASE_URL"], kwargs={"row_factory": dict_row, "options": "-c timezone=UTC"}, open=True
)

ORDERS = """
    SELECT o.id, customer_id AS customer, email AS customer_email, status, total_cents, NULL AS items,
           o.created_at, o.updated_at, paid_at, shipped_at, cancelled_at, archived_at
    FROM orders_order o JOIN customers_customer c ON c.id = customer_id
    WHERE o.tenant_id = %s AND archived_at IS NULL
    ORDER BY o.created_at DESC, o.id DESC LIMIT 20"""
ITEMS = """
    SELECT id, order_id, sku, quantity, unit_price_cents FROM orders_item
    WHERE tenant_id = %s AND order_id = ANY (%s) ORDER BY id"""
SUMMARY = """
    SELECT customer_id, email, order_count, total_cents
    FROM reporting_customertotal t JOIN customers_customer c ON c.id = customer_id
    WHERE t.tenant_id = %s AND (is_active OR order_count > 0)
    ORDER BY total_cents DESC, customer_id LIMIT %s"""


def order_list() -> dict[str, Any]:
    with pool.connection() as db:
        orders = db.execute(ORDERS, [TENANT]).fetchall()
        items = db.execute(ITEMS, [TENANT, [order["id"] for order in orders]]).fetchall()
    of_order: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        of_order.setdefault(item.pop("order_id"), []).append(item)
    for order in orders:
        order["items"] = of_order[order["id"]]
    return {"results": orders}


def summary(limit: int) -> dict[str, Any]:
    with pool.connection() as db:
        return {"limit": limit, "rows": db.execute(SUMMARY, [TENANT, limit]).fetchall()}


def create_order(body: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(timezone.utc)
    with pool.connection() as db:
        row = db.execute(
            "INSERT INTO orders_order (tenant_id, customer_id, status, total_cents, created_at, updated_at)"
            " VALUES (%s, %s, 'draft', 0, %s, %s) RETURNING id", [TENANT, body["customer"], now, now]
        ).fetchone()  # fmt: skip
        columns = [[item[name] for item in body["items"]] for name in ("sku", "quantity", "unit_price_cents")]
        items = db.execute(
            "INSERT INTO orders_item (tenant_id, order_id, sku, quantity, unit_price_cents)"
            " SELECT %s, %s, * FROM unnest(%s::text[], %s::int[], %s::bigint[])"
            " RETURNING id, sku, quantity, unit_price_cents", [TENANT, row["id"], *columns]
        ).fetchall()  # fmt: skip
        order = db.execute(
            ORDERS.partition("WHERE")[0] + "WHERE o.tenant_id = %s AND o.id = %s", [TENANT, row["id"]]
        ).fetchone()
    return {**order, "items": items}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    status, path = "200 OK", environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] == "POST":
        status, answer = "201 Created", create_order(orjson.loads(environ["wsgi.input"].read()))
    elif path == "/summary/":
        answer = summary(int(parse_qs(environ["QUERY_STRING"])["limit"][0]))
    else:
        answer = order_list()
    body = orjson.dumps(answer, option=orjson.OPT_UTC_Z)
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
