"""Task definitions: what all tasks of the service have in common. One image runs them all.

Their root file systems are read-only, they have no Linux capabilities, and they write to /tmp only, a volume that
vanishes with the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from deploy.aws import storage
from deploy.aws.parameters import Image, Parameters
from deploy.aws.rights import RIGHTS

if TYPE_CHECKING:
    from deploy.aws.stacks import Data

SERVICE, POOLER = "service", "pooler"  # names of the containers
METRICS = "ECS/ContainerInsights"

# Variable → the secret, and the field of it that ECS injects.
Secrets = Mapping[str, tuple[secretsmanager.ISecret, str]]


class Tasks:
    """Makes the task definitions of one stage."""

    def __init__(self, parameters: Parameters, data: Data) -> None:
        self.parameters, self.data = parameters, data

    def define(
        self,
        scope: Construct,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        secrets: Secrets,
        may: Sequence[iam.PolicyStatement] = (),
        cpu: int = 512,
        memory: int = 1024,
        pool: int = 0,
        read_only: bool = True,
        health: Sequence[str] = (),
        stop_seconds: int = 30,
        port: int | None = None,
    ) -> ecs.FargateTaskDefinition:
        """Return a task definition `name` that runs `command`.

        Its role has the rights of its name in rights.py, and `may`. With `pool`, a PgBouncer of so many connections to
        the primary runs beside it. `health` is a command that checks its health, `port` one that it listens on.
        """
        definition = ecs.FargateTaskDefinition(
            scope, _title(name), family=f"{self.parameters.prefix}-{name}", cpu=cpu, memory_limit_mib=memory
        )
        for statement in [*self._rights(name), *may]:
            definition.add_to_task_role_policy(statement)
        container = definition.add_container(
            SERVICE,
            image=_image(definition, "Image", self.parameters.image),
            command=[*command],
            environment={**self._shared_environment(), **environment},
            secrets=self._inject(definition, {**self._shared_secrets(), **secrets}),
            health_check=_check(health, start=30) if health else None,
            stop_timeout=Duration.seconds(stop_seconds),
            port_mappings=[ecs.PortMapping(container_port=port)] if port else None,
            **self._confined(definition, SERVICE, name, read_only=read_only),
        )
        _mount_tmp(definition, container)
        if pool:
            pooler = self._add_pooler(definition, name, pool)
            container.add_container_dependencies(
                ecs.ContainerDependency(container=pooler, condition=ecs.ContainerDependencyCondition.HEALTHY)
            )
        return definition

    def password(self) -> Secrets:
        """The password of the service's role, for the URLs without one (see credentials.py)."""
        return {"PGPASSWORD": (self.data.credentials.app, "password")}

    def pooled(self) -> dict[str, str]:
        """The databases of a task with a pooler."""
        database = self.data.database
        return {"DATABASE_URL": database.pooled_url, "DATABASE_REPLICA_URL": database.replica_url}

    def _rights(self, task: str) -> list[iam.PolicyStatement]:
        data = self.data
        resources = {
            "jobs": data.queues.jobs.queue_arn,
            "dead letters": data.queues.dead_letters.queue_arn,
            "files": data.storage.exports.arn_for_objects(f"{storage.PREFIX}/*"),
            "bucket": data.storage.exports.bucket_arn,
            "key": data.credentials.key.key_arn,
        }
        # The key also encrypts the secrets.
        files_only = {"StringEquals": {"kms:ViaService": f"s3.{self.parameters.region}.amazonaws.com"}}
        return [
            iam.PolicyStatement(
                actions=[*actions], resources=[resources[name]], conditions=files_only if name == "key" else None
            )
            for name, actions in RIGHTS.get(task, {}).items()
        ]

    def _shared_environment(self) -> dict[str, str]:
        data = self.data
        return {
            "ALLOWED_HOSTS": self.parameters.domain,
            "TRUST_X_FORWARDED_PROTO": "on",
            "CACHE_URL": data.cache.url,
            "REPORT_CACHE_SECONDS": "30",
            "QUEUE_URL": data.queues.jobs.queue_url,
            "DEAD_LETTER_QUEUE_URL": data.queues.dead_letters.queue_url,
            "EXPORTS_STORAGE": data.storage.place,
            "AWS_DEFAULT_REGION": self.parameters.region,
            "METRICS_NAMESPACE": self.parameters.prefix,
        }

    def _shared_secrets(self) -> Secrets:
        signing = self.data.credentials.signing
        return {"SECRET_KEY": (signing, "current"), "SECRET_KEY_FALLBACKS": (signing, "former")}

    def _inject(self, definition: ecs.FargateTaskDefinition, secrets: Secrets) -> dict[str, ecs.Secret]:
        """Let ECS read the secrets when it starts the task; the task itself may not."""
        # By their names only: the originals' key would name this task's role, which belongs to a later stack.
        by_name = secretsmanager.Secret.from_secret_complete_arn
        injected = {
            variable: ecs.Secret.from_secrets_manager(by_name(definition, variable, secret.secret_arn), field)
            for variable, (secret, field) in secrets.items()
        }
        definition.add_to_execution_role_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[self.data.credentials.key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"secretsmanager.{self.parameters.region}.amazonaws.com"}
                },
            )
        )
        return injected

    def _add_pooler(self, definition: ecs.FargateTaskDefinition, name: str, size: int) -> ecs.ContainerDefinition:
        probe = "import socket; socket.create_connection(('127.0.0.1', 6432), 3)"
        pooler = definition.add_container(
            POOLER,
            image=_image(definition, "PoolerImage", self.parameters.pooler_image),
            environment={
                "DATABASE_HOST": self.data.database.primary.db_instance_endpoint_address,
                "DATABASE_TLS": "require",
                "POOL_SIZE": str(size),
            },
            secrets=self._inject(definition, {"APP_PASSWORD": (self.data.credentials.app, "password")}),
            health_check=_check(("python3", "-c", probe), start=10),
            **self._confined(definition, POOLER, f"{name}-pooler", read_only=True),
        )
        _mount_tmp(definition, pooler)
        return pooler

    def _confined(self, scope: Construct, container: str, stream: str, *, read_only: bool) -> dict[str, object]:
        linux = ecs.LinuxParameters(scope, f"{_title(container)}Linux", init_process_enabled=True)
        linux.drop_capabilities(ecs.Capability.ALL)
        # While CloudWatch is unavailable, lines are dropped; otherwise processes would wait for it.
        log = ecs.LogDrivers.aws_logs(
            stream_prefix=stream, log_group=self.data.telemetry.log, mode=ecs.AwsLogDriverMode.NON_BLOCKING
        )
        return {"logging": log, "linux_parameters": linux, "readonly_root_filesystem": read_only}


def _title(name: str) -> str:
    return name.title().replace("-", "")


def _check(command: Sequence[str], *, start: int) -> ecs.HealthCheck:
    return ecs.HealthCheck(
        command=["CMD", *command],
        interval=Duration.seconds(10),
        timeout=Duration.seconds(5),
        retries=3,
        start_period=Duration.seconds(start),
    )


def _image(scope: Construct, name: str, image: Image) -> ecs.ContainerImage:
    repository = ecr.Repository.from_repository_attributes(
        scope, name, repository_arn=image.repository_arn, repository_name=image.repository
    )
    return ecs.ContainerImage.from_ecr_repository(repository, image.digest)


def _mount_tmp(definition: ecs.FargateTaskDefinition, container: ecs.ContainerDefinition) -> None:
    volume = f"{container.container_name}-tmp"
    definition.add_volume(name=volume)
    container.add_mount_points(ecs.MountPoint(container_path="/tmp", source_volume=volume, read_only=False))  # noqa: S108
