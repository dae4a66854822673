"""Python statements and expressions that are not in the dialect: PK11xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
