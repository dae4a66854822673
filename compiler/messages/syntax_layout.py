"""Lines, blocks and brackets: PK003x."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="unexpected-indent",
        code="PK0030",
        title="an indentation without a reason",
        message="this line is indented deeper than the one before, which opens no block",
        explanation="Only the line after one that ends with a colon is indented deeper.",
        broken="def f(x: u32) -> u32:\n    y = x + 1\n«        »return y\n",
        mended="def f(x: u32) -> u32:\n    y = x + 1\n    return y\n",
    ),
    Entry(
        name="expected-block",
        code="PK0031",
        title="a block is missing",
        message="expected an indented block after this '{opener}'",
        help="a block that does nothing is 'pass'",
        explanation=(
            "After the colon follows a statement on the same line, or a block that is indented "
            "deeper."
        ),
        broken="def f(x: bool) -> u32:\n    if x«:»\n    return 1\n",
        mended="def f(x: bool) -> u32:\n    if x:\n        return 2\n    return 1\n",
    ),
    Entry(
        name="dedent-mismatch",
        code="PK0032",
        title="an indentation that fits no block",
        message="this indentation matches none of the blocks around it",
        explanation="""
            A line that ends a block stands exactly below the line that opened the block, or one
            further out.
            """,
        broken="def f(x: bool) -> u32:\n    if x:\n        return 2\n     « »return 1\n",
        mended="def f(x: bool) -> u32:\n    if x:\n        return 2\n    return 1\n",
    ),
    Entry(
        name="tab-indentation",
        code="PK0033",
        title="a tab in the indentation",
        message="lines are indented with spaces, and this is a tab",
        explanation="""
            How wide a tab is depends on who looks at it. Dialect files are indented with spaces
            only; only the first tab of a file is reported.
            """,
        broken="def f() -> u32:\n«\t»return 1\n",
        mended="def f() -> u32:\n    return 1\n",
    ),
    Entry(
        name="bracket-unclosed",
        code="PK0034",
        title="a bracket is never closed",
        message="this '{opening}' is never closed",
        explanation="""
            Inside brackets lines don't end, so a missing closing bracket makes everything after it
            part of the same statement, up to a word that can only begin a new one.
            """,
        broken="def f(x: u32) -> u32:\n    y = «(»x + 1\n    return y\n",
        mended="def f(x: u32) -> u32:\n    y = (x + 1)\n    return y\n",
    ),
    Entry(
        name="bracket-mismatch",
        code="PK0035",
        title="a closing bracket of another kind",
        message="'{found}' can't close '{opening}'; expected '{expected}'",
        explanation="Brackets are closed in the reverse order in which they were opened.",
        broken="def f(x: u32) -> u32:\n    return (x + 1«]»\n",
        mended="def f(x: u32) -> u32:\n    return (x + 1)\n",
    ),
    Entry(
        name="bracket-closes-nothing",
        code="PK0036",
        title="a closing bracket without an opening one",
        message="this '{found}' closes nothing",
        explanation=(
            "No bracket is open here. Perhaps there is one too many, or one was closed too early."
        ),
        broken="def f(x: u32) -> u32:\n    return x + 1«)»\n",
        mended="def f(x: u32) -> u32:\n    return (x + 1)\n",
    ),
    Entry(
        name="brace-block",
        code="PK0038",
        title="a block in braces",
        message="a block is not put in braces",
        help="end the line with ':' and indent the block",
        explanation=(
            "In Python a line ends with a colon where other languages open a brace, and the "
            "indentation ends the block."
        ),
        broken="def f(x: u32) -> u32 «{»\n    return x + 1\n}\n",
        mended="def f(x: u32) -> u32:\n    return x + 1\n",
    ),
    Entry(
        name="stray-backslash",
        code="PK0037",
        title="a backslash inside a line",
        message="after a backslash, the line must end",
        explanation="""
            A backslash outside a string joins its line to the next one, so nothing may follow it,
            not even a space or a comment. Brackets join lines too, and are easier to read.
            """,
        broken="def f(x: u32) -> u32:\n    return x «\\» + 1\n",
        mended="def f(x: u32) -> u32:\n    return x \\\n        + 1\n",
    ),
]
