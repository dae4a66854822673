"""What the compiler tells people: diagnostics, how they are collected and how they look.

A `CompileError` is the user's mistake and carries diagnostics; an `InternalError` is the
compiler's own and never looks like the first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from compiler.source import Span

TAB_WIDTH = 4
WINDOW = (
    100  # display columns of a source line that are shown; longer lines are cut around the span
)
CONTEXT = 30  # display columns kept to the left of the span when a line is cut
ELLIPSIS = "…"

COLOURS = {
    "bold": "\x1b[1m",
    "error": "\x1b[1;31m",
    "note": "\x1b[1;36m",
    "help": "\x1b[1;32m",
    "margin": "\x1b[34m",
}
RESET = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that goes with a diagnostic, at another place or at none."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    code: str
    message: str
    span: Span
    notes: list[Note] = field(default_factory=list)
    help: str | None = None

    def sort_key(self) -> tuple[str, int, int, str, str]:
        span = self.span
        return span.file.display, span.start, span.end, self.code, self.message


class CompileError(Exception):
    """The source text is wrong; every diagnostic says where and how."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = sorted(diagnostics, key=Diagnostic.sort_key)
        super().__init__(f"{len(self.diagnostics)} diagnostics")

    def __str__(self) -> str:
        return "\n".join(render(d, colour=False) for d in self.diagnostics)


class InternalError(Exception):
    """The compiler itself is wrong."""


class DiagnosticSink:
    """Collects diagnostics, each once."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, int, int, str, str], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        self._by_key.setdefault(diagnostic.sort_key(), diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All of them, in the order of their places."""
        return sorted(self._by_key.values(), key=Diagnostic.sort_key)

    def raise_if_any(self) -> None:
        if self._by_key:
            raise CompileError(self.diagnostics)


def render(diagnostic: Diagnostic, colour: bool) -> str:
    """The diagnostic as text of several lines, without a newline at the end."""
    paint = _Paint(colour)
    margin = _margin_width(diagnostic)
    head = paint("error", f"error[{diagnostic.code}]") + paint("bold", f": {diagnostic.message}")
    lines = [f"{paint('bold', f'{diagnostic.span}:')} {head}"]
    lines += _excerpt(diagnostic.span, margin, "error", paint)
    for note in diagnostic.notes:
        words = f"{paint('note', 'note')}: {note.message}"
        if note.span is None:
            lines.append(words)
        else:
            lines.append(f"{paint('bold', f'{note.span}:')} {words}")
            lines += _excerpt(note.span, margin, "note", paint)
    if diagnostic.help is not None:
        lines.append(f"{paint('help', 'help')}: {diagnostic.help}")
    return "\n".join(lines)


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as `pykern check --json` writes it."""
    notes = [{"message": n.message} | (_place(n.span) if n.span else {}) for n in diagnostic.notes]
    return _place(diagnostic.span) | {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "notes": notes,
        "help": diagnostic.help,
    }


def _place(span: Span) -> dict[str, Any]:
    line, column = span.file.position(span.start)
    end_line, end_column = span.file.position(span.end)
    return {
        "file": span.file.display,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


class _Paint:
    """Wraps words in terminal colours, or does not."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, words: str) -> str:
        return f"{COLOURS[style]}{words}{RESET}" if self.colour and words else words


def _margin_width(diagnostic: Diagnostic) -> int:
    spans = [diagnostic.span, *(n.span for n in diagnostic.notes if n.span is not None)]
    return max(4, *(len(str(span.line)) for span in spans))


def _excerpt(span: Span, margin: int, style: str, paint: _Paint) -> list[str]:
    """The span's first line and a second one that underlines the span's part of it."""
    line, column = span.file.position(span.start)
    text = span.file.line_text(line)
    start = column - 1
    end = min(len(text), start + span.end - span.start)
    cells = [_cell(c) for c in text]
    columns = [0]  # the display column at which each character begins, and where the last ends
    for character, cell in zip(text, cells, strict=True):
        width = TAB_WIDTH - columns[-1] % TAB_WIDTH if character == "\t" else _width(cell)
        columns.append(columns[-1] + width)
    left, right = columns[min(start, len(text))], columns[max(end, min(start, len(text)))]
    first, last = _window(columns, left)
    shown = "".join(
        " " * (columns[i + 1] - columns[i]) if text[i] == "\t" else cells[i]
        for i in range(first, last)
    )
    if first > 0:
        shown = ELLIPSIS + shown
    if last < len(text):
        shown += ELLIPSIS
    indent = left - columns[first] + (1 if first > 0 else 0)
    width = max(1, min(right, columns[last]) - left)
    bar = paint("margin", f"{'':{margin}} |")
    return [
        f"{paint('margin', f'{line:>{margin}} |')} {shown.rstrip()}".rstrip(),
        f"{bar} {' ' * indent}{paint(style, '^' + '~' * (width - 1))}",
    ]


def _window(columns: list[int], left: int) -> tuple[int, int]:
    """The characters (first, last not included) to show of a line, so that `left` is in view."""
    last = len(columns) - 1
    if columns[last] <= WINDOW:
        return 0, last
    first = 0
    if left > WINDOW - CONTEXT:
        while columns[first] < left - CONTEXT:
            first += 1
    while columns[last] - columns[first] > WINDOW:
        last -= 1
    return first, last


def _cell(character: str) -> str:
    """A character as it is safe to print: control characters are shown by a picture."""
    code = ord(character)
    if code < 0x20 and character != "\t":
        return chr(0x2400 + code)
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return character if character == "\t" else "\N{REPLACEMENT CHARACTER}"
    return character


def _width(cell: str) -> int:
    """How many terminal columns a character takes."""
    if unicodedata.combining(cell) or unicodedata.category(cell) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in ("W", "F") else 1
