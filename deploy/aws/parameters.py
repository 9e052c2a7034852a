"""The parameters of a deployment: context values of the CDK app (`-c name=value`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from constructs import Node

from deploy.aws.names import PROJECT
from deploy.aws.sizes import SIZES, Size

# The database and the roles of deploy/roles.sql.
DATABASE, APP_ROLE, OWNER_ROLE, OPS_ROLE, MASTER = "orders", "orders_app", "orders_owner", "orders_ops", "postgres"


class Image(NamedTuple):
    """An image in ECR. A digest, not a tag, names it, so that each stage runs the very image that was tested."""

    account: str
    region: str
    repository: str
    digest: str

    @property
    def uri(self) -> str:
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/{self.repository}@{self.digest}"

    @property
    def repository_arn(self) -> str:
        return f"arn:aws:ecr:{self.region}:{self.account}:repository/{self.repository}"


@dataclass(frozen=True)
class Parameters:
    stage: str  # such as staging or production; begins the names of all resources
    size: Size
    region: str
    domain: str  # the host name of the API, whose DNS record points to the load balancer
    certificate: str  # ARN of the certificate of that name in ACM, in the same region
    image: Image  # of the service: web, worker, scheduler and commands
    pooler_image: Image  # of PgBouncer
    is_rollback: bool  # moves all requests at once to `image`, which has served them before
    alarm_email: str  # receives alarms; "": nobody, until somebody subscribes to the topic

    @property
    def prefix(self) -> str:
        return f"{PROJECT}-{self.stage}"


def read(node: Node) -> Parameters:
    """Return the parameters in the context of `node`. Raises ValueError for a missing or malformed one."""
    names = ("stage", "size", "region", "domain", "certificate", "image", "pooler_image")
    given = {name: node.try_get_context(name) for name in names}
    if missing := [name for name, value in given.items() if not value]:
        raise ValueError(f"Parameters are missing: {', '.join(missing)} (-c name=value).")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,19}", given["stage"]):
        raise ValueError("stage has to be 2 to 20 lower case letters, digits and hyphens.")
    if given["size"] not in SIZES:
        raise ValueError(f"size has to be one of {', '.join(SIZES)}.")
    images = {name: _image(name, given[name]) for name in ("image", "pooler_image")}
    optional = {
        "is_rollback": bool(node.try_get_context("rollback")),
        "alarm_email": node.try_get_context("alarm_email") or "",
    }
    return Parameters(**{**given, **images, "size": SIZES[given["size"]], **optional})


def _image(name: str, uri: str) -> Image:
    match = re.fullmatch(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([\w./-]+)@(sha256:[0-9a-f]{64})", uri)
    if match is None:
        raise ValueError(f"{name} has to be an image in ECR with its digest: …/{PROJECT}@sha256:….")
    return Image(*match.groups())
