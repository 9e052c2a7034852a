"""The one-off tasks of a deployment are run and judged (`deploy.aws.run`), against moto's CloudFormation and ECS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness.machine import ROOT
from harness.stack.parts import Moto

REGION = "eu-central-1"


class Account:
    """An account of moto's with the stacks of a stage, as far as `deploy.aws.run` reads them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "moto",
            "AWS_SECRET_ACCESS_KEY": "moto",
            "AWS_DEFAULT_REGION": REGION,
        }
        ec2, ecs = self.client("ec2"), self.client("ecs")
        network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for attribute in ("EnableDnsHostnames", "EnableDnsSupport"):
            ec2.modify_vpc_attribute(VpcId=network, **{attribute: {"Value": True}})
        subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="tasks", Description="tasks", VpcId=network)["GroupId"]
        ecs.create_cluster(clusterName="orders-staging")
        self._network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}}
        tasks = {name: self._define(f"orders-staging-{name}") for name in ("migrate", "create-roles", "operator")}
        self.client("logs").create_log_group(logGroupName="/orders-staging/tasks")
        self._stack(
            "data", Cluster="orders-staging", Subnets=subnet, SecurityGroup=group, LogGroup="/orders-staging/tasks"
        )
        migrate, create_roles, operator = tasks.values()
        self._stack("release", MigrateTask=migrate, CreateRolesTask=create_roles, OperatorTask=operator)
        self._stack("service", Image="orders@sha256:1")
        self.let_tasks_be("immediate")

    def client(self, service: str) -> Any:
        return boto3.client(
            service, REGION, endpoint_url=self._url, aws_access_key_id="moto", aws_secret_access_key="moto"
        )

    def let_tasks_be(self, progression: str) -> None:
        """With "immediate", tasks have stopped at once."""
        body = {"model_name": "ecs::task", "transition": {"progression": progression, "times": 1}}
        request = urllib.request.Request(
            f"{self._url}/moto-api/state-manager/set-transition",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()

    def start(self, task: str) -> str:
        """Start a task that goes on running, and return its ARN."""
        started = self.client("ecs").run_task(
            cluster="orders-staging",
            taskDefinition=f"orders-staging-{task}",
            launchType="FARGATE",
            networkConfiguration=self._network,
        )
        return started["tasks"][0]["taskArn"]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.aws.run", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def _define(self, family: str) -> str:
        defined = self.client("ecs").register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "service", "image": "orders", "memory": 512}],
        )
        return defined["taskDefinition"]["taskDefinitionArn"]

    def _stack(self, name: str, **outputs: str) -> None:
        template = {
            "Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        self.client("cloudformation").create_stack(
            StackName=f"orders-staging-{name}", TemplateBody=json.dumps(template)
        )


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    moto = Moto(Path(tmp_path_factory.mktemp("moto")) / "log")
    try:
        yield Account(moto.url)
    finally:
        moto.kill()


def test_task_that_succeeds_ends_with_status_0(account):
    done = account.run("staging", "migrate")

    assert (done.returncode, done.stderr) == (0, "")
    [task] = account.client("ecs").list_tasks(cluster="orders-staging", family="orders-staging-migrate")["taskArns"]
    assert task.startswith(f"arn:aws:ecs:{REGION}:")


def test_task_that_is_running_is_not_started_again(account):
    running = account.start("create-roles")

    refused = account.run("staging", "create-roles")

    assert (refused.returncode, refused.stderr) == (1, f"create-roles is running already: {running}\n")


def test_output_of_the_service_is_printed(account):
    found = [account.run("staging", "--output", name).stdout for name in ("Image", "PoolerImage")]

    assert found == ["orders@sha256:1\n", "\n"]


def test_stage_without_a_service_has_no_output(account):
    assert account.run("production", "--output", "Image").stdout == "\n"


@pytest.mark.parametrize(
    "arguments", [[], ["staging"], ["staging", "unknown"], ["staging", "migrate", "--output", "x"]]
)
def test_wrong_arguments_are_refused(account, arguments):
    done = account.run(*arguments)

    assert done.returncode == 2
    assert "usage:" in done.stderr
