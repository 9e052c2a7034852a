"""Each part of a Stack can be killed, frozen, stopped and started again, and the Stack says which one has ended."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

import boto3
import psycopg
import pytest

from harness.machine import missing_among, wait_until
from harness.stack.stack import Stack

MISSING = missing_among("PostgreSQL", "PgBouncer", "Redis", "HAProxy", "OpenSSL")
pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(bool(MISSING), reason=" ".join(MISSING))]
PARTS = {"primary", "standby", "pooler", "redis", "moto", "web-1", "web-2", "scheduler", "proxy"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(workers=0, tenants=2, customers=1, environment={"REQUESTS_PER_MINUTE": "1000000"}) as stack:
        yield stack


def status(stack: Stack, tenant: str = "demo", seconds: float = 20) -> int:
    """Return the status of a list of orders through the proxy; 0 if there is no response within `seconds`."""
    context = ssl.create_default_context(cafile=stack.proxy.certificate)
    connection = http.client.HTTPSConnection("localhost", stack.proxy.port, timeout=seconds, context=context)
    try:
        connection.request("GET", "/api/v1/orders/", headers={"Authorization": f"Bearer {stack.keys[tenant]}"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def serves(stack: Stack) -> bool:
    return status(stack) == 200


def test_each_tenant_has_a_key(stack):
    assert [status(stack, tenant) for tenant in ("demo", "tenant-2")] == [200, 200]


def test_more_variables_reach_the_service(stack):
    assert stack.environment["REQUESTS_PER_MINUTE"] == "1000000"
    assert stack.webs[0].environment["REQUESTS_PER_MINUTE"] == "1000000"
    assert stack.webs[0].environment["DATABASE_OWNER_URL"] == ""


def test_every_part_is_named(stack):
    assert set(stack.parts) == PARTS


@pytest.mark.parametrize("name", sorted(PARTS))
def test_killed_part_is_reported_until_it_starts_again(stack, name):
    part = stack.parts[name]

    part.kill()
    killed = stack.failure()
    part.start()
    wait_until(lambda: serves(stack), f"requests succeed after {name} was killed")

    assert killed.startswith(f"{name} has ended")
    assert stack.failure() == ""


@pytest.mark.parametrize("name", ["primary", "pooler", "proxy"])
def test_frozen_part_answers_nothing_until_it_is_thawed(stack, name):
    part = stack.parts[name]

    part.freeze()
    try:
        frozen = status(stack, seconds=1)
    finally:
        part.thaw()
    wait_until(lambda: serves(stack), f"requests succeed after {name} was thawed")

    assert frozen in (0, 503)
    assert stack.failure() == ""


def test_one_web_process_is_enough(stack):
    stack.webs[0].stop()
    statuses = [status(stack) for _ in range(10)]
    stack.webs[0].start()

    assert statuses == [200] * 10


def test_standby_follows_the_primary(stack):
    slug = stack.manage("tenant", "create", "followed", "--json")
    stack.standby.catch_up()

    with psycopg.connect(stack.environment["DATABASE_REPLICA_URL"]) as replica:
        rows = replica.execute("SELECT slug FROM tenancy_tenant WHERE slug = 'followed'").fetchall()

    assert rows == [("followed",)], slug


def test_bucket_and_queues_are_there_again_after_moto_was_killed(stack):
    stack.moto.kill()
    stack.moto.start()

    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    key, secret, region = (stack.environment[name] for name in names)
    session = boto3.Session(key, secret, None, region)
    queues = session.client("sqs", endpoint_url=stack.moto.url)
    attributes = queues.get_queue_attributes(QueueUrl=stack.environment["QUEUE_URL"], AttributeNames=["All"])

    assert attributes["Attributes"]["VisibilityTimeout"] == "120"
    assert '"maxReceiveCount": 5' in attributes["Attributes"]["RedrivePolicy"]
    assert stack.environment["DEAD_LETTER_QUEUE_URL"] in queues.list_queues()["QueueUrls"]
    assert [
        bucket["Name"] for bucket in session.client("s3", endpoint_url=stack.moto.url).list_buckets()["Buckets"]
    ] == ["exports"]
