"""The alarms. Each publishes to the topic when it begins and when it ends; its description names its answer.

The thresholds are starting values.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from deploy.aws.metrics import Metrics
from deploy.aws.sizes import Size

# While a new version is deployed, these roll it back. The others have causes that an older version would share.
ROLLBACK = ("error-rate", "p95-latency")
UNREAD = "Reports read the primary, not the replica"  # the beginning of a log line of apps/database/replica_check.py
GIB = 2**30
QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
SILENCE = cloudwatch.TreatMissingData.BREACHING  # for metrics whose absence is a failure itself
KEEP = cloudwatch.TreatMissingData.IGNORE  # for metrics with a value a day
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD


def names(prefix: str) -> list[str]:
    """Return the full names of the alarms that roll a deployment back."""
    return [f"{prefix}-{name}" for name in ROLLBACK]


class Alarms(Construct):
    """`all` has every alarm, in the order of the dashboard."""

    def __init__(
        self, scope: Construct, *, prefix: str, topic: sns.ITopic, metrics: Metrics, size: Size, log: logs.ILogGroup
    ) -> None:
        super().__init__(scope, "Alarms")
        self.prefix, self.action = prefix, actions.SnsAction(topic)
        self.all: list[cloudwatch.Alarm] = []
        own, database = metrics.own, metrics.database
        add = self._add
        add("error-rate", metrics.error_percent(), 0.5, 5, "Over 0.5 % of requests fail with a 5xx")
        add("p95-latency", metrics.latency("p95"), 0.25, 10, "One request in twenty takes over 250 ms")
        add("p99-latency", metrics.latency("p99"), 0.5, 10, "One request in a hundred takes over 500 ms")
        add("unhealthy-targets", metrics.unhealthy_targets(), 0, 3, "A web task fails /readyz")
        add("database-cpu", database("CPUUtilization"), 80, 10, "No headroom for a failover")
        most = 0.8 * size.max_connections
        add("database-connections", database("DatabaseConnections", "Maximum"), most, 5, "Over 80 % of the connections")
        # Of what it began with: RDS enlarges it when 10 % are free, so this alarm says that it could not.
        least = 0.05 * size.storage * GIB
        add("free-storage", metrics.free_storage(), least, 5, "Vacuum and the log need room", compare=BELOW)
        # An idle primary writes nothing for up to five minutes, which RDS reports as lag.
        lag = metrics.replica_metric("ReplicaLag", "Maximum")
        add("replica-lag", lag, 360, 5, "The replica is six minutes behind, or gone", missing=SILENCE)
        add(
            "replica-unread",
            self._unread(log, metrics),
            0,
            1,
            "Reports read the primary: the replica is too far behind",
        )
        # Every sweep publishes it, so its absence says that the scheduler, the queue or the workers stand still.
        add("queue-age", own("queue_age_seconds", "Maximum"), 300, 5, "Jobs wait, or nobody sweeps", missing=SILENCE)
        jobs = own("job_seconds", "p95", Duration.minutes(15))
        add("job-latency", jobs, 300, 1, "One job in twenty takes over five minutes")
        add("jobs-failed", own("jobs_failed", "Sum"), 0, 1, "Somebody waits for an export that will not come")
        add("dead-letters", metrics.given_up(), 0, 1, "Jobs were given up, or their messages were not understood")
        add("drift", metrics.drift(), 0, 1, "Stored totals differ from their rows", missing=KEEP)
        runs = own("drift_cents", "SampleCount", Duration.days(1))
        add("reconcile-missed", runs, 1, 2, "Nobody compared the totals for two days", compare=BELOW, missing=SILENCE)

    def _add(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        periods: int,
        meaning: str,
        *,
        compare: cloudwatch.ComparisonOperator = ABOVE,
        missing: cloudwatch.TreatMissingData = QUIET,
    ) -> None:
        """Add the alarm that `metric` is above (or below) `threshold` in so many periods in a row."""
        alarm = cloudwatch.Alarm(
            self,
            name.title().replace("-", ""),
            alarm_name=f"{self.prefix}-{name}",
            alarm_description=f"{meaning}. See docs/operations.md, {name}.",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=compare,
            treat_missing_data=missing,
            # Of a few requests, no percentile is significant.
            evaluate_low_sample_count_percentile="ignore" if name in ("p95-latency", "p99-latency") else None,
        )
        alarm.add_alarm_action(self.action)
        alarm.add_ok_action(self.action)
        self.all.append(alarm)

    def _unread(self, log: logs.ILogGroup, metrics: Metrics) -> cloudwatch.Metric:
        pattern = logs.FilterPattern.string_value("$.message", "=", f"{UNREAD}*")
        counted = logs.MetricFilter(
            self,
            "Unread",
            log_group=log,
            filter_pattern=pattern,
            metric_namespace=metrics.namespace,
            metric_name="replica_unread",
        )
        return counted.metric(statistic="Sum", period=Duration.minutes(5))
