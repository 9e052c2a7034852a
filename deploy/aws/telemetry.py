"""Where logs and alarms go."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Telemetry(Construct):
    """`log` has the lines of all tasks, which are also the service's metrics; `traffic` those of network and WAF."""

    def __init__(self, scope: Construct, *, prefix: str, key: kms.IKey, email: str) -> None:
        super().__init__(scope, "Telemetry")
        self.key = key
        self.log = self.group("Log", f"/{prefix}/tasks")
        # WAF requires this beginning of the name.
        self.traffic = self.group("Traffic", f"aws-waf-logs-{prefix}")
        self.topic = sns.Topic(self, "Alarms", topic_name=f"{prefix}-alarms", master_key=key, enforce_ssl=True)
        # The policy that refuses plain HTTP replaces the one that would let alarms publish.
        publishing = iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[self.topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
        )
        self.topic.add_to_resource_policy(publishing)
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def group(self, name: str, path: str) -> logs.LogGroup:
        """Return a new log group whose lines are kept for three months."""
        return logs.LogGroup(
            self,
            name,
            log_group_name=path,
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=self.key,
            removal_policy=RemovalPolicy.RETAIN,
        )
