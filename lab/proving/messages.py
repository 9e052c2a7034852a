"""The messages of each fault's failing tests, committed in lab/evidence/messages. `verify --write` updates them."""

from __future__ import annotations

import json
import re
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "evidence/messages"
# Text to remove from messages: values that differ between runs, and the columns of a statement.
LEFT_OUT = re.compile(
    r"""
    [0-9a-f]{32} | rl_[0-9a-f]{8}\w* | 0x[0-9a-f]+      # a request's id, a key, an address in memory
    | [A-Za-z]{50,} | \b[a-z]{10}(?=@example\.com)      # model-bakery's names and addresses
    | datetime\.datetime\((\d+,\ ){7}tzinfo=[\w.]+\) | \d{4}-\d\d-\d\dT[\d:]{8}\.\d+Z
    | (?<=SELECT\ )"[^']*?(?=\ FROM\ )
    """,
    re.VERBOSE,
)
Messages = dict[str, str]


def read(slug: str) -> Messages:
    """Return the message of each of the fault's failing tests, by node id; empty if none were written."""
    file = FOLDER / f"{slug}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def write(slug: str, messages: Messages) -> None:
    """Write the messages of a fault's failing tests, without values that differ between runs."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(_lasting(messages), indent=1, sort_keys=True, ensure_ascii=False)
    (FOLDER / f"{slug}.json").write_text(text + "\n")


def stale(slug: str, messages: Messages) -> list[str]:
    """Return a line for each test whose message differs from the committed one; none if no message is committed.

    Only the sets of words are compared, because a race may repeat some of them, and only up to the assertion: below it
    is pytest's explanation.
    """
    committed, current = _words(read(slug)), _words(_lasting(messages))
    return [
        f"{name} says something else than lab/evidence/messages has: manage.py lab verify --write"
        for name in sorted(committed.keys() | current.keys() if committed else ())
        if committed.get(name) != current.get(name)
    ]


def _lasting(messages: Messages) -> Messages:
    return {name: LEFT_OUT.sub("…", text) for name, text in messages.items()}


def _words(messages: Messages) -> dict[str, set[str]]:
    return {name: set(re.findall(r"\w+", text.partition("\n  \n")[0])) for name, text in messages.items()}
