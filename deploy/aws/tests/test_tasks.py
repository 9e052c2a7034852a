"""What the tasks run, may do and know."""

from __future__ import annotations

import json
import re
from typing import Any

from deploy.aws.tests.conftest import ROOT

TASKS = {"web", "worker", "scheduler", "command", "migrate", "create-roles", "operator"}
# Read by libpq, by deploy/pooler.sh and by `manage.py create_roles`.
POOLER = {"DATABASE_HOST", "DATABASE_TLS", "POOL_SIZE", "APP_PASSWORD"}
CREATE_ROLES = {"DATABASE_ADMIN_URL", "APP_PASSWORD", "OWNER_PASSWORD", "OPS_PASSWORD"}


def names(container: dict[str, Any]) -> set[str]:
    return {variable["Name"] for variable in [*container.get("Environment", []), *container.get("Secrets", [])]}


def value(container: dict[str, Any], name: str) -> str:
    """Return a variable as text, with references to other resources as JSON."""
    [found] = [variable["Value"] for variable in container["Environment"] if variable["Name"] == name]
    return json.dumps(found)


def test_variables_are_settings_that_the_service_reads(templates):
    code = "".join((ROOT / "config" / name).read_text() for name in ("settings.py", "worker.py"))
    code += (ROOT / "manage.py").read_text()
    read = set(re.findall(r"""(?:env\.\w+|environ\.get)\(["']([A-Z_]+)["']""", code))
    given = {task: names(container) for task, container in templates.containers() if container["Name"] == "service"}

    assert given.keys() == TASKS
    assert {task: names - read - {"PGPASSWORD"} for task, names in given.items()} == {
        "web": {"GRANIAN_WORKERS"},
        "create-roles": CREATE_ROLES,
        **{task: set() for task in TASKS - {"web", "create-roles"}},
    }


def test_every_task_has_what_the_settings_require(templates):
    # Read without a default, at the beginning of a line: not inside an `if`.
    required = set(re.findall(r"""^[A-Z].*env\.\w+\("([A-Z_]+)"\)""", (ROOT / "config/settings.py").read_text(), re.M))

    assert required == {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"}
    for task, container in templates.containers():
        if container["Name"] == "service":
            assert required <= names(container), task


def test_pooler_gets_what_it_reads(templates):
    poolers = {task: container for task, container in templates.containers() if container["Name"] == "pooler"}

    assert poolers.keys() == {"web", "worker"}
    for pooler in poolers.values():
        assert names(pooler) == POOLER


def test_only_migrate_has_the_owners_url(templates):
    assert [task for task, container in templates.containers() if "DATABASE_OWNER_URL" in names(container)] == [
        "migrate"
    ]


def test_passwords_reach_only_the_tasks_that_need_them(templates):
    """Also in the rights of the roles with which ECS starts the tasks."""
    roles = {name: json.dumps(policy) for name, policy in templates.of("AWS::IAM::Policy").items()}
    injected = {task: set() for task in TASKS}
    for task, container in templates.containers():
        injected[task] |= {
            secret
            for secret in ("App", "Owner", "Ops", "Signing", "Master")
            if f"Credentials{secret}" in json.dumps(container["Secrets"])
        }

    assert injected == {
        "web": {"App", "Signing"},
        "worker": {"App", "Signing"},
        "command": {"App", "Signing"},
        "operator": {"App", "Signing"},
        "scheduler": {"Signing"},
        "migrate": {"Owner", "Signing"},
        "create-roles": {"App", "Owner", "Ops", "Signing"},
    }
    assert {name for name, policy in roles.items() if "CredentialsOwner" in policy} == {
        name for name in roles if re.match("OneOff(Migrate|CreateRoles)ExecutionRole", name)
    }


def test_no_role_of_a_task_has_a_wildcard_action(templates):
    roles = {
        definition[role]["Fn::GetAtt"][0]
        for definition in templates.tasks().values()
        for role in ("TaskRoleArn", "ExecutionRoleArn")
    }
    policies = [
        policy
        for policy in templates.of("AWS::IAM::Policy").values()
        if roles & {role.get("Ref") for role in policy["Roles"]}
    ]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    actions = {action for statement in statements for action in as_list(statement["Action"])}
    anywhere = {
        action
        for statement in statements
        for action in as_list(statement["Action"])
        if "*" in as_list(statement["Resource"])
    }

    assert len(roles) == 2 * len(TASKS)
    assert actions >= {"sqs:ReceiveMessage", "s3:PutObject", "secretsmanager:GetSecretValue"}
    assert [action for action in actions if "*" in action] == []
    # AWS allows these for all resources only.
    assert {action for action in anywhere if not action.startswith("ssmmessages:")} == {"ecr:GetAuthorizationToken"}
    assert [role for name, role in templates.of("AWS::IAM::Role").items() if name in roles and "Policies" in role] == []
    assert [
        role for name, role in templates.of("AWS::IAM::Role").items() if name in roles and "ManagedPolicyArns" in role
    ] == []


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_containers_are_confined(templates):
    for task, container in templates.containers():
        assert container["ReadonlyRootFilesystem"] == (task != "operator"), task
        assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}, task
        assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"], task
        assert container["LogConfiguration"]["Options"]["mode"] == "non-blocking", task
        assert container["Essential"], task
        assert "@sha256:" in json.dumps(container["Image"]), task


