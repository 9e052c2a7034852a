"""Scaling on a number per running task: requests, or messages that wait."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_ecs as ecs

from deploy.aws.tasks import METRICS

Query = autoscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty
Stat = autoscaling.CfnScalingPolicy.TargetTrackingMetricStatProperty
Metric = autoscaling.CfnScalingPolicy.TargetTrackingMetricProperty
Dimension = autoscaling.CfnScalingPolicy.TargetTrackingMetricDimensionProperty


def scale(service: ecs.FargateService, tasks: tuple[int, int]) -> ecs.ScalableTaskCount:
    """Let `service` have from tasks[0] to tasks[1] tasks."""
    return service.auto_scale_task_count(min_capacity=tasks[0], max_capacity=tasks[1])


def track_per_task(
    scaling: ecs.ScalableTaskCount, service: ecs.FargateService, name: str, *, metric: Query, target: float
) -> None:
    """Keep `metric`, whose id is "load", divided by the number of running tasks near `target`.

    The predefined metric of requests per target belongs to one target group, and blue/green deployments alternate
    between two; this one counts those of the load balancer.
    """
    running = _statistic(
        "running", METRICS, "RunningTaskCount", "Average",
        ClusterName=service.cluster.cluster_name, ServiceName=service.service_name,
    )  # fmt: skip
    each = Query(id="each", expression="FILL(load, 0) / running", return_data=True)
    specification = autoscaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty(metrics=[metric, running, each])
    configuration = autoscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
        customized_metric_specification=specification,
        target_value=target,
        scale_out_cooldown=60,
        scale_in_cooldown=300,
    )
    target_of_scaling: Any = scaling.node.find_child("Target")
    autoscaling.CfnScalingPolicy(
        scaling,
        name,
        policy_name=f"{service.node.path}/{name}".replace("/", "-"),
        policy_type="TargetTrackingScaling",
        scaling_target_id=target_of_scaling.scalable_target_id,
        target_tracking_scaling_policy_configuration=configuration,
    )


def load(namespace: str, metric: str, statistic: str, **dimensions: str) -> Query:
    """Return a metric for `track_per_task`."""
    return _statistic("load", namespace, metric, statistic, **dimensions)


def _statistic(id: str, namespace: str, name: str, statistic: str, **dimensions: str) -> Query:
    metric = Metric(
        namespace=namespace,
        metric_name=name,
        dimensions=[Dimension(name=key, value=value) for key, value in dimensions.items()],
    )
    return Query(id=id, metric_stat=Stat(metric=metric, stat=statistic), return_data=False)
