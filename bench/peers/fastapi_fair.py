"""FastAPI with what this service does for each request, on the models and queries of `fastapi_app`.

It looks a key up and keeps the result for as long as the service does, counts the tenant's requests, sets the tenant
for row security in its transaction, refuses what it does not know, and responds with the order that it reads back.
"""

import hashlib
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ConfigDict, Field
from sqlalchemy import ForeignKey, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, joinedload, mapped_column
from sqlalchemy.sql import quoted_name

from bench.peers.fastapi_app import (
    Base,
    Item,
    ItemIn,
    Order,
    OrderIn,
    OrderOut,
    OrderQuery,
    Page,
    Summary,
    SummaryQuery,
    find_customer,
    new_session,
    now,
    orders_of,
    read_page,
    read_summary,
)

CACHE_SECONDS, WINDOW_SECONDS, REQUESTS_PER_WINDOW = 3, 60, 1_000_000
SET_TENANT = text("SELECT set_config('app.tenant_id', :tenant, true)")
STRICT = ConfigDict(extra="forbid", strict=True)


class Tenant(Base):
    __tablename__ = "tenancy_tenant"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_active: Mapped[bool]


class ApiKey(Base):
    __tablename__ = quoted_name("tenancy_apikey", quote=True)  # as Database.statements_of leaves it out
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id))
    prefix: Mapped[str]
    secret_sha256: Mapped[str]
    scope: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class StrictItemIn(ItemIn):
    model_config = STRICT


class StrictOrderIn(OrderIn):
    model_config = STRICT
    items: list[StrictItemIn] = Field(min_length=1, max_length=100)


class StrictOrderQuery(OrderQuery):
    model_config = ConfigDict(extra="forbid")


class StrictSummaryQuery(SummaryQuery):
    model_config = ConfigDict(extra="forbid")


class Caller(NamedTuple):
    tenant: int
    scope: str
    ends_at: datetime | None


known: dict[tuple[str, str], tuple[float, Caller]] = {}
used: dict[tuple[int, int], int] = {}


async def look_up(prefix: str, digest: str) -> Caller:
    query = (
        select(ApiKey.tenant_id, ApiKey.scope, func.coalesce(ApiKey.revoked_at, ApiKey.expires_at))
        .join(Tenant)
        .where(ApiKey.prefix == prefix, ApiKey.secret_sha256 == digest, Tenant.is_active)
    )
    async with new_session() as session:
        row = (await session.execute(query)).one_or_none()
    if row is None:
        raise HTTPException(401, "The API key is unknown.", {"WWW-Authenticate": "Bearer"})
    caller = Caller(*row)
    known[prefix, digest] = time.monotonic() + CACHE_SECONDS, caller
    return caller


async def identify(sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())], response: Response) -> Caller:
    """Return the caller of a key, and count its tenant's requests in this minute."""
    prefix, _, secret = sent.credentials.removeprefix("rl_").partition("_")
    digest = hashlib.sha256(secret.encode()).hexdigest()
    until, caller = known.get((prefix, digest), (0.0, None))
    if caller is None or until < time.monotonic():
        caller = await look_up(prefix, digest)
    if caller.ends_at is not None and caller.ends_at <= now():
        raise HTTPException(401, "The API key has ended.", {"WWW-Authenticate": "Bearer"})
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    count = used[caller.tenant, window] = used.get((caller.tenant, window), 0) + 1
    if count > REQUESTS_PER_WINDOW:
        raise HTTPException(429, "Too many requests.", {"Retry-After": str(WINDOW_SECONDS - passed)})
    response.headers["RateLimit-Policy"] = f'"tenant";q={REQUESTS_PER_WINDOW};w={WINDOW_SECONDS}'
    response.headers["RateLimit"] = f'"tenant";r={REQUESTS_PER_WINDOW - count};t={WINDOW_SECONDS - passed}'
    return caller


Identified = Annotated[Caller, Depends(identify)]


async def tenant_session(caller: Identified) -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        await session.execute(SET_TENANT, {"tenant": str(caller.tenant)})
        yield session


Session = Annotated[AsyncSession, Depends(tenant_session)]
app = FastAPI()


@app.get("/orders/")
async def order_list(caller: Identified, session: Session, asked: Annotated[StrictOrderQuery, Query()]) -> Page:
    return await read_page(session, caller.tenant, asked)


@app.get("/summary/")
async def summary(caller: Identified, session: Session, asked: Annotated[StrictSummaryQuery, Query()]) -> Summary:
    return await read_summary(session, caller.tenant, asked.limit)


@app.post("/orders/", status_code=201)
async def create_order(caller: Identified, session: Session, body: StrictOrderIn) -> OrderOut:
    if caller.scope == "read":
        raise HTTPException(403, "The API key may read only.")
    tenant = caller.tenant
    await find_customer(session, tenant, body.customer)
    # Without objects, which reading back would have to refresh; with all values, which it can insert as they are.
    order = {"tenant_id": tenant, "customer_id": body.customer, "status": "draft", "total_cents": 0}
    created = now()
    order_id = await session.scalar(
        insert(Order).returning(Order.id), {**order, "created_at": created, "updated_at": created}
    )
    await session.execute(
        insert(Item).returning(Item.id),
        [{"tenant_id": tenant, "order_id": order_id, **item.model_dump()} for item in body.items],
    )
    query = orders_of(tenant).where(Order.id == order_id).options(joinedload(Order.customer))
    answer = OrderOut.model_validate((await session.scalars(query)).one())
    await session.commit()
    return answer
