"""The key that encrypts the stores, and the secrets that ECS injects into tasks.

A role's secret holds its name and password, and there is no other copy. A task gets the password as PGPASSWORD, which
libpq uses for URLs without one, so DATABASE_URL is no secret. A secret with a complete URL would copy the address of
the server and the password, and each copy would be out of date after a rotation. To rotate: put a new password into
the secret, run the task `create_roles`, which sets it in the database, and start new tasks.
"""

from __future__ import annotations

import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from deploy.aws.parameters import APP_ROLE, OPS_ROLE, OWNER_ROLE


class Credentials(Construct):
    """`app`, `owner` and `ops` hold the passwords of the roles, `signing` the keys for SECRET_KEY and its fallbacks."""

    def __init__(self, scope: Construct, *, prefix: str) -> None:
        super().__init__(scope, "Credentials")
        self.prefix = prefix
        self.key = kms.Key(
            self, "Key", alias=prefix, enable_key_rotation=True, removal_policy=RemovalPolicy.RETAIN,
            description=f"Database, files, secrets, logs and alarms of {prefix}",
        )  # fmt: skip
        region = Stack.of(self).region
        # CloudWatch encrypts logs, and publishes alarms to the encrypted topic.
        for service in (f"logs.{region}.amazonaws.com", "cloudwatch.amazonaws.com"):
            self.key.grant_encrypt_decrypt(iam.ServicePrincipal(service))
        self.app = self._password("App", APP_ROLE)
        self.owner = self._password("Owner", OWNER_ROLE)
        self.ops = self._password("Ops", OPS_ROLE)
        self.signing = self._secret("Signing", f"{prefix}/signing", {"former": ""}, "current", 50)

    def _password(self, name: str, role: str) -> secretsmanager.Secret:
        return self._secret(name, f"{self.prefix}/{role}", {"username": role}, "password", 40)

    def _secret(
        self, name: str, path: str, fixed: dict[str, str], generated: str, length: int
    ) -> secretsmanager.Secret:
        value = secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(fixed),
            generate_string_key=generated,
            password_length=length,
            exclude_punctuation=True,
        )
        return secretsmanager.Secret(
            self,
            name,
            secret_name=path,
            generate_secret_string=value,
            encryption_key=self.key,
            removal_policy=RemovalPolicy.RETAIN,
        )
