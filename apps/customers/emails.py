"""Normalise e-mail addresses: lower case, and the domain in its ASCII form (RFC 5891).

`ada@BÜCHER.example`, the same with the Ü as two characters, and `ada@xn--bcher-kva.example` are one mailbox. Stored in
ASCII, they are equal strings, so an ordinary unique index catches the duplicate.
"""

import re
from contextlib import suppress

import idna

PRINTABLE = re.compile(r"[!-~]+")


def normalize_address(address: str) -> str:
    """Return the form in which an address is stored. Raises ValueError if it has none."""
    local, at, domain = address.lower().rpartition("@")
    address = f"{local}{at}{_ascii(domain)}"
    if not PRINTABLE.fullmatch(address):
        raise ValueError("Not printable ASCII.")
    return address


def normalize_part(part: str) -> str:
    """Return a fragment of an address in its stored form, for substring search.

    A non-ASCII label that is cut off, and so cannot be encoded, is left as it is.
    """

    def label(match: re.Match[str]) -> str:
        with suppress(ValueError):
            return _ascii(match[0])
        return match[0]

    return re.sub("[^@.]+", label, part.lower())


def _ascii(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain:
        return domain
    # UTS 46 maps capitals, full-width letters and combining accents. Python's own codec would turn straße into strasse.
    return idna.encode(domain, uts46=True).decode()
