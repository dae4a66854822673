"""Characters, numbers, strings and the file itself: PK004x to PK006x."""

from __future__ import annotations

from compiler.messages.entry import Entry

_CHARACTERS = [
    Entry(
        name="bad-character",
        code="PK0040",
        title="a character that Python does not know",
        message="{what} can't stand outside strings and comments",
        explanation="""
            Such a character often comes from another language (`?`, `$`, `!`) or from a text
            processor (typographic quotes, a no-break space).
            """,
        broken="def f(x: bool) -> bool:\n    return «!»x\n",
        mended="def f(x: bool) -> bool:\n    return not x\n",
    ),
    Entry(
        name="nul-character",
        code="PK0041",
        title="a NUL character in the source",
        message="the file has a NUL character here; it is probably not text",
        explanation=(
            "Python refuses files that hold NUL characters. Perhaps the file was written in UTF-16."
        ),
        broken="SIZE: Final = 3«\0»\n",
        mended="SIZE: Final = 3\n",
    ),
    Entry(
        name="bad-number",
        code="PK0042",
        title="a malformed number",
        message="'{number}' is not a number",
        explanation="""
            Integers are written `123`, `0x7f`, `0b1010`, `0o17`, with single underscores between
            digits where they help, and without leading zeros. Floats are written `1.5` or `1e-3`.
            Widths are types and not suffixes: `u32(5)`.
            """,
        broken="SIZE: Final = «12u32»\n",
        mended="SIZE: Final = 12\n",
    ),
    Entry(
        name="complex-number",
        code="PK0043",
        title="a complex number",
        message="the dialect has no complex numbers",
        explanation="`f32` and `f64` are the only numbers that are not integers.",
        broken="X: Final = «3j»\n",
        mended="X: Final = 3\n",
    ),
    Entry(
        name="not-utf8",
        code="PK0044",
        title="the file is not UTF-8",
        message="the file is not UTF-8 text from here on",
        explanation="""
            Source files are UTF-8. Another encoding has to be converted; a binary file is not
            source.
            """,
        broken="",
        mended="SIZE: Final = 3\n",
        raw=b'"""Text."""\n# caf\xe9\n',
    ),
]

_STRINGS = [
    Entry(
        name="string-unclosed",
        code="PK0050",
        title="a string is not closed on its line",
        message="this string is not closed before the line ends",
        help="close it with {quote}, or use triple quotes for text of several lines",
        explanation="A string in single or double quotes ends on the line on which it begins.",
        broken='NAME: Final = «"pykern»\n',
        mended='NAME: Final = "pykern"\n',
    ),
    Entry(
        name="string-unclosed-triple",
        code="PK0051",
        title="a triple-quoted string is never closed",
        message="this string is never closed",
        help="close it with {quotes}",
        explanation="""
            A string that begins with three quotes ends at the next three of the same kind, on
            whatever line they are. The rest of the file could not be read.
            """,
        broken='NAME: Final = «"""»pykern\n',
        mended='NAME: Final = """pykern"""\n',
    ),
    Entry(
        name="bad-escape",
        code="PK0052",
        title="an escape that means nothing",
        message="'{escape}' is not an escape of a string",
        help="write '\\\\' for a backslash, or put 'r' before the string",
        explanation="""
            After a backslash stand `n`, `t`, `r`, `0`, `a`, `b`, `f`, `v`, a quote, a backslash, up
            to three octal digits, `x` and two hexadecimal digits, `u` and four, `U` and eight, or
            `N` and a character's name in braces. A surrogate has no UTF-8 form and can't be
            written.
            """,
        broken='PATTERN: Final = "a«\\d»"\n',
        mended='PATTERN: Final = r"a\\d"\n',
    ),
    Entry(
        name="bytes-not-ascii",
        code="PK0053",
        title="a character in a bytes literal that is no byte",
        message="a bytes literal holds ASCII characters only",
        help="write the byte as an escape: '\\x…'",
        explanation="What bytes another character stands for would depend on an encoding.",
        broken='DATA: Final = b"caf«é»"\n',
        mended='DATA: Final = "café"\n',
    ),
    Entry(
        name="bytes-and-text",
        code="PK0054",
        title="bytes and text side by side",
        message="bytes and text can't be joined",
        explanation=(
            "String literals in a row become one string, so all of them are text or all are bytes."
        ),
        broken='DATA: Final = «b"a" "b"»\n',
        mended='DATA: Final = "a" "b"\n',
    ),
]

_FSTRINGS = [
    Entry(
        name="fstring-single-brace",
        code="PK0060",
        title="a lone closing brace in an f-string",
        message="a single '}}' in an f-string closes nothing",
        help="write '}}}}' for a brace",
        explanation="Braces mark expressions in f-strings; a brace itself is written twice.",
        broken='def f() -> None:\n    panic(f"a «}»")\n',
        mended='def f() -> None:\n    panic(f"a }}")\n',
    ),
    Entry(
        name="fstring-unclosed",
        code="PK0061",
        title="an expression in an f-string is not closed",
        message="this '{{' is not closed before the string ends",
        help="close it with '}}', or write '{{{{' for a brace",
        explanation="Each expression in an f-string stands in braces of its own.",
        broken='def f(x: u32) -> None:\n    panic(f"a «{»x")\n',
        mended='def f(x: u32) -> None:\n    panic(f"a {x}")\n',
    ),
    Entry(
        name="fstring-empty",
        code="PK0062",
        title="empty braces in an f-string",
        message="there is no expression between these braces",
        help="write '{{{{' and '}}}}' for braces",
        explanation="Unlike `str.format`, an f-string names its values inside the braces.",
        broken='def f(x: u32) -> None:\n    panic(f"a «{}»")\n',
        mended='def f(x: u32) -> None:\n    panic(f"a {x}")\n',
    ),
    Entry(
        name="fstring-conversion",
        code="PK0063",
        title="an unknown conversion in an f-string",
        message="after '!' stands 'r', 's' or 'a', not {found}",
        explanation=(
            "`!r`, `!s` and `!a` are Python's conversions. A format specification follows a colon."
        ),
        broken='def f(x: u32) -> None:\n    panic(f"{x«!x»}")\n',
        mended='def f(x: u32) -> None:\n    panic(f"{x:x}")\n',
    ),
    Entry(
        name="fstring-character",
        code="PK0064",
        title="a backslash or '#' in the braces of an f-string",
        message="'{character}' can't stand between the braces of an f-string",
        help="give the value a name before the string",
        explanation="Python 3.11 allows neither backslashes nor comments there.",
        broken='def f(x: u32) -> None:\n    panic(f"{x «#»}")\n',
        mended='def f(x: u32) -> None:\n    panic(f"{x}")\n',
    ),
    Entry(
        name="fstring-nested-field",
        code="PK0065",
        title="an expression inside a format specification",
        message="a format specification can't hold an expression",
        explanation="""
            The width and the other parts of a specification are read while compiling, so they can't
            be values.
            """,
        broken='def f(x: u32, w: u32) -> None:\n    panic(f"{x:«{»w}}")\n',
        mended='def f(x: u32) -> None:\n    panic(f"{x:8}")\n',
    ),
]

ENTRIES: list[Entry] = [*_CHARACTERS, *_STRINGS, *_FSTRINGS]
