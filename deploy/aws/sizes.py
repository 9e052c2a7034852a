"""The two sizes of a deployment. docs/capacity.md relates them to requests per second.

Both have the same parts, so that a small stage rehearses a large one. They differ in machines and numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    web_cpu: int  # units of Fargate; 1024 are one processor, which one process of granian fills
    web_memory: int  # MiB
    web_tasks: tuple[int, int]  # the fewest and the most
    requests_per_task: int  # per minute; above it, tasks are added
    worker_tasks: tuple[int, int]
    web_pool: int  # connections of a web task's PgBouncer to the primary, at most
    worker_pool: int
    database: str  # instance classes, without "db." and "cache."
    cache: str
    max_connections: int  # of the primary
    storage: int  # GiB that the database begins with
    max_storage: int  # GiB up to which RDS enlarges it


SIZES = {
    "small": Size(
        web_cpu=1024,
        web_memory=2048,
        web_tasks=(2, 6),
        requests_per_task=6_000,
        worker_tasks=(1, 4),
        web_pool=8,
        worker_pool=6,
        database="t4g.medium",
        cache="t4g.small",
        max_connections=200,
        storage=50,
        max_storage=500,
    ),
    "large": Size(
        web_cpu=2048,
        web_memory=4096,
        web_tasks=(4, 50),  # 10,000 requests per second, by docs/capacity.md
        requests_per_task=12_000,
        worker_tasks=(2, 20),
        web_pool=9,
        worker_pool=6,
        database="r7g.2xlarge",
        cache="m7g.large",
        max_connections=1_500,
        storage=400,
        max_storage=8_000,
    ),
}
