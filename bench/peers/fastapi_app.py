"""FastAPI, SQLAlchemy 2 async and asyncpg. `fastapi_fair` serves the same with what a service of many tenants needs."""

import os
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, ForeignKey, Select, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    contains_eager,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
)

TENANT = 1
# For a pooler that shares connections and keeps no prepared statements, as PgBouncer before 1.21
# (https://docs.sqlalchemy.org/en/21/dialects/postgresql.html#prepared-statement-name-with-pgbouncer).
UNPREPARED = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: f"statement-{uuid4()}",
}
engine = create_async_engine(
    os.environ["PEER_DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"),
    connect_args=UNPREPARED if "PEER_UNPREPARED" in os.environ else {},
)
new_session = async_sessionmaker(engine, expire_on_commit=False)
Moment = DateTime(timezone=True)


def now() -> datetime:
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger, datetime: Moment}


class Customer(Base):
    __tablename__ = "customers_customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    email: Mapped[str]
    is_active: Mapped[bool]


class CustomerTotal(Base):
    __tablename__ = "reporting_customertotal"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    order_count: Mapped[int]
    total_cents: Mapped[int]


class Order(Base):
    __tablename__ = "orders_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    status: Mapped[str] = mapped_column(default="draft")
    total_cents: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    paid_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    customer: Mapped[Customer] = relationship()
    items: Mapped[list["Item"]] = relationship(order_by="Item.id")

    @property
    def customer_email(self) -> str:
        return self.customer.email


class Item(Base):
    __tablename__ = "orders_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    sku: Mapped[str]
    quantity: Mapped[int]
    unit_price_cents: Mapped[int]


class ItemIn(BaseModel):
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=1, le=10_000)
    unit_price_cents: int = Field(ge=0, le=10_000_000)


class OrderIn(BaseModel):
    customer: int
    items: list[ItemIn] = Field(min_length=1, max_length=100)


class ItemOut(ItemIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    customer: int = Field(validation_alias="customer_id")
    customer_email: str
    status: str
    total_cents: int
    items: list[ItemOut]
    created_at: datetime
    updated_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    cancelled_at: datetime | None
    archived_at: datetime | None


class Page(BaseModel):
    results: list[OrderOut]


class OrderQuery(BaseModel):
    page: int = Field(1, ge=1)
    status: Literal["draft", "paid", "shipped", "cancelled"] | None = None
    email: str | None = None


class SummaryRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    customer_id: int
    email: str
    order_count: int
    total_cents: int


class Summary(BaseModel):
    limit: int
    rows: list[SummaryRow]


class SummaryQuery(BaseModel):
    limit: int = Field(50, ge=1, le=10_000)


def orders_of(tenant: int) -> Select[tuple[Order]]:
    """Return the query of all orders with their items. Every index begins with the tenant."""
    return select(Order).where(Order.tenant_id == tenant).options(
        selectinload(Order.items.and_(Item.tenant_id == tenant))
    )  # fmt: skip


async def read_page(session: AsyncSession, tenant: int, asked: OrderQuery) -> Page:
    query = orders_of(tenant).where(Order.archived_at.is_(None))
    if asked.status:
        query = query.where(Order.status == asked.status)
    if asked.email:  # All addresses are stored in lower case.
        matches = Customer.email.contains(asked.email.lower(), autoescape=True)
        query = query.join(Order.customer).where(Customer.tenant_id == tenant, matches)
        query = query.options(contains_eager(Order.customer))
    else:
        query = query.options(joinedload(Order.customer))
    query = query.order_by(Order.created_at.desc(), Order.id.desc()).limit(20).offset((asked.page - 1) * 20)
    return Page.model_validate({"results": (await session.scalars(query)).all()})


async def read_summary(session: AsyncSession, tenant: int, limit: int) -> Summary:
    query = (
        select(CustomerTotal.customer_id, Customer.email, CustomerTotal.order_count, CustomerTotal.total_cents)
        .join(Customer, Customer.id == CustomerTotal.customer_id)
        .where(CustomerTotal.tenant_id == tenant, Customer.tenant_id == tenant)
        .where(Customer.is_active | (CustomerTotal.order_count > 0))
        .order_by(CustomerTotal.total_cents.desc(), CustomerTotal.customer_id)
        .limit(limit)
    )
    return Summary.model_validate({"limit": limit, "rows": (await session.execute(query)).all()})


async def find_customer(session: AsyncSession, tenant: int, key: int) -> Customer:
    """Return the customer with that id. Raises HTTPException."""
    customer = await session.scalar(select(Customer).where(Customer.tenant_id == tenant, Customer.id == key))
    if customer is None:
        raise HTTPException(400, "No such customer.")
    return customer


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]
app = FastAPI()


@app.get("/orders/")
async def order_list(session: Session, asked: Annotated[OrderQuery, Query()]) -> Page:
    return await read_page(session, TENANT, asked)


@app.get("/summary/")
async def summary(session: Session, asked: Annotated[SummaryQuery, Query()]) -> Summary:
    return await read_summary(session, TENANT, asked.limit)


@app.post("/orders/", status_code=201)
async def create_order(body: OrderIn, session: Session) -> OrderOut:
    customer = await find_customer(session, TENANT, body.customer)
    items = [Item(tenant_id=TENANT, **item.model_dump()) for item in body.items]
    order = Order(tenant_id=TENANT, customer=customer, items=items)
    session.add(order)
    await session.flush()
    await session.refresh(order, ["total_cents"])  # maintained by a trigger
    answer = OrderOut.model_validate(order)
    await session.commit()
    return answer
