#!/usr/bin/env python
"""Run Django's commands, after reading `.env` (environment variables win) and selecting the database role."""

import os
import sys
from pathlib import Path

import environ

# These change tables, statistics or maintained totals, for which the application's own role has no rights.
OWNER_COMMANDS = {"migrate", "flush", "seed", "reconcile"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "test":
        # Run pytest instead of Django's test command; the tests set their own environment and databases.
        from tests.__main__ import main as run_tests

        sys.exit(run_tests(sys.argv[2:]))
    dotenv = Path(__file__).with_name(".env")
    if dotenv.exists():
        environ.Env.read_env(dotenv)
    elif "SECRET_KEY" not in os.environ:
        sys.exit("There are no settings. For development: cp .env.example .env")
    if command in OWNER_COMMANDS and os.environ.get("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
