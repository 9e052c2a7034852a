"""Text fields for one line of visible characters, normalised (NFC) so that equal-looking texts are equal.

A zero-width character makes one name look like another, a control character can forge a log line, and an accented
letter can be one character or two. Fields refuse the first two and compose the third; a CHECK covers SQL that bypasses
them. See https://www.unicode.org/reports/tr36/ and https://www.unicode.org/reports/tr15/
"""

import re
import unicodedata
from typing import Any

import idna
from django.core.exceptions import ValidationError
from django.db import models

# Unicode's categories Cc, Cf, Zl and Zp, and invisible letters, as the inside of a character class for the regular
# expressions of Python and PostgreSQL. A change needs a migration. Left out: NUL, which forms refuse and PostgreSQL
# cannot store; joiners, which have a rule of their own; variation selectors, which Japanese and Mongolian names need.
INVISIBLE = (
    r"\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_JOINER = re.compile("[\u200c\u200d]")


def composed(text: str, max_length: int) -> str:
    """Return `text` in NFC, or unchanged if it is too long in any form: normalising takes quadratic time."""
    return text if len(text) > 4 * max_length else unicodedata.normalize("NFC", text)


def validate_visible(text: str) -> None:
    """Raise ValidationError for invisible characters, including a joiner where no script needs it (RFC 5892)."""
    if text.isascii() and text.isprintable():
        return
    if _INVISIBLE.search(text) or not all(_joins(text, joiner.start()) for joiner in _JOINER.finditer(text)):
        message = "Control characters and other invisible characters are not allowed."
        raise ValidationError(message, code="invisible_characters_not_allowed")


def _joins(text: str, position: int) -> bool:
    try:
        return idna.valid_contextj(text, position)
    except ValueError:  # next to an unnamed character, or in a very long text
        return False


class PlainTextField(models.CharField):
    """One line of visible characters, composed (NFC) when it is cleaned, stored or looked up."""

    default_validators = [validate_visible]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return composed(value, self.max_length or 0) if isinstance(value, str) else value


class IsPlain(models.Func):
    """Whether a column is in NFC and has no invisible characters, for a CHECK. SQLite cannot check for NFC."""

    characters = INVISIBLE  # not allowed in the column
    output_field = models.BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"(%(expressions)s IS NFC NORMALIZED AND %(expressions)s !~ '[{self.characters}]')"
        sql, params = self.as_sql(compiler, connection, template=template, **context)
        return sql, (*params, *params)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Unescaped, because GLOB has no escapes. REGEXP would need a function that other clients lack.
        characters = self.characters.encode("ascii").decode("unicode_escape")
        return self.as_sql(compiler, connection, template=f"(%(expressions)s NOT GLOB '*[{characters}]*')", **context)


class IsPrintableAscii(IsPlain):
    """Whether a column has only printable ASCII characters other than the space, for a CHECK."""

    characters = "^!-~"
