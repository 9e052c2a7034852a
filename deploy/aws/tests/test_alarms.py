"""Every alarm has an action, and watches a metric that is published."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from deploy.aws.alarms import ROLLBACK, UNREAD
from deploy.aws.app import build
from deploy.aws.synthesise import FLAGS, SAMPLE
from deploy.aws.tests.conftest import ROOT

ALARMS = {
    "error-rate", "p95-latency", "p99-latency", "unhealthy-targets", "database-cpu", "database-connections",
    "free-storage", "replica-lag", "replica-unread", "queue-age", "job-latency", "jobs-failed", "dead-letters", "drift",
    "reconcile-missed",
}  # fmt: skip


def units() -> dict[str, str]:
    """Return UNITS of apps/metrics.py, without importing it: it needs Django."""
    found: dict[str, str] = {}
    for node in ast.parse((ROOT / "apps/metrics.py").read_text()).body:
        if isinstance(node, ast.Assign | ast.AugAssign) and "UNITS" in ast.unparse(node).partition("=")[0]:
            found |= ast.literal_eval(node.value)
    return found


def watched(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the metrics of an alarm."""
    if "MetricName" in alarm:
        yield alarm
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def test_every_alarm_has_an_action_at_its_beginning_and_end(templates):
    alarms = templates.of("AWS::CloudWatch::Alarm")

    assert {alarm["AlarmName"].removeprefix("orders-production-") for alarm in alarms.values()} == ALARMS
    for name, alarm in alarms.items():
        assert alarm.get("ActionsEnabled", True), name
        for actions in (alarm["AlarmActions"], alarm["OKActions"]):
            assert [json.dumps(action).count("TelemetryAlarms") for action in actions] == [1], name


def test_alarms_may_publish_to_the_topic(templates):
    [policy] = templates.of("AWS::SNS::TopicPolicy").values()
    allowed = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Effect"] == "Allow"]

    assert [(statement["Action"], statement["Principal"]) for statement in allowed] == [
        ("sns:Publish", {"Service": "cloudwatch.amazonaws.com"})
    ]


def test_alarms_of_the_original_assignment_have_their_metrics(templates):
    """p95 latency, error rate and database CPU."""
    by_name = {alarm["AlarmName"]: alarm for alarm in templates.of("AWS::CloudWatch::Alarm").values()}
    latency, errors, cpu = (
        by_name[f"orders-production-{name}"] for name in ("p95-latency", "error-rate", "database-cpu")
    )

    assert (latency["MetricName"], latency["ExtendedStatistic"]) == ("TargetResponseTime", "p95")
    assert {metric["MetricName"] for metric in watched(errors)} == {
        "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "RequestCount",
    }  # fmt: skip
    assert (cpu["MetricName"], cpu["Namespace"]) == ("CPUUtilization", "AWS/RDS")


def test_alarms_and_dashboard_show_metrics_that_the_service_publishes(templates):
    """Without dimensions, as each is published for all requests or jobs together."""
    [counted] = templates.of("AWS::Logs::MetricFilter").values()
    [board] = templates.of("AWS::CloudWatch::Dashboard").values()
    published = units().keys() | {counted["MetricTransformations"][0]["MetricName"]}
    alarms = templates.of("AWS::CloudWatch::Alarm").values()
    own = [metric for alarm in alarms for metric in watched(alarm) if metric["Namespace"] == "orders-production"]

    assert {metric["MetricName"] for metric in own} == {
        "queue_age_seconds", "job_seconds", "jobs_failed", "drift_cents", "drifting_rows", "replica_unread",
    }  # fmt: skip
    assert {metric["MetricName"] for metric in own} <= published
    assert [metric for metric in own if metric.get("Dimensions")] == []
    assert set(shown(board)) == published - {"replica_unread", "statements"}


def shown(board: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the service's metrics on the dashboard."""
    text = "".join(part if isinstance(part, str) else "x" for part in board["DashboardBody"]["Fn::Join"][1])
    for widget in json.loads(text)["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if metric[0] == "orders-production":
                yield metric[1]
            elif isinstance(metric[0], dict) and metric[0]["expression"].startswith("SEARCH"):
                assert "{orders-production,route,method}" in metric[0]["expression"]
                yield metric[0]["expression"].split('"')[1]


def test_dimensions_of_the_dashboard_are_those_of_requests():
    [dimensions] = [
        ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "apps/metrics.py").read_text()).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DIMENSIONS"
    ]

    assert dimensions == ("route", "method", "job")


def test_counted_log_line_is_one_that_the_service_writes(templates):
    [counted] = templates.of("AWS::Logs::MetricFilter").values()

    assert f'"{UNREAD}' in (ROOT / "apps/database/replica_check.py").read_text()
    assert counted["FilterPattern"] == f'{{ $.message = "{UNREAD}*" }}'


def test_deployment_is_blue_green_and_is_rolled_back_on_alarm(templates):
    alarms = {alarm["AlarmName"] for alarm in templates.of("AWS::CloudWatch::Alarm").values()}
    [web] = [service for service in templates.of("AWS::ECS::Service").values() if "LoadBalancers" in service]
    deployment = web["DeploymentConfiguration"]

    assert deployment["Strategy"] == "CANARY"
    assert (deployment["Alarms"]["Enable"], deployment["Alarms"]["Rollback"]) == (True, True)
    assert deployment["Alarms"]["AlarmNames"] == [f"orders-production-{name}" for name in ROLLBACK]
    assert set(deployment["Alarms"]["AlarmNames"]) <= alarms
    # The canary lasts as long as the slower of these alarms needs.
    minutes = [
        alarm["EvaluationPeriods"]
        for alarm in templates.of("AWS::CloudWatch::Alarm").values()
        if alarm["AlarmName"] in deployment["Alarms"]["AlarmNames"]
    ]
    assert deployment["CanaryConfiguration"]["CanaryBakeTimeInMinutes"] >= max(minutes)


def test_rollback_moves_all_requests_at_once():
    app = cdk.App(context={**FLAGS, **SAMPLE, "size": "small", "rollback": "yes"})
    build(app)
    service = Template.from_stack(app.node.find_child("orders-production-service"))

    [web] = service.find_resources(
        "AWS::ECS::Service", {"Properties": {"ServiceName": "orders-production-web"}}
    ).values()

    deployment = web["Properties"]["DeploymentConfiguration"]
    assert (deployment["Strategy"], "CanaryConfiguration" in deployment) == ("BLUE_GREEN", False)


def test_alarm_on_slow_jobs_needs_few_of_them(templates):
    """With `ignore`, CloudWatch waits for 200 values of a p95, more long jobs than workers can end in a period."""
    evaluated = {
        alarm["AlarmName"].removeprefix("orders-production-"): alarm.get("EvaluateLowSampleCountPercentile")
        for alarm in templates.of("AWS::CloudWatch::Alarm").values()
    }

    assert {name for name, how in evaluated.items() if how == "ignore"} == {"p95-latency", "p99-latency"}


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_alarm_names_the_page_that_answers_it(templates, name):
    alarms = templates.of("AWS::CloudWatch::Alarm").values()
    [alarm] = [alarm for alarm in alarms if alarm["AlarmName"] == f"orders-production-{name}"]

    assert alarm["AlarmDescription"].endswith(f"See docs/operations.md, {name}.")