def test_no_task_has_a_public_address(templates):
    services = templates.of("AWS::ECS::Service").values()
    schedules = templates.of("AWS::Scheduler::Schedule").values()
    networks = [service["NetworkConfiguration"]["AwsvpcConfiguration"] for service in services]
    networks += [
        schedule["Target"]["EcsParameters"]["NetworkConfiguration"]["AwsvpcConfiguration"] for schedule in schedules
    ]

    assert [network["AssignPublicIp"] for network in networks] == ["DISABLED"] * 5
    assert "tasksSubnet" in json.dumps(networks)
    assert "publicSubnet" not in json.dumps(networks)


def test_health_checks_are_liveness_of_the_task_and_readiness_of_the_target(templates):
    [web] = [container for task, container in templates.containers() if (task, container["Name"]) == ("web", "service")]
    groups = templates.of("AWS::ElasticLoadBalancingV2::TargetGroup").values()

    assert "/healthz" in web["HealthCheck"]["Command"][-1]
    assert [group["HealthCheckPath"] for group in groups] == ["/readyz", "/readyz"]


def test_pools_leave_connections_for_the_commands(templates):
    """Also while a deployment runs the old and the new tasks at once."""
    size = templates.size
    most = 2 * (size.web_tasks[1] * size.web_pool + size.worker_tasks[1] * size.worker_pool)
    [settings] = templates.of("AWS::RDS::DBParameterGroup").values()
    pools = {
        task: json.loads(value(container, "POOL_SIZE"))
        for task, container in templates.containers()
        if container["Name"] == "pooler"
    }

    assert pools == {"web": str(size.web_pool), "worker": str(size.worker_pool)}
    assert settings["Parameters"]["max_connections"] == str(size.max_connections)
    # Above 80 % there is an alarm.
    assert most <= 0.8 * size.max_connections


def test_two_tasks_at_least_serve_requests_in_two_zones(templates):
    targets = templates.of("AWS::ApplicationAutoScaling::ScalableTarget")
    least = {name[:3]: target["MinCapacity"] for name, target in targets.items()}
    policies = templates.of("AWS::ApplicationAutoScaling::ScalingPolicy")

    assert least == {"Web": templates.size.web_tasks[0], "Wor": templates.size.worker_tasks[0]}
    assert least["Web"] >= 2
    assert sorted(re.sub("[0-9A-F]{8}$", "", name) for name in policies) == [
        "WebServiceTaskCountRequests", "WebServiceTaskCountTargetCpu", "WorkersServiceTaskCountBacklog",
    ]  # fmt: skip


def test_sessions_are_not_logged(templates):
    """They print API keys."""
    [cluster] = templates.of("AWS::ECS::Cluster").values()

    assert cluster["Configuration"] == {"ExecuteCommandConfiguration": {"Logging": "NONE"}}
