"""What background jobs need beside the web server: a queue, a storage, workers, a sweeper. Each may fail."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3

from chaos.stage import Stage
from harness.machine import wait_until
from harness.stack.parts import SCHEDULE, WORK, Background, Moto

BUCKET, PREFIX, REGION = "exports", "files", "eu-central-1"
ACCOUNT = "123456789012"  # moto's
SWEEP = (sys.executable, "manage.py", "sweep", "--every", "1")


class Backstage:
    """`stage` has a server that leaves jobs to `workers`, each with one process that does jobs.

    `queue` and `storage` are servers of their own, so that one may fail without the other. `sweeper` finds jobs that no
    message has reached: the production's scheduler, or a process that sweeps each second.
    """

    def __init__(self, stage: Stage, queue: Moto, storage: Moto, workers: list[Background], sweeper: Background):
        self.stage, self.queue, self.storage = stage, queue, storage
        self.workers, self.sweeper = workers, sweeper

    def client(self, service: str) -> Any:
        """Return a client of boto3 for `sqs` or `s3`."""
        url = self.queue.url if service == "sqs" else self.storage.url
        return boto3.client(service, REGION, endpoint_url=url, aws_access_key_id="moto", aws_secret_access_key="moto")

    @property
    def log(self) -> str:
        """What all workers have written so far."""
        return "".join(worker.log for worker in self.workers)

    def stored(self) -> set[str]:
        """Return the names of all stored files."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {file["Key"].removeprefix(f"{PREFIX}/") for page in pages for file in page.get("Contents", [])}

    def uploads(self) -> int:
        """Return the number of uploads in parts that were neither completed nor aborted."""
        return len(self.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))

    def take_messages(self, queue: str = "QUEUE_URL") -> list[str]:
        """Take all messages out of the queue with the URL in that variable, and return their bodies."""
        sqs, url, bodies = self.client("sqs"), self.stage.environment[queue], list[str]()
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def send(self, body: str, delay: int = 0) -> None:
        """Send a message that arrives after `delay` seconds."""
        url = self.stage.environment["QUEUE_URL"]
        self.client("sqs").send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay)

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Have no workers inside the block, so that messages stay in the queue, which is empty at first."""
        for worker in self.workers:
            worker.kill()
        self.queue.kill()  # It would give messages to the requests that the workers have left behind.
        self.queue.start()
        try:
            yield
        finally:
            for worker in self.workers:
                worker.start()


@contextmanager
def backstage(stage: Stage, workers: int = 2, is_scheduled: bool = False, **environment: str) -> Iterator[Backstage]:
    """Run all of it inside the block, on the stage's database, with these variables too."""
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="regression-lab-")))

        def start(name: str, make: Callable[[Path], Any]) -> Any:
            part = make(folder / name)
            ends.callback(end, part)
            return part

        with ThreadPoolExecutor(2) as threads:
            queue, storage = threads.map(start, ("queue", "storage"), (Moto, Moto))
        aws = {
            "AWS_ENDPOINT_URL": queue.url,
            "AWS_ENDPOINT_URL_S3": storage.url,
            "AWS_ACCESS_KEY_ID": "moto",
            "AWS_SECRET_ACCESS_KEY": "moto",
            "AWS_DEFAULT_REGION": REGION,
            "QUEUE_URL": f"{queue.url}/{ACCOUNT}/jobs",
            "DEAD_LETTER_QUEUE_URL": f"{queue.url}/{ACCOUNT}/dead",
            "EXPORTS_STORAGE": f"s3://{BUCKET}/{PREFIX}",
            "JOB_LEASE_SECONDS": "2",
            "WORKER_CONCURRENCY": "1",
            **environment,
        }
        for moto in (queue, storage):
            moto.provide({**aws, "AWS_ENDPOINT_URL": moto.url})
        served = ends.enter_context(stage.beside(**aws))

        def background(name: str, command: Sequence[str]) -> Background:
            own = {**served.environment, "DATABASE_OWNER_URL": ""}
            return start(name, lambda output: Background(command, own, output))

        own = [background(f"worker-{number}", WORK) for number in range(workers)]
        sweeper = background("sweeper", SCHEDULE if is_scheduled else SWEEP)
        for worker in own:
            wait_until(lambda log=worker: " ready." in log.log, "a worker is ready")
        yield Backstage(served, queue, storage, own, sweeper)


def end(part: Background) -> None:
    """Kill the processes, whatever state they are in."""
    part.thaw()
    part.kill()
