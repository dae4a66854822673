"""The numbered metadata of a module: each node is text, equal nodes are one."""

from __future__ import annotations

from collections.abc import Iterable

PRINTABLE = frozenset(map(chr, range(0x20, 0x7F))) - {'"', "\\"}


def quoted(text: str | bytes) -> str:
    """A string as LLVM assembly writes it."""
    data = text.encode() if isinstance(text, str) else text
    return (
        '"'
        + "".join(c if (c := chr(byte)) in PRINTABLE else f"\\{byte:02X}" for byte in data)
        + '"'
    )


class Metadata:
    def __init__(self) -> None:
        self._nodes: list[str | None] = []
        self._known: dict[str, str] = {}
        self._named: list[str] = []

    def add(self, text: str) -> str:
        """The reference (`!7`) of a node with this text."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self.reserve()
            self._nodes[-1] = text
        return found

    def reserve(self) -> str:
        """The reference of a node that others may mention before it is defined."""
        self._nodes.append(None)
        return f"!{len(self._nodes) - 1}"

    def define(self, reference: str, text: str) -> None:
        self._nodes[int(reference[1:])] = text

    def tuple(self, items: Iterable[str]) -> str:
        return self.add(f"!{{{', '.join(items)}}}")

    def name(self, name: str, items: Iterable[str]) -> None:
        self._named.append(f"!{name} = !{{{', '.join(items)}}}")

    def lines(self) -> list[str]:
        return self._named + [f"!{number} = {text}" for number, text in enumerate(self._nodes)]
