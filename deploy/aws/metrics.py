"""The metrics that alarms and the dashboard show: the service's own (apps/metrics.py), and those of AWS."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs

MINUTE = Duration.minutes(1)


@dataclass(frozen=True)
class Metrics:
    """Each method returns a new metric; its period is a minute unless it says otherwise."""

    namespace: str  # METRICS_NAMESPACE
    balancer: elb.ApplicationLoadBalancer
    groups: list[elb.ApplicationTargetGroup]
    primary: rds.IDatabaseInstance
    replica: rds.IDatabaseInstance
    jobs: sqs.IQueue
    dead_letters: sqs.IQueue

    def own(self, name: str, statistic: str, period: Duration = MINUTE) -> cloudwatch.Metric:
        """A metric in the log lines of the service, for all requests or jobs together."""
        return cloudwatch.Metric(namespace=self.namespace, metric_name=name, statistic=statistic, period=period)

    def latency(self, statistic: str) -> cloudwatch.Metric:
        """Seconds until the response begins. The service's `ms` also counts probes, which are many and fast."""
        return self.balancer.metrics.target_response_time(statistic=statistic, period=MINUTE)

    def requests(self) -> cloudwatch.Metric:
        return self.balancer.metrics.request_count(period=MINUTE)

    def error_percent(self) -> cloudwatch.MathExpression:
        """5xx in percent of requests: those of the tasks, and those of the load balancer that finds no task."""
        codes = elb.HttpCodeElb.ELB_5XX_COUNT, elb.HttpCodeTarget.TARGET_5XX_COUNT
        metrics = self.balancer.metrics
        # A minute without errors has no value, not 0.
        return cloudwatch.MathExpression(
            expression="100 * (FILL(balancer, 0) + FILL(target, 0)) / requests",
            using_metrics={
                "balancer": metrics.http_code_elb(codes[0], period=MINUTE),
                "target": metrics.http_code_target(codes[1], period=MINUTE),
                "requests": self.requests(),
            },
            period=MINUTE,
            label="5xx in % of requests",
        )

    def unhealthy_targets(self) -> cloudwatch.MathExpression:
        """Targets that fail /readyz, in either target group: one of them has no targets, and no values."""
        colours = {
            name: group.metrics.unhealthy_host_count(period=MINUTE, statistic="Maximum")
            for name, group in zip(("blue", "green"), self.groups, strict=True)
        }
        expression = "FILL(blue, 0) + FILL(green, 0)"
        return cloudwatch.MathExpression(
            expression=expression, using_metrics=colours, period=MINUTE, label="unhealthy targets"
        )

    def database(self, name: str, statistic: str = "Average") -> cloudwatch.Metric:
        return self.primary.metric(name, statistic=statistic, period=MINUTE)

    def replica_metric(self, name: str, statistic: str = "Average") -> cloudwatch.Metric:
        return self.replica.metric(name, statistic=statistic, period=MINUTE)

    def free_storage(self) -> cloudwatch.MathExpression:
        """Bytes, of the primary or of the replica, whichever has less."""
        name = "FreeStorageSpace"
        using = {"primary": self.database(name), "replica": self.replica_metric(name)}
        return cloudwatch.MathExpression(
            expression="MIN([primary, replica])", using_metrics=using, period=MINUTE, label="free storage"
        )

    def drift(self) -> cloudwatch.MathExpression:
        """Cents or rows: rows can drift by sums that cancel each other out."""
        using = {name: self.own(name, "Maximum") for name in ("drift_cents", "drifting_rows")}
        return cloudwatch.MathExpression(
            expression="MAX([drift_cents, drifting_rows])", using_metrics=using, period=MINUTE, label="drift"
        )

    def waiting(self) -> cloudwatch.Metric:
        return self.jobs.metric_approximate_number_of_messages_visible(period=MINUTE)

    def given_up(self) -> cloudwatch.Metric:
        return self.dead_letters.metric_approximate_number_of_messages_visible(period=MINUTE)
