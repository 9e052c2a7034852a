"""Hypothesis strategies for names and codes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from hypothesis import strategies as st

from apps.tenancy.text import INVISIBLE


def plain_text(*, max_size: int) -> Any:
    """Generate texts of any script that a PlainTextField stores unchanged."""
    visible = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
    composed = st.text(visible, min_size=1, max_size=max_size).map(lambda text: unicodedata.normalize("NFC", text))
    return composed.filter(lambda text: not re.search(f"[{INVISIBLE}]", text))
