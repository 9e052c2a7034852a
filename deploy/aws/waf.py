"""WAF in front of the load balancer: rules that AWS maintains, and a limit of requests per address."""

from __future__ import annotations

from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

# Twice what one tenant may send (REQUESTS_PER_MINUTE), so that a tenant gets the service's own 429, with its
# Retry-After, and only floods get this one.
REQUESTS_PER_MINUTE = 12_000
# The rules of AWS, and those of their rules that only count: bodies may have a megabyte here, not just 8 KiB.
MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": [],
    "AWSManagedRulesKnownBadInputsRuleSet": [],
    "AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY"],
}


class Firewall(Construct):
    def __init__(self, scope: Construct, *, prefix: str, load_balancer: str, log: logs.ILogGroup) -> None:
        """Protect the load balancer with that ARN; log blocked requests to `log`."""
        super().__init__(scope, "Firewall")
        acl = waf.CfnWebACL(
            self,
            "Rules",
            name=prefix,
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible("all"),
            rules=[_rate(0), *(_managed(n, name, counted) for n, (name, counted) in enumerate(MANAGED.items(), 1))],
        )
        waf.CfnWebACLAssociation(self, "LoadBalancer", resource_arn=load_balancer, web_acl_arn=acl.attr_arn)
        waf.CfnLoggingConfiguration(
            self,
            "Log",
            resource_arn=acl.attr_arn,
            log_destination_configs=[log.log_group_arn],
            redacted_fields=[{"SingleHeader": {"Name": "authorization"}}],  # the API key
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")],
                    }
                ],
            },
        )


def _rate(priority: int) -> waf.CfnWebACL.RuleProperty:
    limit = waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=REQUESTS_PER_MINUTE, evaluation_window_sec=60
    )
    refusal = waf.CfnWebACL.CustomResponseProperty(response_code=429)
    return waf.CfnWebACL.RuleProperty(
        name="requests-per-address",
        priority=priority,
        action=waf.CfnWebACL.RuleActionProperty(block=waf.CfnWebACL.BlockActionProperty(custom_response=refusal)),
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=limit),
        visibility_config=_visible("requests-per-address"),
    )


def _managed(priority: int, name: str, counted: list[str]) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count={})
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[
            waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted
        ]
        or None,
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    # Samples of requests would show API keys in the console.
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
