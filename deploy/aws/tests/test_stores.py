"""No store is public or unencrypted, and no queue is without a dead-letter queue."""

from __future__ import annotations

import json

from aws_cdk.assertions import Match, Template


def test_buckets_are_private_encrypted_and_expire(templates):
    buckets = templates.of("AWS::S3::Bucket")

    assert len(buckets) == 2
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert [rule["Status"] for rule in bucket["LifecycleConfiguration"]["Rules"]] == ["Enabled"]


def test_nobody_outside_the_account_may_use_a_bucket_a_queue_or_the_topic(templates):
    policies = templates.of("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")

    assert len(policies) == 5
    for policy in policies.values():
        statements = policy["PolicyDocument"]["Statement"]
        allowed = [statement["Principal"] for statement in statements if statement["Effect"] == "Allow"]
        assert [principal for principal in allowed if principal in ("*", {"AWS": "*"})] == []
        refused = [statement["Condition"] for statement in statements if statement["Effect"] == "Deny"]
        assert refused == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_databases_are_private_encrypted_and_protected(templates):
    [settings] = templates.of("AWS::RDS::DBParameterGroup").values()
    databases = templates.of("AWS::RDS::DBInstance").values()
    [primary] = [database for database in databases if "SourceDBInstanceIdentifier" not in database]

    assert len(databases) == 2
    assert settings["Parameters"]["rds.force_ssl"] == "1"
    assert (primary["StorageEncrypted"], primary["MultiAZ"], primary["BackupRetentionPeriod"]) == (True, True, 14)
    assert primary["EngineVersion"].partition(".")[0] == "16"
    for database in databases:  # The replica is encrypted as its primary is.
        assert (database["PubliclyAccessible"], database["DeletionProtection"]) == (False, True)


def test_redis_is_encrypted(templates):
    [redis] = templates.of("AWS::ElastiCache::ReplicationGroup").values()

    assert (redis["AtRestEncryptionEnabled"], redis["TransitEncryptionEnabled"]) == (True, True)


def test_only_the_load_balancer_accepts_connections_from_anywhere(templates):
    groups = templates.of("AWS::EC2::SecurityGroup")
    rules = [rule for group in groups.values() for rule in group.get("SecurityGroupIngress", [])]
    rules += templates.of("AWS::EC2::SecurityGroupIngress").values()

    assert [(rule["CidrIp"], rule["FromPort"]) for rule in rules if "CidrIp" in rule] == [("0.0.0.0/0", 443)]
    assert [name for name, group in groups.items() if group.get("SecurityGroupIngress")] == [
        name for name in groups if name.startswith("NetworkLoadBalancer")
    ]


def test_only_public_subnets_have_a_route_to_the_internet(templates):
    routes = templates.of("AWS::EC2::Route")

    assert sorted(name[:25] for name in routes) == ["NetworkVpcpublicSubnet1De", "NetworkVpcpublicSubnet2De"]
    assert templates.of("AWS::EC2::NatGateway") == {}


def test_secrets_logs_and_alarms_are_encrypted_with_the_key(templates):
    keyed = {"AWS::SecretsManager::Secret": 5, "AWS::Logs::LogGroup": 6, "AWS::SNS::Topic": 1}

    for kind, number in keyed.items():
        resources = templates.of(kind).values()
        assert len(resources) == number
        for resource in resources:
            assert {"KmsKeyId", "KmsMasterKeyId"} & set(resource)


def test_every_queue_is_encrypted_and_has_a_dead_letter_queue(templates):
    queues = templates.of("AWS::SQS::Queue")
    redriven = [queue for queue in queues.values() if "RedrivePolicy" in queue]
    targets = {queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for queue in redriven}

    assert {queue["SqsManagedSseEnabled"] for queue in queues.values()} == {True}
    # The dead-letter queues themselves have none.
    assert {name for name, queue in queues.items() if queue not in redriven} == targets
    assert len(redriven) == 1


def test_what_holds_state_survives_its_stack(templates):
    stateful = {
        "AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key", "AWS::SecretsManager::Secret",
        "AWS::ECR::Repository",
    }  # fmt: skip

    for stack in templates.stacks.values():
        for name, resource in stack["Resources"].items():
            # RDS has a copy of the master's secret.
            if resource["Type"] in stateful and not name.startswith("ordersproductiondataDatabasePrimarySecret"):
                assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_listener_speaks_https_only(templates):
    service = Template.from_string(json.dumps(templates.stacks["orders-production-service"]))

    service.resource_count_is("AWS::ElasticLoadBalancingV2::Listener", 1)
    service.has_resource_properties("AWS::ElasticLoadBalancingV2::Listener", {"Port": 443, "Protocol": "HTTPS"})
    service.has_resource_properties(
        "AWS::WAFv2::WebACLAssociation", {"ResourceArn": {"Ref": Match.string_like_regexp("^LoadBalancer")}}
    )
