"""Kombu's transport for SQS, made to go on after an outage.

Kombu 5.7 polls a queue again only after an answer it can read. After an error of SQS, a lost connection or a refusal,
a worker may run on without ever receiving another message (https://github.com/celery/kombu/issues/1127).
"""

from logging import getLogger
from typing import Any

from kombu.asynchronous.aws.sqs.connection import AsyncSQSConnection
from kombu.transport import SQS, TRANSPORT_ALIASES

log = getLogger(__name__)


class Connection(AsyncSQSConnection):
    """A connection for which a request of messages that fails is one that finds none: kombu then polls again."""

    def _on_list_ready(self, parent: Any, markers: Any, operation: str, response: Any) -> Any:
        try:
            answer = super()._on_list_ready(parent, markers, operation, response)
        except Exception as error:  # whatever kombu and botocore raise for an answer
            log.warning("The queue will be polled again: %r", error)
            return {}
        if isinstance(answer, list):  # no answer, or one of 500 to 504; the caller would fail, as it expects a mapping
            log.warning("The queue will be polled again: it answered %s", response.status)
            return {}
        return answer


class Channel(SQS.Channel):
    """A channel of `predefined_queues` that polls with a Connection."""

    def asynsqs(self, queue: str | None = None) -> Connection:
        connections = self._predefined_queue_async_clients
        if queue not in connections:
            connections[queue] = Connection(sqs_connection=self.sqs(queue=queue), region=self.region)
        return connections[queue]

    def _schedule_queue(self, queue: str) -> None:
        try:
            super()._schedule_queue(queue)
        except Exception as error:  # Nothing was sent: there are no credentials at the moment, for instance.
            log.warning("The queue will be polled again: %r", error)
            self._loop1(queue)


class Transport(SQS.Transport):
    Channel = Channel


def use() -> None:
    """Let broker URLs that begin with sqs:// name this transport."""
    TRANSPORT_ALIASES["sqs"] = f"{__name__}:{Transport.__name__}"
