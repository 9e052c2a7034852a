"""One spelling for each e-mail address: lower case, and the domain as the network knows it, in ASCII (RFC 5891).

`ada@BÜCHER.example`, the same with the Ü as two characters, and `ada@xn--bcher-kva.example` are one mailbox. In ASCII a
plain unique index, and a CHECK on any database, see that.
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
    """Return `part` of an address as it is stored, as far as its labels in other letters than ASCII are whole."""

    def label(match: re.Match[str]) -> str:
        with suppress(ValueError):
            return _ascii(match[0])
        return match[0]

    return re.sub("[^@.]+", label, part.lower())


def _ascii(domain: str) -> str:
    if domain.isascii() and "xn--" not in domain:
        return domain
    # UTS 46 maps what people type: capitals, wide letters, accents apart. Python's own codec makes straße strasse.
    return idna.encode(domain, uts46=True).decode()
