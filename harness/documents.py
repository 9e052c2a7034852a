"""Check the documents: `python -m harness.documents`, a part of `make lint`.

It reads every Markdown file outside hidden folders and prints one line per mistake: a broken relative link or anchor, a
named file that does not exist, a line of prose that is too long, or a generated table or picture that is not current.
The exit status is 1 if there is a mistake.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

from harness.machine import ROOT
from harness.markers import replace_between

WIDTH = 110
LINK = re.compile(r"""\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)\"""")
NAMED = re.compile(r"`((?:apps|bench|chaos|config|deploy|docs|harness|lab|requirements|tests)/[\w./-]+\.\w+)`")
BLOCK = re.compile(r"^ *```.*?^ *``` *$|^<!-- (\S+):begin -->.*?^<!-- \1:end -->$", re.DOTALL | re.MULTILINE)
OTHER_FILES = ("CHANGELOG.md", "docs/guides/")  # They name files that were removed, or that the reader creates.


def main() -> None:
    mistakes = [*stale_figures()]
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("[!.]*/**/*.md")]):
        text = prose_of(page.read_text())
        found = [*broken_links(page, text), *long_lines(text)]
        if not str(page.relative_to(ROOT)).startswith(OTHER_FILES):
            found += [f"{name} does not exist" for name in NAMED.findall(text) if not (ROOT / name).exists()]
        mistakes += [f"{page.relative_to(ROOT)}: {mistake}" for mistake in found]
    sys.exit("\n".join(mistakes) or 0)


def prose_of(text: str) -> str:
    """Return a page with its code and generated tables replaced by empty lines."""
    return BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)


def broken_links(page: Path, text: str) -> Iterator[str]:
    """Yield the relative links of a page whose file, folder or heading does not exist."""
    for link in (markdown or html for markdown, html in LINK.findall(re.sub(r"`[^`\n]+`", "", text))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / unquote(path)).resolve() if path else page
        if not (target.exists() and target.is_relative_to(ROOT)):
            yield f"{link} leads to no file"
        elif anchor and (target.suffix != ".md" or anchor not in anchors(prose_of(target.read_text()))):
            yield f"{link} leads to no heading"


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    times: Counter[str] = Counter()
    made = set()
    for heading in re.findall(r"^#{1,6} +(.+)$", text, re.MULTILINE):
        words = re.sub(r"\]\([^)]*\)", "", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        made.add(f"{anchor}-{times[anchor]}" if times[anchor] else anchor)
        times[anchor] += 1
    return made


def long_lines(text: str) -> Iterator[str]:
    """Yield the lines of prose that are too long; tables, HTML and the targets of links do not count."""
    for number, line in enumerate(text.splitlines(), 1):
        length = len(re.sub(r"\]\([^)]*\)|<[^>]+>", "", line))
        if length > WIDTH and not line.lstrip().startswith("|"):
            yield f"line {number} has {length} columns, more than {WIDTH}"


def stale_figures() -> Iterator[str]:
    """Yield generated content that is not current. Imports the generators here, because they import the harness."""
    sys.modules.setdefault("psutil", ModuleType("psutil"))  # Only the benchmarks' environment has it.
    evidence, verdict, report, growth = map(
        import_module, ("lab.measuring.evidence", "chaos.verdict", "bench.report", "bench.growth")
    )
    measured = json.loads((ROOT / "bench/results.json").read_text())
    promised = verdict.table(json.loads(verdict.RESULTS.read_text()))
    readme, picture = ROOT / "bench/README.md", ROOT / "bench/growth.svg"
    fresh = {page: evidence.rendered(page.read_text(), evidence.read()) for page in evidence.DOCUMENTS}
    fresh[verdict.PAGE] = replace_between(verdict.PAGE.read_text(), "chaos", promised)
    fresh[readme] = replace_between(readme.read_text(), "results", report.tables(measured))
    fresh[picture] = growth.picture(measured)
    for page, text in fresh.items():
        if page.read_text() != text:
            yield f"{page.relative_to(ROOT)}: not what its generator makes of the committed figures"


if __name__ == "__main__":
    main()
