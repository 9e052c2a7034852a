"""Create the bucket of exports and the queues of jobs in moto: `python resources.py`, in the service's environment.

Reads EXPORTS_STORAGE (s3://BUCKET/PREFIX), QUEUE_URL, DEAD_LETTER_QUEUE_URL and what boto3 reads (AWS_ENDPOINT_URL, …).
Creating them again changes nothing. This file imports nothing else of this project, because compose.yaml runs it in
moto's image.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

VISIBILITY = 120  # seconds until a message whose worker has died is delivered again
RECEIVES = 5  # deliveries, after which a message is moved to the dead-letter queue


def create(environment: Mapping[str, str]) -> None:
    """Create what the variables of `environment` name. Raises ClientError."""
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], None, environment["AWS_DEFAULT_REGION"]
    )
    endpoint = environment["AWS_ENDPOINT_URL"]
    storage = urlsplit(environment["EXPORTS_STORAGE"])
    if storage.scheme == "s3":
        _create_bucket(session.client("s3", endpoint_url=endpoint), storage.netloc, session.region_name)
    queues = session.client("sqs", endpoint_url=endpoint)
    dead = queues.create_queue(QueueName=_name(environment["DEAD_LETTER_QUEUE_URL"]))["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    attributes = {
        "VisibilityTimeout": str(VISIBILITY),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES}),
    }
    queues.create_queue(QueueName=_name(environment["QUEUE_URL"]), Attributes=attributes)


def _create_bucket(storage: Any, bucket: str, region: str) -> None:
    # S3's first region is the only one that must not be named.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        storage.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyExists", "BucketAlreadyOwnedByYou"):
            raise


def _name(url: str) -> str:
    return url.rpartition("/")[2]


if __name__ == "__main__":
    create(os.environ)
