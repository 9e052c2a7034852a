"""What the tasks may do, as actions of IAM by task and resource. `tests/stack/test_rights.py` runs them with no more.

This module imports nothing, so that tests without CDK can read it.
"""

from __future__ import annotations

# kombu asks for a queue's attributes before it sends to it.
SEND = ("sqs:SendMessage", "sqs:GetQueueAttributes")
TAKE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility")

# Resources: the queues `jobs` and `dead letters`, the `files` of exports, their `bucket`, and the `key` that encrypts
# them. Without the right to list the bucket, S3 answers 403 instead of 404 for a file that does not exist.
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    # It signs addresses of files, and deletes the files of deleted exports.
    "web": {
        "jobs": SEND,
        "files": ("s3:GetObject", "s3:DeleteObject"),
        "bucket": ("s3:ListBucket",),
        "key": ("kms:Decrypt",),
    },
    "worker": {
        "jobs": (*SEND, *TAKE),
        "dead letters": SEND,
        "files": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        "bucket": ("s3:ListBucket",),
        "key": ("kms:Decrypt", "kms:GenerateDataKey"),
    },
    "scheduler": {"jobs": SEND},
}
