"""Run a one-off task of a stage (deploy/aws/oneoff.py).

    python -m deploy.aws.run STAGE migrate          or create-roles: wait for its end and print its log
    python -m deploy.aws.run STAGE operator         wait for its start and print the command that opens a session
    python -m deploy.aws.run STAGE --output NAME    print an output of the service stack, or an empty line

The exit status is 1 if the task failed or did not start, or if `migrate` or `create-roles` is running already.
Credentials and region are those of boto3.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

from deploy.aws.names import PROJECT

TASKS = {"migrate": "MigrateTask", "create-roles": "CreateRolesTask", "operator": "OperatorTask"}
CONTAINER = "service"
SECONDS, ATTEMPTS = 10, 360  # between two looks at the task: an hour, because indexes of a large table take long


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("task", nargs="?", choices=TASKS)
    what.add_argument("--output", metavar="NAME")
    given = parser.parse_args()
    if given.output:
        sys.stdout.write(f"{outputs(given.stage, 'service').get(given.output, '')}\n")
        return 0
    return run(given.stage, given.task)


def outputs(stage: str, stack: str) -> dict[str, str]:
    """Return the outputs of a stack of the stage, by name; none if there is no such stack."""
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=f"{PROJECT}-{stage}-{stack}")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # CloudFormation's word for "does not exist"
            return {}
        raise
    return {output["OutputKey"]: output["OutputValue"] for output in found["Stacks"][0].get("Outputs", [])}


def run(stage: str, task: str) -> int:
    """Run the task in the stage's cluster, and return the exit status of its container, or 1 if it never started."""
    data, ecs = outputs(stage, "data"), boto3.client("ecs")
    cluster, is_session = data["Cluster"], task == "operator"
    running = ecs.list_tasks(cluster=cluster, family=f"{PROJECT}-{stage}-{task}", desiredStatus="RUNNING")["taskArns"]
    if running and not is_session:
        sys.stderr.write(f"{task} is running already: {running[0]}\n")
        return 1
    network = {"subnets": data["Subnets"].split(","), "securityGroups": [data["SecurityGroup"]]}
    started = ecs.run_task(
        cluster=cluster,
        taskDefinition=outputs(stage, "release")[TASKS[task]],
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {**network, "assignPublicIp": "DISABLED"}},
        enableExecuteCommand=is_session,
    )
    if started["failures"]:
        sys.stderr.write(f"{task} did not start: {started['failures']}\n")
        return 1
    arn = started["tasks"][0]["taskArn"]
    state = "tasks_running" if is_session else "tasks_stopped"
    ecs.get_waiter(state).wait(
        cluster=cluster, tasks=[arn], WaiterConfig={"Delay": SECONDS, "MaxAttempts": ATTEMPTS}
    )  # fmt: skip
    if is_session:
        sys.stdout.write(
            f"aws ecs execute-command --cluster {cluster} --task {arn} --container {CONTAINER} --interactive"
            " --command /bin/bash\n"
        )
        return 0
    [ended] = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    _print_log(data["LogGroup"], f"{task}/{CONTAINER}/{arn.rpartition('/')[2]}")
    [container] = [container for container in ended["containers"] if container["name"] == CONTAINER]
    if "exitCode" not in container:
        sys.stderr.write(f"{task} did not start: {ended.get('stoppedReason')} {container.get('reason', '')}\n")
    return container.get("exitCode", 1)


def _print_log(group: str, stream: str) -> None:
    logs, token = boto3.client("logs"), dict[str, Any]()
    while True:
        try:
            page = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True, **token)
        except logs.exceptions.ResourceNotFoundException:  # It printed nothing.
            return
        sys.stdout.writelines(f"{event['message']}\n" for event in page["events"])
        if token.get("nextToken") == page["nextForwardToken"]:  # the last page repeats its token
            return
        token = {"nextToken": page["nextForwardToken"]}


if __name__ == "__main__":
    sys.exit(main())
