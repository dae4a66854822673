"""The shape of a catalogue entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kind of error: what is said when it happens, and what `pykern explain` says about it.

    `message` and `help` are templates; the values come with the report. `broken` is a file that has
    exactly this error, under the text between « and »; `mended` is the same file put right. A
    sample that does not begin with a docstring is the body of a file: the docstring and the imports
    it needs go before it. `raw` replaces `broken` where a text can't hold the mistake; a sample
    with neither can't be shown as one file. `others` are further files of the sample's package, by
    name (`{"other.py": "…"}`).
    """

    name: str
    code: str
    title: str
    message: str
    explanation: str
    broken: str
    mended: str
    help: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    target: Literal["kernel", "wasm", "host"] = "kernel"
    raw: bytes | None = None
