"""S3: the files of exports, and the access logs of the load balancer."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from deploy.aws.exceptions import accept

PREFIX = "files"


class Storage(Construct):
    """`exports` holds customers' data for two days at most, `logs` who asked for what for three months."""

    def __init__(self, scope: Construct, *, key: kms.IKey) -> None:
        super().__init__(scope, "Storage")
        self.key = key
        # Load balancers cannot write to a bucket with a key of ours.
        self.logs = self._bucket("Logs", days=90, encryption=s3.BucketEncryption.S3_MANAGED)
        self.exports = self._bucket(
            "Exports",
            days=2,  # in case `expire_exports` does not run
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix="exports/",
        )
        accept(self.logs, CKV_AWS_18="It holds the logs itself", CKV_AWS_21="Nobody overwrites a log")
        accept(self.exports, CKV_AWS_21="A version would keep a customer's data after its export was deleted")

    def _bucket(self, name: str, *, days: int, **options: object) -> s3.Bucket:
        rule = s3.LifecycleRule(
            expiration=Duration.days(days), abort_incomplete_multipart_upload_after=Duration.days(1)
        )
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            lifecycle_rules=[rule],
            removal_policy=RemovalPolicy.RETAIN,
            **options,
        )

    @property
    def place(self) -> str:
        """EXPORTS_STORAGE."""
        return f"s3://{self.exports.bucket_name}/{PREFIX}"
