"""The parameters of a deployment, and who may deploy."""

from __future__ import annotations

import json

import aws_cdk as cdk
import pytest

from deploy.aws.app import build
from deploy.aws.parameters import read
from deploy.aws.run import TASKS
from deploy.aws.synthesise import SAMPLE
from deploy.aws.tests.conftest import Templates

GOOD = {**SAMPLE, "size": "small"}


@pytest.mark.parametrize("name", ["size", "region", "domain", "certificate", "image", "pooler_image"])
def test_missing_parameter_is_named(name):
    context = {key: value for key, value in GOOD.items() if key != name}

    with pytest.raises(ValueError, match=f"missing: {name} "):
        read(cdk.App(context=context).node)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stage", "Production!"),
        ("size", "huge"),
        ("image", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/orders:latest"),
        ("pooler_image", "docker.io/library/pgbouncer@sha256:" + "0" * 64),
    ],
)
def test_malformed_parameter_is_refused(name, value):
    with pytest.raises(ValueError, match=f"^{name} has to be"):
        read(cdk.App(context={**GOOD, name: value}).node)


def test_app_without_stage_or_repository_is_refused():
    with pytest.raises(ValueError, match="Name a stage"):
        build(cdk.App())


def test_image_is_the_one_that_was_named(templates):
    images = {json.dumps(container["Image"]) for _, container in templates.containers()}

    assert len(images) == 2
    for parameter in ("image", "pooler_image"):
        assert [image for image in images if SAMPLE[parameter].partition("/")[2] in image]


def test_service_names_its_images_for_a_rollback(templates):
    outputs = templates.stacks["orders-production-service"]["Outputs"]

    found = outputs["Image"]["Value"], outputs["PoolerImage"]["Value"]
    assert found == (SAMPLE["image"], SAMPLE["pooler_image"])


def test_programs_find_the_outputs_that_they_read(templates):
    release = templates.stacks["orders-production-release"]["Outputs"]
    data = templates.stacks["orders-production-data"]["Outputs"]

    assert {*TASKS.values()} <= {*release}
    assert {"Cluster", "Subnets", "SecurityGroup", "LogGroup"} <= {*data}


def test_sizes_have_the_same_parts():
    small, large = (Templates(size) for size in ("small", "large"))

    for stack, template in small.stacks.items():
        types = {name: resource["Type"] for name, resource in template["Resources"].items()}
        # A task definition's and a parameter group's name does not depend on its numbers.
        assert types == {name: resource["Type"] for name, resource in large.stacks[stack]["Resources"].items()}
    assert small.stacks["orders-production-data"] != large.stacks["orders-production-data"]


def test_roles_of_the_pipeline_belong_to_the_repository(templates):
    roles = templates.of("AWS::IAM::Role")
    subjects = {}
    for role in roles.values():
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        if "Federated" in statement["Principal"]:
            claims = statement["Condition"]["StringEquals"]
            subjects[role["RoleName"]] = claims["token.actions.githubusercontent.com:sub"]
            assert claims["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"

    assert subjects == {
        "orders-publish": "repo:example/orders:ref:refs/heads/main",
        "orders-deploy-staging": "repo:example/orders:environment:staging",
        "orders-deploy-production": "repo:example/orders:environment:production",
    }


def test_pipeline_may_run_only_the_tasks_of_a_release(templates):
    policies = templates.stacks["orders-delivery"]["Resources"].values()
    running = [
        statement
        for policy in policies
        if policy["Type"] == "AWS::IAM::Policy"
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "ecs:RunTask"
    ]

    assert len(running) == 2
    for statement in running:
        tasks = {json.dumps(resource).split("/")[-1].rstrip('"]}') for resource in statement["Resource"]}
        assert {task.split("-", 2)[2] for task in tasks} == {"migrate:*", "create-roles:*"}
        assert "ArnEquals" in statement["Condition"]
