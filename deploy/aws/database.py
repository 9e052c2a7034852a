"""RDS PostgreSQL: a primary with a standby in the other zone, and a replica for reports and exports."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from deploy.aws.exceptions import accept
from deploy.aws.network import POSTGRESQL, STORES, Network
from deploy.aws.parameters import APP_ROLE, DATABASE, MASTER
from deploy.aws.sizes import Size
from deploy.aws.telemetry import Telemetry

ENGINE = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_16_13)
# Statements and the details of errors contain customers' data, and passwords while roles are created. Performance
# Insights shows slow statements without their values instead.
LOG_WITHOUT_ROWS = {"log_statement": "none", "log_min_error_statement": "panic", "log_error_verbosity": "terse"}


class Database(Construct):
    """`primary`, `replica`, and `master`, the secret of the role that RDS creates."""

    def __init__(self, scope: Construct, *, prefix: str, network: Network, key: kms.IKey, log: Telemetry, size: Size):
        super().__init__(scope, "Database")
        settings = rds.ParameterGroup(
            self,
            "Settings",
            engine=ENGINE,
            parameters={"rds.force_ssl": "1", "max_connections": str(size.max_connections), **LOG_WITHOUT_ROWS},
        )
        shared = {
            "instance_type": ec2.InstanceType(size.database),
            "vpc": network.vpc,
            "vpc_subnets": STORES,
            "security_groups": [network.database],
            "publicly_accessible": False,
            "parameter_group": settings,
            "storage_type": rds.StorageType.GP3,
            "max_allocated_storage": size.max_storage,
            "auto_minor_version_upgrade": True,
            "ca_certificate": rds.CaCertificate.RDS_CA_RSA2048_G1,
            "cloudwatch_logs_exports": ["postgresql", "upgrade"],
            "copy_tags_to_snapshot": True,
            "deletion_protection": True,
            "removal_policy": RemovalPolicy.RETAIN,
            "enable_performance_insights": True,
            "performance_insight_encryption_key": key,
            "monitoring_interval": Duration.minutes(1),
        }
        self.primary = rds.DatabaseInstance(
            self,
            "Primary",
            instance_identifier=prefix,
            engine=ENGINE,
            database_name=DATABASE,
            credentials=rds.Credentials.from_generated_secret(
                MASTER, secret_name=f"{prefix}/{MASTER}", encryption_key=key
            ),
            multi_az=True,
            storage_encryption_key=key,  # also of its replica, which RDS encrypts as it is
            allocated_storage=size.storage,
            backup_retention=Duration.days(14),  # of point-in-time recovery
            delete_automated_backups=False,
            preferred_backup_window="01:00-02:00",
            preferred_maintenance_window="sun:03:00-sun:04:00",
            **shared,
        )  # fmt: skip
        self.replica = rds.DatabaseInstanceReadReplica(
            self,
            "Replica",
            instance_identifier=f"{prefix}-replica",
            source_database_instance=self.primary,
            **shared,
        )
        # RDS would create the groups of its logs itself, without an end of their retention.
        for name, instance in (("Primary", self.primary), ("Replica", self.replica)):
            for kind in ("postgresql", "upgrade"):
                path = f"/aws/rds/instance/{prefix}{'' if name == 'Primary' else '-replica'}/{kind}"
                instance.node.add_dependency(log.group(f"{name}{kind.title()}", path))
        self.master = self.primary.secret
        passwords = "PgBouncer needs a password; the tokens of IAM are valid for 15 minutes only"
        accept(self.primary, CKV_AWS_161=passwords)
        accept(
            self.replica,
            CKV_AWS_16="RDS encrypts the replica with the key of its primary, and refuses a setting of its own",
            CKV_AWS_157="While the replica is away, reports and exports read the primary",
        )

    @property
    def pooled_url(self) -> str:
        """DATABASE_URL of a task with a PgBouncer of its own. URLs name no password: see credentials.py."""
        return f"postgres://{APP_ROLE}@127.0.0.1:6432/{DATABASE}"

    @property
    def replica_url(self) -> str:
        return self._url(APP_ROLE, self.replica.db_instance_endpoint_address)

    def direct_url(self, role: str = APP_ROLE) -> str:
        """The primary's URL without a pooler, for commands."""
        return self._url(role, self.primary.db_instance_endpoint_address)

    @staticmethod
    def _url(role: str, host: str) -> str:
        # To verify the server's certificate as well, the images need the certificates of RDS (sslmode=verify-full).
        return f"postgres://{role}@{host}:{POSTGRESQL}/{DATABASE}?sslmode=require"
