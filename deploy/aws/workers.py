"""The tasks without requests: workers, the scheduler, and the nightly commands."""

from __future__ import annotations

import json

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from deploy.aws import scaling
from deploy.aws.network import TASKS
from deploy.aws.tasks import SERVICE, Tasks

CONCURRENCY = 2  # jobs at once in a worker, each in a process of its own
BACKLOG = 10  # messages per worker; a job takes seconds, so the last one waits about a minute
# UTC. The scheduler runs them too, but a day after its start, and each deployment starts it anew. In a worker they
# would also be ended after JOB_SECONDS, which a comparison of all totals may exceed.
NIGHTLY = {"reconcile": "cron(30 2 * * ? *)", "purge_idempotency_keys": "cron(30 3 * * ? *)"}


class Workers(Construct):
    """`service` runs the jobs of the queue, as many tasks as wait for it."""

    def __init__(self, scope: Construct, *, tasks: Tasks) -> None:
        super().__init__(scope, "Workers")
        data, size = tasks.data, tasks.parameters.size
        definition = tasks.define(
            self,
            "worker",
            ("python", "-m", "config.worker"),
            environment={**tasks.pooled(), "WORKER_CONCURRENCY": str(CONCURRENCY)},
            secrets=tasks.password(),
            cpu=1024,
            memory=2048,
            pool=size.worker_pool,
            stop_seconds=120,  # the most that Fargate allows; another worker starts unfinished jobs again
        )
        self.service = _service(self, tasks, "worker", definition, min_healthy=100, max_healthy=200)
        count = scaling.scale(self.service, size.worker_tasks)
        waiting = scaling.load(
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Average", QueueName=data.queues.jobs.queue_name
        )
        scaling.track_per_task(count, self.service, "Backlog", metric=waiting, target=BACKLOG)


class Scheduler(Construct):
    """One task with Celery's beat. It sweeps every 10 seconds, which EventBridge, with its minutes, could not."""

    def __init__(self, scope: Construct, *, tasks: Tasks) -> None:
        super().__init__(scope, "Scheduler")
        definition = tasks.define(
            self,
            "scheduler",
            ("python", "-m", "config.schedule"),
            environment={"DATABASE_URL": tasks.data.database.pooled_url},  # It connects to none, and has no password.
            secrets={},
            cpu=256,
            memory=512,
        )
        # The old one ends before the new one starts.
        self.service = _service(self, tasks, "scheduler", definition, min_healthy=0, max_healthy=100, desired_count=1)


class Nightly(Construct):
    """Daily commands, each a task that EventBridge starts."""

    def __init__(self, scope: Construct, *, tasks: Tasks) -> None:
        super().__init__(scope, "Nightly")
        data = tasks.data
        definition = tasks.define(
            self,
            "command",
            ("python", "manage.py", "check", "--deploy"),
            environment={"DATABASE_URL": data.database.direct_url()},
            secrets=tasks.password(),
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:RunTask"], resources=[definition.task_definition_arn]))
        passed = [definition.task_role.role_arn, definition.obtain_execution_role().role_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=passed))
        place = scheduler.CfnSchedule.AwsVpcConfigurationProperty(
            subnets=data.network.vpc.select_subnets(subnet_group_name=TASKS.subnet_group_name).subnet_ids,
            security_groups=[data.network.tasks.security_group_id],
            assign_public_ip="DISABLED",
        )
        run = scheduler.CfnSchedule.EcsParametersProperty(
            task_definition_arn=definition.task_definition_arn,
            launch_type="FARGATE",
            network_configuration=scheduler.CfnSchedule.NetworkConfigurationProperty(awsvpc_configuration=place),
        )
        for name, times in NIGHTLY.items():
            command = {"name": SERVICE, "command": ["python", "manage.py", name]}
            scheduler.CfnSchedule(
                self,
                name.title().replace("_", ""),
                name=f"{tasks.parameters.prefix}-{name}",
                schedule_expression=times,
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=data.cluster.cluster_arn,
                    role_arn=role.role_arn,
                    ecs_parameters=run,
                    input=json.dumps({"containerOverrides": [command]}),
                ),
            )


def _service(
    scope: Construct,
    tasks: Tasks,
    name: str,
    definition: ecs.FargateTaskDefinition,
    *,
    min_healthy: int,
    max_healthy: int,
    desired_count: int | None = None,
) -> ecs.FargateService:
    group = tasks.data.network.tasks.security_group_id
    return ecs.FargateService(
        scope,
        "Service",
        service_name=f"{tasks.parameters.prefix}-{name}",
        cluster=tasks.data.cluster,
        task_definition=definition,
        vpc_subnets=TASKS,
        security_groups=[ec2.SecurityGroup.from_security_group_id(scope, "Tasks", group, mutable=False)],
        assign_public_ip=False,
        desired_count=desired_count,
        min_healthy_percent=min_healthy,
        max_healthy_percent=max_healthy,
        availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,
        circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
        propagate_tags=ecs.PropagatedTagSource.SERVICE,
    )
