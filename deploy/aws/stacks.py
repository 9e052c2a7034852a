"""The stacks of a stage, in the order of their deployment.

A release deploys `Release`, runs its task `migrate`, and then deploys `Service`. If they were one stack, new web tasks
would start before the tables are theirs. Only `Data` holds state, and releases do not touch it.
"""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from deploy.aws import alarms
from deploy.aws.alarms import Alarms
from deploy.aws.cache import Cache
from deploy.aws.credentials import Credentials
from deploy.aws.dashboard import Dashboard
from deploy.aws.database import Database
from deploy.aws.metrics import Metrics
from deploy.aws.network import TASKS, Network
from deploy.aws.oneoff import OneOff
from deploy.aws.parameters import Parameters
from deploy.aws.queues import Queues
from deploy.aws.storage import Storage
from deploy.aws.tasks import Tasks
from deploy.aws.telemetry import Telemetry
from deploy.aws.waf import Firewall
from deploy.aws.web import LoadBalancer, Web
from deploy.aws.workers import Nightly, Scheduler, Workers


class Data(Stack):
    """The network, the stores, the secrets, and where logs and alarms go."""

    def __init__(self, scope: Construct, name: str, parameters: Parameters, **options: object) -> None:
        super().__init__(scope, name, termination_protection=True, **options)
        prefix, size = parameters.prefix, parameters.size
        self.credentials = Credentials(self, prefix=prefix)
        key = self.credentials.key
        self.telemetry = Telemetry(self, prefix=prefix, key=key, email=parameters.alarm_email)
        self.network = Network(self, log=self.telemetry.traffic)
        self.database = Database(
            self, prefix=prefix, network=self.network, key=key, log=self.telemetry, size=size
        )  # fmt: skip
        self.cache = Cache(self, prefix=prefix, network=self.network, key=key, size=size)
        self.queues = Queues(self, prefix=prefix)
        self.storage = Storage(self, key=key)
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=prefix,
            vpc=self.network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
            # Otherwise a session's output would be in the log of its task: API keys, for example.
            execute_command_configuration=ecs.ExecuteCommandConfiguration(logging=ecs.ExecuteCommandLogging.NONE),
        )
        subnets = self.network.vpc.select_subnets(subnet_group_name=TASKS.subnet_group_name).subnet_ids
        # What `aws ecs run-task` needs.
        _outputs(
            self,
            Cluster=self.cluster.cluster_name,
            Subnets=",".join(subnets),
            SecurityGroup=self.network.tasks.security_group_id,
            LogGroup=self.telemetry.log.log_group_name,
        )


class Release(Stack):
    """The one-off tasks of a version. They run before its `Service` is deployed."""

    def __init__(self, scope: Construct, name: str, parameters: Parameters, data: Data, **options: object) -> None:
        super().__init__(scope, name, **options)
        OneOff(self, tasks=Tasks(parameters, data))


class Service(Stack):
    """What serves requests and does jobs, and what watches it."""

    def __init__(self, scope: Construct, name: str, parameters: Parameters, data: Data, **options: object) -> None:
        super().__init__(scope, name, **options)
        prefix, tasks = parameters.prefix, Tasks(parameters, data)
        balancer = LoadBalancer(self, tasks=tasks)
        arn = balancer.balancer.load_balancer_arn
        Firewall(self, prefix=prefix, load_balancer=arn, log=data.telemetry.traffic)
        metrics = Metrics(
            namespace=prefix,
            balancer=balancer.balancer,
            groups=balancer.groups,
            primary=data.database.primary,
            replica=data.database.replica,
            jobs=data.queues.jobs,
            dead_letters=data.queues.dead_letters,
        )
        watching = Alarms(
            self,
            prefix=prefix,
            topic=data.telemetry.topic,
            metrics=metrics,
            size=parameters.size,
            log=data.telemetry.log,
        )
        web = Web(self, tasks=tasks, balancer=balancer, alarms=alarms.names(prefix))
        web.node.add_dependency(watching)
        workers, scheduler = Workers(self, tasks=tasks), Scheduler(self, tasks=tasks)
        Nightly(self, tasks=tasks)
        services = [web.service, workers.service, scheduler.service]
        Dashboard(self, prefix=prefix, metrics=metrics, alarms=watching, services=services)
        _outputs(
            self,
            LoadBalancer=balancer.balancer.load_balancer_dns_name,  # what the domain's record points to
            WebService=web.service.service_name,
            # What a rollback deploys again.
            Image=parameters.image.uri,
            PoolerImage=parameters.pooler_image.uri,
        )


def _outputs(stack: Stack, **values: str) -> None:
    for name, value in values.items():
        CfnOutput(stack, f"{name}Output", value=value).override_logical_id(name)
