"""FastAPI, SQLAlchemy 2 async and asyncpg."""

import os
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, ForeignKey, and_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship, selectinload

TENANT = 1
engine = create_async_engine(os.environ["PEER_DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"))
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


class Order(Base):
    __tablename__ = "orders_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(default=TENANT)
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
    items: Mapped[list["Item"]] = relationship(
        # Every index begins with the tenant.
        primaryjoin=lambda: and_(Order.id == Item.order_id, Item.tenant_id == TENANT),
        order_by="Item.id",
    )

    @property
    def customer_email(self) -> str:
        return self.customer.email


class Item(Base):
    __tablename__ = "orders_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(default=TENANT)
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


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]
app = FastAPI()


@app.get("/orders/")
async def order_list(session: Session, page: int = 1) -> Page:
    query = (
        select(Order)
        .where(Order.tenant_id == TENANT, Order.archived_at.is_(None))
        .options(joinedload(Order.customer), selectinload(Order.items))
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(20)
        .offset((page - 1) * 20)
    )
    return Page.model_validate({"results": (await session.scalars(query)).all()})


@app.post("/orders/", status_code=201)
async def create_order(body: OrderIn, session: Session) -> OrderOut:
    customer = await session.scalar(select(Customer).where(Customer.tenant_id == TENANT, Customer.id == body.customer))
    if customer is None:
        raise HTTPException(400, "No such customer.")
    order = Order(customer=customer, items=[Item(**item.model_dump()) for item in body.items])
    session.add(order)
    await session.flush()
    await session.refresh(order, ["total_cents"])  # maintained by a trigger
    answer = OrderOut.model_validate(order)
    await session.commit()
    return answer
