"""Control flow and `match`: PK06xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
