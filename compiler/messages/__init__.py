"""The catalogue of errors: every diagnostic the compiler can give, by name.

`report("unknown-name", span, name="x")` makes the diagnostic; `explain("PK0101")` is the long text
about it. The codes are stable and grouped by subject, one file a group:

    PK00xx  syntax                      PK06xx  control flow and `match`
    PK01xx  names and imports           PK07xx  errors (`raises`)
    PK02xx  types                       PK08xx  generics
    PK03xx  integers                    PK09xx  compile time
    PK04xx  pointers and escape         PK10xx  machine and target
    PK05xx  structs, values, enums      PK11xx  Python that is not in the dialect
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from compiler.diagnostics import Diagnostic, InternalError, Note
from compiler.messages import (
    classes,
    compile_time,
    control,
    elements,
    errors,
    excluded_expressions,
    excluded_names,
    excluded_statements,
    generics,
    integers,
    machine,
    names,
    operands,
    pointers,
    syntax,
    types,
)
from compiler.messages.entry import Entry
from compiler.source import Span

GROUPS: dict[str, Sequence[Entry]] = {
    "PK00": syntax.ENTRIES,
    "PK01": names.ENTRIES,
    "PK02": [*types.ENTRIES, *operands.ENTRIES, *elements.ENTRIES],
    "PK03": integers.ENTRIES,
    "PK04": pointers.ENTRIES,
    "PK05": classes.ENTRIES,
    "PK06": control.ENTRIES,
    "PK07": errors.ENTRIES,
    "PK08": generics.ENTRIES,
    "PK09": compile_time.ENTRIES,
    "PK10": machine.ENTRIES,
    "PK11": [*excluded_expressions.ENTRIES, *excluded_names.ENTRIES, *excluded_statements.ENTRIES],
}

ERRORS: dict[str, Entry] = {entry.name: entry for group in GROUPS.values() for entry in group}
BY_CODE: dict[str, Entry] = {entry.code: entry for entry in ERRORS.values()}


LONGEST_NUMBER_BITS = 256
"""Integers of more are not written out in messages."""


def report(
    entry_name: str,
    span: Span,
    /,
    *,
    notes: Sequence[Note] = (),
    help: str | None = None,
    **values: object,
) -> Diagnostic:
    """The diagnostic of an entry at a place. `help` replaces the entry's own suggestion."""
    entry = ERRORS.get(entry_name)
    if entry is None:
        raise InternalError(f"no diagnostic is called {entry_name!r}")
    values = {name: _shown(value) for name, value in values.items()}
    try:
        message = entry.message.format(**values)
        suggestion = help if help is not None else entry.help and entry.help.format(**values)
    except (KeyError, IndexError) as missing:
        raise InternalError(f"diagnostic {entry_name!r} needs the value {missing}") from missing
    return Diagnostic(entry.code, message, span, list(notes), suggestion)


err = report


def _shown(value: object) -> object:
    """A value as messages have it. Python refuses to write out the longest integers."""
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER_BITS:
        return f"a number of {value.bit_length()} bits"
    return value


def explain(code: str) -> str | None:
    """The long text about a code, or None if there is no such code."""
    entry = BY_CODE.get(code.strip().upper())
    if entry is None:
        return None
    paragraphs = [f"{entry.code}: {entry.title}"]
    for paragraph in textwrap.dedent(entry.explanation).strip().split("\n\n"):
        paragraphs.append(textwrap.fill(" ".join(paragraph.split()), 88))
    paragraphs.append("Wrong:\n\n" + _listing(entry.broken, underline=True))
    paragraphs.append("Right:\n\n" + _listing(entry.mended, underline=False))
    return "\n\n".join(paragraphs) + "\n"


def _listing(sample: str, underline: bool) -> str:
    """A sample, indented, the marked text underlined on a line of its own."""
    lines: list[str] = []
    for line in textwrap.dedent(sample).strip("\n").splitlines():
        start, end = line.find("«"), line.find("»") - 1
        plain = line.replace("«", "").replace("»", "").expandtabs(4)
        lines.append(f"    {plain}".rstrip())
        if underline and start >= 0:
            width = max(1, (end if end >= start else len(plain)) - start)
            lines.append(" " * (4 + start) + "^" + "~" * (width - 1))
    return "\n".join(lines)
