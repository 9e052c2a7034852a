"""The load balancer, and the web tasks behind it, which are deployed blue/green."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from deploy.aws import scaling
from deploy.aws.network import HTTPS, PUBLIC, TASKS, WEB
from deploy.aws.parameters import Parameters
from deploy.aws.tasks import SERVICE, Tasks

CANARY_PERCENT = 10  # of the requests go to a new version
CANARY = BAKE = Duration.minutes(10)  # for so long, and for so long the old version waits to be needed again
PROBE = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{WEB}/healthz', timeout=3)"


class LoadBalancer(Construct):
    """Speaks HTTPS only: plain HTTP is not even redirected, because a redirected POST arrives without its body."""

    def __init__(self, scope: Construct, *, tasks: Tasks) -> None:
        super().__init__(scope, "LoadBalancer")
        parameters, data = tasks.parameters, tasks.data
        self.balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            load_balancer_name=parameters.prefix,
            vpc=data.network.vpc,
            vpc_subnets=PUBLIC,
            internet_facing=True,
            security_group=_fixed(self, "Clients", data.network.load_balancer),
            deletion_protection=True,
            drop_invalid_header_fields=True,
            idle_timeout=Duration.seconds(30),
        )
        self.balancer.log_access_logs(data.storage.logs, "balancer")
        self.groups = [self._group(parameters, name) for name in ("blue", "green")]
        listener = self.balancer.add_listener(
            "Https",
            port=HTTPS,
            open=False,  # Its security group is open already.
            certificates=[acm.Certificate.from_certificate_arn(self, "Certificate", parameters.certificate)],
            ssl_policy=elb.SslPolicy.RECOMMENDED_TLS,
            default_action=elb.ListenerAction.fixed_response(404),
        )
        blue, green = self.groups
        # Deployments change the weights.
        self.rule = elb.ApplicationListenerRule(
            self,
            "Requests",
            listener=listener,
            priority=1,
            conditions=[elb.ListenerCondition.host_headers([parameters.domain])],
            action=elb.ListenerAction.weighted_forward(
                [
                    elb.WeightedTargetGroup(target_group=blue, weight=100),
                    elb.WeightedTargetGroup(target_group=green, weight=0),
                ]
            ),
        )

    def _group(self, parameters: Parameters, name: str) -> elb.ApplicationTargetGroup:
        # As deploy/haproxy.cfg checks it.
        check = elb.HealthCheck(
            path="/readyz",
            interval=Duration.seconds(5),
            timeout=Duration.seconds(4),
            healthy_threshold_count=2,
            unhealthy_threshold_count=2,
            healthy_http_codes="200",
        )
        return elb.ApplicationTargetGroup(
            self,
            name.title(),
            target_group_name=f"{parameters.prefix}-{name}",
            vpc=self.balancer.vpc,
            port=WEB,
            protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.IP,
            health_check=check,
            deregistration_delay=Duration.seconds(30),
            load_balancing_algorithm_type=elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
        )


def _shift(parameters: Parameters) -> dict[str, object]:
    """How requests move to the new tasks. In a rollback, 90 % would otherwise stay with the faulty version."""
    if parameters.is_rollback:
        return {"deployment_strategy": ecs.DeploymentStrategy.BLUE_GREEN}
    return {
        "deployment_strategy": ecs.DeploymentStrategy.CANARY,
        "canary_configuration": ecs.TrafficShiftConfig(step_percent=CANARY_PERCENT, step_bake_time=CANARY),
    }


class Web(Construct):
    def __init__(self, scope: Construct, *, tasks: Tasks, balancer: LoadBalancer, alarms: Sequence[str]) -> None:
        """`alarms` are the names of those that roll a deployment back."""
        super().__init__(scope, "Web")
        parameters, data = tasks.parameters, tasks.data
        size = parameters.size
        definition = tasks.define(
            self,
            "web",
            ("python", "-m", "config.serve"),
            environment={**tasks.pooled(), "GRANIAN_WORKERS": str(max(1, size.web_cpu // 1024))},
            secrets=tasks.password(),
            cpu=size.web_cpu,
            memory=size.web_memory,
            pool=size.web_pool,
            health=("python", "-c", PROBE),
            port=WEB,
        )
        # ECS deploys blue/green itself: unlike CodeDeploy, it needs no second description of the deployment, and
        # `cdk deploy` fails if the deployment was rolled back.
        self.service = ecs.FargateService(
            self,
            "Service",
            service_name=f"{parameters.prefix}-web",
            cluster=data.cluster,
            task_definition=definition,
            vpc_subnets=TASKS,
            security_groups=[_fixed(self, "Tasks", data.network.tasks)],
            assign_public_ip=False,
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=Duration.seconds(60),
            **_shift(parameters),
            bake_time=BAKE,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            deployment_alarms=ecs.DeploymentAlarmConfig(
                alarm_names=[*alarms], behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM
            ),
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        blue, green = balancer.groups
        target = self.service.load_balancer_target(
            container_name=SERVICE,
            container_port=WEB,
            alternate_target=ecs.AlternateTarget(
                "Green",
                alternate_target_group=green,
                production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(balancer.rule),
            ),
        )
        target.attach_to_application_target_group(blue)
        # CDK names the rule twice, as a property and as a dependency.
        self.service.node.default_child.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3005"]}})
        count = scaling.scale(self.service, size.web_tasks)
        count.scale_on_cpu_utilization("Cpu", target_utilization_percent=60)
        requests = scaling.load(
            "AWS/ApplicationELB", "RequestCount", "Sum", LoadBalancer=balancer.balancer.load_balancer_full_name
        )
        scaling.track_per_task(count, self.service, "Requests", metric=requests, target=size.requests_per_task)


def _fixed(scope: Construct, name: str, group: ec2.ISecurityGroup) -> ec2.ISecurityGroup:
    """Return a group of the network, to which CDK adds no rules of its own: network.py has them all."""
    return ec2.SecurityGroup.from_security_group_id(scope, name, group.security_group_id, mutable=False)
