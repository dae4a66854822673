"""Errors and what raises them: PK07xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
