"""Metrics in log lines, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping
from logging import getLogger
from typing import Any

from django.conf import settings

# CloudWatch's unit of each metric.
UNITS = {"ms": "Milliseconds", "statements": "Count", "server_errors": "Count", "throttled": "Count"}
UNITS |= {"queue_seconds": "Seconds", "job_seconds": "Seconds", "job_retries": "Count", "jobs_failed": "Count"}
UNITS |= {"queue_age_seconds": "Seconds", "drift_cents": "None", "drifting_rows": "Count"}
# Each metric is also published without dimensions, for all requests or jobs.
DIMENSIONS = ("route", "method", "job")


def of_request(*, status: int) -> dict[str, int]:
    """Return the metrics of a request that its log line does not contain anyway."""
    return {"server_errors": int(status >= 500), "throttled": int(status == 429)}


def publish(**metrics: float) -> None:
    """Write a log line with these metrics, if settings.METRICS_NAMESPACE is set."""
    if settings.METRICS_NAMESPACE:
        getLogger("metrics").info("metrics", extra={"metrics": metrics})


def embedded(line: Mapping[str, Any], at: float) -> dict[str, Any]:
    """Return the member that makes a log line a metric record; `at` is its time in seconds since 1970."""
    dimensions = [name for name in DIMENSIONS if line.get(name)]
    directive = {
        "Namespace": settings.METRICS_NAMESPACE,
        "Dimensions": [[], dimensions] if dimensions else [[]],
        "Metrics": [{"Name": name, "Unit": unit} for name, unit in UNITS.items() if name in line],
    }
    return {"_aws": {"Timestamp": int(at * 1000), "CloudWatchMetrics": [directive]}}
