"""What the pipeline needs in an account: repositories of images, and roles that GitHub's jobs assume without a secret.

An administrator deploys this stack once: `cdk deploy orders-delivery -c repository=owner/name -c region=…`.
"""

from __future__ import annotations

import re

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from deploy.aws.names import PROJECT

GITHUB = "token.actions.githubusercontent.com"
STAGES = ("staging", "production")  # also the environments of the repository on GitHub
BRANCH = "main"


class Delivery(Stack):
    """`publish` may push images, for jobs of the main branch; one role for each stage may deploy to it.

    A stage's role works for jobs of that environment of the repository, so the environment's reviewers decide. But the
    roles of CDK may change every stack of the account: to keep staging from changing production, use two accounts.
    """

    def __init__(self, scope: Construct, name: str, *, repository: str, **options: object) -> None:
        """`repository` is owner/name on GitHub."""
        super().__init__(scope, name, **options)
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
            raise ValueError("repository has to be owner/name.")
        self.provider = iam.OidcProviderNative(
            self, "GitHub", url=f"https://{GITHUB}", client_ids=["sts.amazonaws.com"]
        )
        publish = self._role("publish", f"repo:{repository}:ref:refs/heads/{BRANCH}")
        for image in (PROJECT, f"{PROJECT}-pooler"):
            images = ecr.Repository(
                self,
                image.title().replace("-", ""),
                repository_name=image,
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                image_scan_on_push=True,
                encryption=ecr.RepositoryEncryption.KMS,
                removal_policy=RemovalPolicy.RETAIN,
                # A rollback needs former images.
                lifecycle_rules=[ecr.LifecycleRule(max_image_count=100)],
            )
            images.grant_pull_push(publish)
        for stage in STAGES:
            role = self._role(f"deploy-{stage}", f"repo:{repository}:environment:{stage}")
            for statement in self._deploying(stage):
                role.add_to_policy(statement)

    def _role(self, name: str, subject: str) -> iam.Role:
        claims = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}
        principal = iam.WebIdentityPrincipal(self.provider.oidc_provider_arn, {"StringEquals": claims})
        role = iam.Role(self, name.title().replace("-", ""), role_name=f"{PROJECT}-{name}", assumed_by=principal)
        CfnOutput(self, f"{name.title().replace('-', '')}Role", value=role.role_arn)
        return role

    def _deploying(self, stage: str) -> list[iam.PolicyStatement]:
        prefix, release = f"{PROJECT}-{stage}", f"{PROJECT}-{stage}-release"
        roles = f"arn:aws:iam::{self.account}:role/"

        def arn(service: str, resource: str) -> str:
            return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

        in_cluster = {"ArnEquals": {"ecs:cluster": arn("ecs", f"cluster/{prefix}")}}

        def may(*actions: str, on: list[str], **conditions: object) -> iam.PolicyStatement:
            return iam.PolicyStatement(actions=[*actions], resources=on, **conditions)

        return [
            # CDK's own roles, which `cdk bootstrap` makes: they change the stacks and upload templates.
            may("sts:AssumeRole", on=[f"{roles}cdk-hnb659fds-{kind}-role-*" for kind in ("deploy", "file-publishing")]),
            may("cloudformation:DescribeStacks", on=[arn("cloudformation", f"stack/{prefix}-*")]),
            may(
                "ecs:RunTask",
                on=[arn("ecs", f"task-definition/{prefix}-{task}:*") for task in ("migrate", "create-roles")],
                conditions=in_cluster,
            ),
            may(
                "iam:PassRole",
                on=[f"{roles}{release}-*"],
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
            may("ecs:DescribeTasks", on=[arn("ecs", f"task/{prefix}/*")]),
            may("logs:GetLogEvents", on=[arn("logs", f"log-group:/{prefix}/tasks:*")]),
            may("ecs:ListTasks", on=["*"], conditions=in_cluster),  # It has no resources of its own.
        ]  # fmt: skip
