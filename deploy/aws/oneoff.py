"""One-off tasks, which the pipeline or an operator starts with `aws ecs run-task`.

- `create-roles`: create the roles of the database and set their passwords, as the role that RDS created.
- `migrate`: migrate the tables as their owner, before a new version serves requests.
- `operator`: a task to open a session in (`aws ecs execute-command`), for commands such as `apikey create`, whose
  output must not be logged. It ends after an hour.
"""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from constructs import Construct

from deploy.aws.parameters import MASTER, OWNER_ROLE
from deploy.aws.tasks import Tasks

SESSION_SECONDS = 3600


class OneOff(Construct):
    def __init__(self, scope: Construct, *, tasks: Tasks) -> None:
        super().__init__(scope, "OneOff")
        data = tasks.data
        database, credentials = data.database, data.credentials

        create_roles = tasks.define(
            self,
            "create-roles",
            ("python", "manage.py", "create_roles"),
            environment={"DATABASE_URL": database.direct_url(), "DATABASE_ADMIN_URL": database.direct_url(MASTER)},
            secrets={
                "PGPASSWORD": (database.master, "password"),
                "APP_PASSWORD": (credentials.app, "password"),
                "OWNER_PASSWORD": (credentials.owner, "password"),
                "OPS_PASSWORD": (credentials.ops, "password"),
            },
        )
        owner = database.direct_url(OWNER_ROLE)
        migrate = tasks.define(
            self,
            "migrate",
            ("python", "manage.py", "migrate", "--noinput"),
            environment={"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner},
            secrets={"PGPASSWORD": (credentials.owner, "password")},
        )
        session = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
        operator = tasks.define(
            self,
            "operator",
            ("sleep", str(SESSION_SECONDS)),
            environment={"DATABASE_URL": database.direct_url()},
            secrets=tasks.password(),
            may=[iam.PolicyStatement(actions=[f"ssmmessages:{action}" for action in session], resources=["*"])],
            read_only=False,  # The agent of the session writes its files there.
        )
        for name, value in {
            "CreateRolesTask": create_roles.task_definition_arn,
            "MigrateTask": migrate.task_definition_arn,
            "OperatorTask": operator.task_definition_arn,
        }.items():
            CfnOutput(scope, name, value=value)
