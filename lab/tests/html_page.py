"""Parse a page as a browser does, so that a test sees text that was not escaped as the elements it became."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, NamedTuple

VOID = ("meta", "link", "input", "img")


class Element(NamedTuple):
    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]  # the tags of its ancestors, outermost first
    text: list[str]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(e.tag for e in self._open), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text.append(data)

    def texts(self, tag: str, css: str = "") -> list[str]:
        """Return the whole text of each matching element (see `find`)."""
        return ["".join(element.text) for element in self.find(tag, css)]

    def find(self, tag: str, css: str = "") -> list[Element]:
        """Return the elements with that tag, and with the class `css` if it is given."""
        return [
            element
            for element in self.elements
            if element.tag == tag and (not css or css in element.attributes.get("class", "").split())
        ]
