"""Pointers and escape: PK04xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
