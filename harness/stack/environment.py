"""The environment variables of the service in the stack."""

from __future__ import annotations

import secrets

from harness.environment import PRODUCTION

ACCOUNT = "123456789012"  # moto's
BUCKET, PREFIX = "exports", "files"
QUEUE, DEAD_LETTERS = "jobs", "jobs-dead-letter"


def service_environment(*, database: str, owner: str, replica: str, cache: str, aws: str) -> dict[str, str]:
    """Return the variables of each process.

    `database`, `owner` and `replica` are URLs of the database, `cache` of Redis, `aws` of a server that speaks S3 and
    SQS. SECRET_KEY is a new one.
    """
    return {
        **PRODUCTION,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "TRUST_X_FORWARDED_PROTO": "on",
        "REQUESTS_PER_MINUTE": "6000",
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": owner,
        "DATABASE_REPLICA_URL": replica,
        "CACHE_URL": cache,
        "REPORT_CACHE_SECONDS": "30",
        "METRICS_NAMESPACE": "regression-lab",
        "QUEUE_URL": f"{aws}/{ACCOUNT}/{QUEUE}",
        "DEAD_LETTER_QUEUE_URL": f"{aws}/{ACCOUNT}/{DEAD_LETTERS}",
        "EXPORTS_STORAGE": f"s3://{BUCKET}/{PREFIX}",
        "AWS_ENDPOINT_URL": aws,
        "AWS_ACCESS_KEY_ID": "moto",
        "AWS_SECRET_ACCESS_KEY": "moto",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
