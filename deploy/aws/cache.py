"""ElastiCache: the Redis that the service's processes share."""

from __future__ import annotations

from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from constructs import Construct

from deploy.aws.exceptions import accept
from deploy.aws.network import REDIS, STORES, Network
from deploy.aws.sizes import Size


class Cache(Construct):
    """One node without persistence: all entries can be lost, and requests are served without it meanwhile."""

    def __init__(self, scope: Construct, *, prefix: str, network: Network, key: kms.IKey, size: Size) -> None:
        super().__init__(scope, "Cache")
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description=f"Redis of {prefix}",
            subnet_ids=network.vpc.select_subnets(subnet_group_name=STORES.subnet_group_name).subnet_ids,
        )
        self.group = elasticache.CfnReplicationGroup(
            self,
            "Redis",
            replication_group_id=prefix,
            replication_group_description=f"Limits, revoked keys and cached reports of {prefix}",
            engine="redis",
            engine_version="7.1",
            cache_node_type=f"cache.{size.cache}",
            num_cache_clusters=1,
            automatic_failover_enabled=False,
            cache_subnet_group_name=subnets.ref,
            security_group_ids=[network.cache.security_group_id],
            at_rest_encryption_enabled=True,
            kms_key_id=key.key_id,
            transit_encryption_enabled=True,
            auto_minor_version_upgrade=True,
            snapshot_retention_limit=0,
        )
        accept(self.group, CKV_AWS_31="Only tasks can connect, and each of them would have the token")

    @property
    def url(self) -> str:
        """CACHE_URL. It names no password: see the exception above."""
        return f"rediss://{self.group.attr_primary_end_point_address}:{REDIS}/0"
