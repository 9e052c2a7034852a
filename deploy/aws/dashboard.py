"""The dashboard: the state of the alarms, then a row each for requests, routes, the database, and jobs."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from deploy.aws.alarms import Alarms
from deploy.aws.metrics import MINUTE, Metrics
from deploy.aws.tasks import METRICS

HALF, THIRD = 12, 8  # columns of 24


class Dashboard(Construct):
    def __init__(
        self, scope: Construct, *, prefix: str, metrics: Metrics, alarms: Alarms, services: list[ecs.FargateService]
    ) -> None:
        super().__init__(scope, "Dashboard")
        own, database = metrics.own, metrics.database
        board = cloudwatch.Dashboard(self, "Board", dashboard_name=prefix, default_interval=Duration.hours(6))
        board.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms.all, width=24, height=4))
        board.add_widgets(
            _graph("Latency (s)", *(metrics.latency(statistic) for statistic in ("p50", "p95", "p99"))),
            _graph("Requests per minute", metrics.requests(), own("throttled", "Sum")),
            _graph("5xx in % of requests", metrics.error_percent(), metrics.unhealthy_targets()),
        )
        by_route = f"{{{metrics.namespace},route,method}} MetricName="
        board.add_widgets(
            _search("p95 per route (ms)", f"SEARCH('{by_route}\"ms\"', 'p95', 300)"),
            _search("5xx per route", f"SEARCH('{by_route}\"server_errors\"', 'Sum', 300)"),
        )
        board.add_widgets(
            _graph("Database CPU (%)", database("CPUUtilization"), metrics.replica_metric("CPUUtilization")),
            _graph("Database connections", database("DatabaseConnections", "Maximum")),
            _graph("Free storage, replica lag (s)", metrics.free_storage(), right=metrics.replica_metric("ReplicaLag")),
        )
        board.add_widgets(
            _graph("Jobs: wait and duration (s)", *(own(name, "p95") for name in ("queue_seconds", "job_seconds"))),
            _graph("Jobs that wait", metrics.waiting(), metrics.given_up(), right=own("queue_age_seconds", "Maximum")),
            _graph("Attempts repeated, jobs failed", own("job_retries", "Sum"), own("jobs_failed", "Sum")),
        )
        running = [
            cloudwatch.Metric(
                namespace=METRICS,
                metric_name="RunningTaskCount",
                dimensions_map={"ClusterName": service.cluster.cluster_name, "ServiceName": service.service_name},
                period=MINUTE,
                label=label,
            )
            for label, service in zip(("web", "worker", "scheduler"), services, strict=True)
        ]
        board.add_widgets(
            _graph("Tasks", *running),
            _graph("CPU of tasks (%)", *(service.metric_cpu_utilization(period=MINUTE) for service in services)),
            _graph("Drift (cents or rows)", metrics.drift()),
        )


def _graph(title: str, *left: cloudwatch.IMetric, right: cloudwatch.IMetric | None = None) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=[*left], right=[right] if right else [], width=THIRD)


def _search(title: str, expression: str) -> cloudwatch.GraphWidget:
    found = cloudwatch.MathExpression(expression=expression, using_metrics={}, label="", period=Duration.minutes(5))
    return cloudwatch.GraphWidget(title=title, left=[found], width=HALF)
