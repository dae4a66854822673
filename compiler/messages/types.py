"""Types: PK02xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
