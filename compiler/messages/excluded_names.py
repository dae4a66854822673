"""Built-in names of Python that are not in the dialect: PK115x."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = []
