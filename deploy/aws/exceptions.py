"""Exceptions from checkov's rules, each with its reason, in the metadata of the resource that is excepted."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import IConstruct


def accept(construct: IConstruct, **reasons: str) -> None:
    """Except the resource of `construct` from the rules that name a reason: `CKV_AWS_21="…"`."""
    resource = construct.node.default_child or construct
    if not isinstance(resource, cdk.CfnResource):
        raise TypeError(f"{construct.node.path} is no resource.")
    skip = [{"id": rule, "comment": reason} for rule, reason in reasons.items()]
    resource.add_metadata("checkov", {"skip": skip})
