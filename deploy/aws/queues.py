"""SQS: the queue that wakes workers, and the one of jobs that were given up."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from deploy.aws.exceptions import accept

# Until a message whose worker has died is delivered again: more than JOB_SECONDS and the 30 seconds until a worker that
# hangs is killed. A job need not wait for that, because the sweeper finds it when its lease ends.
VISIBILITY = Duration.seconds(1000)
RECEIVES = 5  # deliveries, after which a message is moved to the dead-letter queue


class Queues(Construct):
    """Messages hold ids only, so the keys of SQS encrypt them, and tasks need no right to a key."""

    def __init__(self, scope: Construct, *, prefix: str) -> None:
        super().__init__(scope, "Queues")
        self.dead_letters = self._queue("DeadLetters", f"{prefix}-dead", retention_period=Duration.days(14))
        self.jobs = self._queue(
            "Jobs",
            f"{prefix}-jobs",
            visibility_timeout=VISIBILITY,
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=RECEIVES, queue=self.dead_letters),
        )

    def _queue(self, name: str, queue_name: str, **options: object) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            name,
            queue_name=queue_name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            removal_policy=RemovalPolicy.RETAIN,
            **options,
        )
        accept(queue, CKV_AWS_27="SQS encrypts it with a key of its own (SqsManagedSseEnabled)")
        return queue
