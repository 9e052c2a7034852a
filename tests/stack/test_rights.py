"""The rights of the tasks on AWS suffice (deploy/aws/rights.py): here, moto refuses whatever they do not name."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from deploy.aws.rights import RIGHTS
from harness.machine import missing_among, wait_until
from harness.stack.environment import ACCOUNT, BUCKET, DEAD_LETTERS, PREFIX, QUEUE
from harness.stack.stack import Stack

MISSING = missing_among("PostgreSQL", "PgBouncer", "Redis", "HAProxy", "OpenSSL")
pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(bool(MISSING), reason=" ".join(MISSING))]
REGION = "eu-central-1"
RESOURCES = {
    "jobs": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}",
    "dead letters": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{DEAD_LETTERS}",
    "files": f"arn:aws:s3:::{BUCKET}/{PREFIX}/*",
    "bucket": f"arn:aws:s3:::{BUCKET}",
    "key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1",
}
EXPORTS = "/api/v1/exports/"


def client(stack: Stack, service: str, keys: dict[str, str]) -> Any:
    names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
    credentials = {option: keys[variable] for option, variable in names.items()}
    return boto3.client(service, endpoint_url=stack.moto.url, region_name=REGION, **credentials)


def keys_of_a_user(iam: Any, task: str) -> dict[str, str]:
    """Create a user with the rights of a task, and return its credentials as variables."""
    statements = [
        {"Effect": "Allow", "Action": list(actions), "Resource": RESOURCES[resource]}
        for resource, actions in RIGHTS[task].items()
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.create_user(UserName=task)
    iam.put_user_policy(UserName=task, PolicyName="rights", PolicyDocument=policy)
    key = iam.create_access_key(UserName=task)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack whose processes have the rights of their tasks, and no others."""
    with Stack(webs=1, workers=1, customers=1) as stack:
        iam = client(stack, "iam", stack.environment)
        for task, part in {"web": stack.webs[0], "worker": stack.workers[0], "scheduler": stack.scheduler}.items():
            part.stop()
            part.environment |= keys_of_a_user(iam, task)
        enforce = urllib.request.Request(
            f"{stack.moto.url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}
        )
        urllib.request.urlopen(enforce, timeout=30).close()
        for part in (stack.webs[0], stack.workers[0], stack.scheduler):
            part.start()
        wait_until(stack.proxy.answers, "the proxy sends requests to the web process again")
        yield stack


def send(stack: Stack, method: str, path: str, body: Any = None) -> tuple[int, http.client.HTTPMessage, Any]:
    context = ssl.create_default_context(cafile=stack.proxy.certificate)
    connection = http.client.HTTPSConnection("localhost", stack.proxy.port, timeout=30, context=context)
    headers = {"Authorization": f"Bearer {stack.keys['demo']}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read()
        return response.status, response.headers, json.loads(text) if text else None
    finally:
        connection.close()


def refused(stack: Stack) -> list[str]:
    """Return the log lines of the tasks about what moto refused."""
    logs = [part.log for part in (stack.webs[0], stack.workers[0], stack.scheduler)]
    return [line for log in logs for line in log.splitlines() if "AccessDenied" in line or "(403)" in line]


def test_export_is_written_sent_and_deleted_with_the_rights_of_the_tasks(stack):
    status, _, export = send(stack, "POST", EXPORTS, {"kind": "orders", "format": "csv", "filters": {}})
    place = f"{EXPORTS}{export['id']}/"
    wait_until(lambda: send(stack, "GET", place)[2]["state"] == "done", "the export is done", seconds=90)
    redirect, headers, _ = send(stack, "GET", f"{place}file/")
    # moto cannot check signatures in addresses, so the test reads the file as the web task that has signed this one.
    key = urlsplit(headers["Location"]).path.removeprefix(f"/{BUCKET}/")
    files = client(stack, "s3", stack.webs[0].environment)
    lines = files.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode().splitlines()
    deleted, _, _ = send(stack, "DELETE", place)
    with pytest.raises(ClientError, match="NoSuchKey"):
        files.get_object(Bucket=BUCKET, Key=key)

    assert (status, redirect, deleted) == (202, 303, 204)
    assert len(lines) == 1 + 5  # a header, and the orders of the sample data
    assert refused(stack) == []


def test_scheduler_wakes_workers(stack):
    wait_until(lambda: "queue_age_seconds" in stack.workers[0].log, "a sweep", seconds=90)

    assert refused(stack) == []


def test_what_a_task_may_not_do_is_refused(stack):
    """Otherwise the tests above would show nothing."""
    queues = client(stack, "sqs", stack.scheduler.environment)
    files = client(stack, "s3", stack.webs[0].environment)

    with pytest.raises(ClientError, match="not authorized"):
        queues.receive_message(QueueUrl=stack.environment["QUEUE_URL"])
    with pytest.raises(ClientError, match="AccessDenied"):
        files.put_object(Bucket=BUCKET, Key=f"{PREFIX}/1/1/file", Body=b"")
