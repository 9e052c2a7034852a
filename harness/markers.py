"""Generated tables in documents, each between two markers."""

from __future__ import annotations


def replace_between(document: str, name: str, table: str) -> str:
    """Return the document with `table` between its markers `<!-- name:begin -->` and `<!-- name:end -->`.

    A document without these markers is returned unchanged.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, begins, rest = document.partition(begin)
    _, ends, after = rest.partition(end)
    return f"{before}{begin}\n{table}\n{end}{after}" if begins and ends else document
