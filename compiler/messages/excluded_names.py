"""Built-in names of Python that are not in the dialect: PK115x.

`INSTEAD` maps each to what to write; the checker looks here when a name means nothing.
"""

from __future__ import annotations

from compiler.messages.entry import Entry

_TEXT = "format into a buffer: 'format(buffer, f\"…\")'"
_CONTAINER = "use an 'Array' of fixed length, or a '@struct' that manages its memory"
_REFLECTION = "types are known while compiling; write the case out"
_RUN = "there is no interpreter at run time; mark a function '@comptime' to run it while compiling"
_LOOP = "write the loop"
_FILES = "talk to a service by messages"
_ATTRIBUTE = "name the field: fields are fixed while compiling"

INSTEAD: dict[str, str] = {
    "print": "call a function of the 'log' module, or write to the console service",
    "input": "read from the console service",
    "open": _FILES,
    **dict.fromkeys(("eval", "exec", "compile", "__import__"), _RUN),
    **dict.fromkeys(("list", "dict", "set", "frozenset", "bytearray"), _CONTAINER),
    "bytes": "use 'Slice[u8]' or 'Array[u8, N]'",
    "memoryview": "use 'Slice[u8]'",
    "str": f"use 'Str'; to turn a value into text, {_TEXT}",
    "repr": _TEXT,
    "ascii": _TEXT,
    **dict.fromkeys(("hex", "oct", "bin"), f"{_TEXT}, with a specification like ':#x'"),
    "chr": "a character is a 'u8' or 'u32'; compare numbers",
    "ord": "write the number, or take the byte: 'utf8(s)[i]'",
    "int": "name the width: 'u32(x)', 'i64(x)'",
    "float": "name the width: 'f32' or 'f64'",
    "complex": "use two 'f64'",
    "object": "name the class",
    **dict.fromkeys(("isinstance", "issubclass", "type", "callable"), _REFLECTION),
    **dict.fromkeys(("getattr", "setattr", "hasattr", "delattr", "vars", "dir"), _ATTRIBUTE),
    **dict.fromkeys(("globals", "locals"), "name the variable"),
    **dict.fromkeys(("id",), "take the address: 'address_of(p)'"),
    "hash": "write the hash function",
    "super": "the dialect has no inheritance",
    "property": "write a method and call it",
    "classmethod": "use '@staticmethod'",
    **dict.fromkeys(("sum", "any", "all", "map", "filter", "zip", "sorted"), _LOOP),
    "reversed": "loop over 'range(n - 1, -1, -1)' of a signed type, or count down",
    "next": "call '__next__'",
    "iter": "call '__iter__'",
    "pow": "write the loop; '**' is for constants",
    "round": "add half of the divisor before dividing",
    "divmod": "use '//' and '%'",
    "slice": "write 's[a:b]'",
    "breakpoint": "run under 'pykern debug'",
    "help": "see the documentation",
    **dict.fromkeys(("exit", "quit"), "call 'panic', or return"),
    **dict.fromkeys(
        ("Exception", "BaseException", "ValueError", "TypeError", "KeyError", "IndexError"),
        "declare an error of your own: 'class Full(Error)'",
    ),
    **dict.fromkeys(
        ("RuntimeError", "OSError", "MemoryError", "AssertionError", "NotImplementedError"),
        "declare an error of your own, or call 'panic'",
    ),
}

ENTRIES: list[Entry] = [
    Entry(
        name="python-builtin",
        code="PK1150",
        title="a built-in name of Python that the dialect does not have",
        message="'{name}' is not in the dialect",
        explanation="""
            Many of Python's built-in functions allocate memory, inspect types at run time or talk
            to an operating system. The message names what to use in place of each.
            """,
        broken='def f() -> None:\n    «print»("hello")\n',
        mended='def f() -> None:\n    panic("hello")\n',
    ),
]
