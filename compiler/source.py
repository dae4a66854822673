"""Source text and places in it.

A `Span` is two offsets into the text of a `SourceFile`; lines and columns are worked out when
somebody asks. Lines and columns count from 1, columns in characters, as editors show them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True, eq=False)
class SourceFile:
    """One file's text. Line ends are always a single newline character."""

    path: Path
    display: str  # the path as shown to people, relative to the project's root
    text: str = field(repr=False)
    _line_starts: list[int] | None = field(default=None, init=False, repr=False)

    def __reduce__(self) -> tuple[type[SourceFile], tuple[Path, str, str]]:
        # The line index is cheap to make again, so it is not kept in a cached tree.
        return SourceFile, (self.path, self.display, self.text)

    @property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
        if self._line_starts is None:
            starts = [0]
            at = self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._line_starts = starts
        return self._line_starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line, without its newline; empty past the end of the file."""
        starts = self.line_starts
        if not 1 <= line <= len(starts):
            return ""
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end]

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start` to `end` (not included) of a file."""

    file: SourceFile
    start: int
    end: int

    def __reduce__(self) -> tuple[type[Span], tuple[SourceFile, int, int]]:
        return Span, (self.file, self.start, self.end)

    @property
    def line(self) -> int:
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.file.position(self.start)[1]

    @property
    def end_line(self) -> int:
        return self.file.position(self.end)[0]

    @property
    def end_column(self) -> int:
        return self.file.position(self.end)[1]

    @property
    def text(self) -> str:
        return self.file.text[self.start : self.end]

    def merge(self, other: Span) -> Span:
        """The smallest span that holds both."""
        assert self.file is other.file
        return Span(self.file, min(self.start, other.start), max(self.end, other.end))

    def __str__(self) -> str:
        line, column = self.file.position(self.start)
        return f"{self.file.display}:{line}:{column}"
