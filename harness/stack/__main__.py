"""Run everything of production on one machine: `make stack`, or `python -m harness.stack`. Ctrl-C ends it.

Exit status: 0 after Ctrl-C; 1 if a part ended or did not start, or a program is missing; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
import time
from subprocess import CalledProcessError

from harness.stack.stack import Stack

SIZES = (
    ("webs", 2, "web processes"),
    ("workers", 2, "workers"),
    ("tenants", 1, "tenants"),
    ("customers", 20, "customers in the sample data"),
)
READY = """
Regression Lab runs at {stack.url}/docs/ (Ctrl-C ends it).

  API key of demo   {key}
  certificate       {certificate}
  try               {curl}

  S3 and SQS        {stack.moto.url}/moto-api/ (moto)
  Redis             {stack.redis.url}
  database          {environment[DATABASE_URL]} (PgBouncer)
  as the owner      {environment[DATABASE_OWNER_URL]} (primary)
  read only         {environment[DATABASE_REPLICA_URL]} (standby)
  logs              {stack.logs}
"""


class Ending(Exception):
    """Ctrl-C or SIGTERM was received before everything had started."""


def main(arguments: list[str]) -> int:
    sizes, environment = parse(arguments)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    # Block SIGINT, and poll for it. Children inherit that: Ctrl-C goes to the whole foreground process group, and would
    # interrupt commands such as initdb or migrate in the middle of their work.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def is_ending() -> bool:
        return ended.is_set() or signal.SIGINT in signal.sigpending()

    def show(step: str) -> None:
        if is_ending():
            raise Ending
        say(f"Starting {step} …")

    try:
        whole = Stack(**sizes, environment=environment, on_step=show)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
    failure = ""
    try:
        with whole as stack:
            say(described(stack))
            while not is_ending() and not (failure := stack.failure()):
                time.sleep(0.2)
            say(f"{failure}\nEnding the stack …")
    except Ending:
        say("Ending the stack …")
    except (RuntimeError, TimeoutError, CalledProcessError) as error:  # A part did not start.
        failure = str(error)
        say(failure)
    say("Ended; nothing is left running.")
    return 1 if failure else 0


def parse(arguments: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Return the stack's sizes and more variables of the service. Exits with status 2 if they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m harness.stack", description="Run everything of production here.")
    for name, default, what in SIZES:
        parser.add_argument(f"--{name}", type=int, default=default, help=f"number of {what}; default {default}")
    parser.add_argument("variables", nargs="*", metavar="NAME=VALUE", help="more environment variables of the service")
    options = vars(parser.parse_args(arguments))
    variables = [variable.partition("=") for variable in options.pop("variables")]
    if wrong := [name for name, equals, _ in variables if not (equals and name.isupper())]:
        parser.error(f"{wrong[0]} is not NAME=VALUE")
    return options, {name: value for name, _, value in variables}


def described(stack: Stack) -> str:
    """Return what a newcomer needs: addresses, a key, and a command that works."""
    key, certificate = stack.keys["demo"], stack.proxy.certificate
    address = f"{stack.url}/api/v1/orders/?page_size=3"
    curl = shlex.join(["curl", "--cacert", str(certificate), address, "-H", f"Authorization: Bearer {key}"])
    return READY.format(stack=stack, key=key, certificate=certificate, curl=curl, environment=stack.environment)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
