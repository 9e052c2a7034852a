"""The network: a VPC over two zones, and who may connect to whom."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

HTTPS, WEB, POSTGRESQL, REDIS = 443, 8000, 5432, 6379
PUBLIC, TASKS, STORES = (ec2.SubnetSelection(subnet_group_name=name) for name in ("public", "tasks", "stores"))


class Network(Construct):
    """Tasks and stores have no route to the Internet, in either direction: only the load balancer has one.

    Tasks reach the services of AWS through endpoints in the VPC. So there is no NAT gateway, and code that is taken
    over cannot send data elsewhere.
    """

    def __init__(self, scope: Construct, *, log: logs.ILogGroup) -> None:
        super().__init__(scope, "Network")
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/16"),
            max_azs=2,
            nat_gateways=0,
            restrict_default_security_group=False,  # That takes a Lambda function. Nothing uses the default group.
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name="tasks", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=20),
                ec2.SubnetConfiguration(name="stores", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
        )
        recorder = iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        destination = ec2.FlowLogDestination.to_cloud_watch_logs(log, recorder)
        self.vpc.add_flow_log("Refused", destination=destination, traffic_type=ec2.FlowLogTrafficType.REJECT)

        self.load_balancer = self._group("LoadBalancer", "clients to the load balancer")
        self.tasks = self._group("Tasks", "all tasks")
        self.database = self._group("Database", "the primary and its replica")
        self.cache = self._group("Cache", "Redis")
        endpoints = self._group("Endpoints", "services of AWS")
        self.load_balancer.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(HTTPS), "clients")
        self._allow(self.load_balancer, self.tasks, WEB, "requests and health checks")
        self._allow(self.tasks, self.database, POSTGRESQL, "statements")
        self._allow(self.tasks, self.cache, REDIS, "shared state")
        self._allow(self.tasks, endpoints, HTTPS, "services of AWS")
        # S3's endpoint is a route, not a network interface, so no group can name it. No other address has a route.
        self.tasks.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(HTTPS), "S3")

        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3, subnets=[TASKS])
        for name, service in {
            "Images": ec2.InterfaceVpcEndpointAwsService.ECR,
            "Registry": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
            "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
            "Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            "Queues": ec2.InterfaceVpcEndpointAwsService.SQS,
            "Sessions": ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,  # of an operator, see oneoff.py
        }.items():
            self.vpc.add_interface_endpoint(
                name, service=service, subnets=TASKS, security_groups=[endpoints], open=False
            )

    def _group(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, name, vpc=self.vpc, description=description, allow_all_outbound=False)

    @staticmethod
    def _allow(source: ec2.SecurityGroup, target: ec2.SecurityGroup, port: int, why: str) -> None:
        target.add_ingress_rule(source, ec2.Port.tcp(port), why)
        source.add_egress_rule(target, ec2.Port.tcp(port), why)
