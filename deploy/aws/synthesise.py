"""Synthesise the stacks of both sizes with sample parameters: `python -m deploy.aws.synthesise FOLDER` (`make aws`)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import aws_cdk as cdk

from deploy.aws.app import build
from deploy.aws.sizes import SIZES

FLAGS = json.loads(Path(__file__).with_name("cdk.json").read_text())["context"]
REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
SAMPLE = {
    "stage": "production",
    "region": "eu-central-1",
    "domain": "orders.example.com",
    "certificate": "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    "image": f"{REGISTRY}/orders@sha256:{'0' * 64}",
    "pooler_image": f"{REGISTRY}/orders-pooler@sha256:{'1' * 64}",
    "alarm_email": "operations@example.com",
    "repository": "example/orders",
}


def synthesise(size: str, folder: Path) -> None:
    """Write the templates of the stacks of that size to `folder`."""
    app = cdk.App(outdir=str(folder), context={**FLAGS, **SAMPLE, "size": size})
    build(app)
    app.synth()


if __name__ == "__main__":
    for size in SIZES:
        synthesise(size, Path(sys.argv[1], size))
