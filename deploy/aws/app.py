"""The CDK app: the stacks of one stage, and the one that lets the pipeline deploy. docs/operations.md has the steps.

`cdk.json` runs it. Parameters are context values, `cdk deploy -c stage=production -c size=large …`; `parameters.py`
describes them. Nothing is looked up in an account, so that it synthesises without one (`make aws`).
"""

from __future__ import annotations

import aws_cdk as cdk

from deploy.aws.delivery import Delivery
from deploy.aws.names import PROJECT
from deploy.aws.parameters import read
from deploy.aws.stacks import Data, Release, Service


def build(app: cdk.App) -> None:
    """Add the stacks to `app`: those of a stage if `stage` is given, the pipeline's if `repository` is given."""
    region = app.node.try_get_context("region")
    repository, stage = (app.node.try_get_context(name) for name in ("repository", "stage"))
    if not (repository or stage):
        raise ValueError("Name a stage (-c stage=…) or the pipeline's repository (-c repository=owner/name).")
    if repository:
        Delivery(app, f"{PROJECT}-delivery", repository=repository, env=cdk.Environment(region=region))
    if stage:
        parameters = read(app.node)
        environment = cdk.Environment(region=parameters.region)
        data = Data(app, f"{parameters.prefix}-data", parameters, env=environment)
        Release(app, f"{parameters.prefix}-release", parameters, data, env=environment)
        Service(app, f"{parameters.prefix}-service", parameters, data, env=environment)
    cdk.Tags.of(app).add("project", PROJECT)


if __name__ == "__main__":
    app = cdk.App()
    build(app)
    app.synth()
