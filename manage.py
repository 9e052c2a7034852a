#!/usr/bin/env python
"""Commands for people: reads `.env` (the environment wins) and picks the database role, then runs Django's."""

import os
import sys
from pathlib import Path

import environ

# These change tables, their statistics or maintained totals, which the application's own role may not.
OWNER_COMMANDS = {"migrate", "flush", "seed", "reconcile"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "test":
        # The tests bring their own environment and databases; pytest runs them.
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
