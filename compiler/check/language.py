"""The names of `pykern.lang` and the builtins, by what they are.

The compiler knows these names by their import; the Python definitions in `pykern/lang` are for
editors, type checkers and CPython. A test compares the two lists.
"""

from __future__ import annotations

from compiler.intrinsics import GENERIC, MACHINE, WRAPPING
from compiler.types import BOOL, F32, F64, FIXED_INTEGERS, FORMAT, NEVER, STR, Type

SCALARS: dict[str, Type] = {
    **FIXED_INTEGERS,
    "f32": F32,
    "f64": F64,
    "Str": STR,
    "Format": FORMAT,
    "NoReturn": NEVER,
}
"""`usize` and `isize` depend on the target; see `resolve_types`."""

WORD_INTEGERS = frozenset({"usize", "isize"})

TYPE_CONSTRUCTORS = frozenset({"Ptr", "Array", "Slice", "Fn", "Atomic", "Mmio", "PerCpu"})

CLASS_DECORATORS: dict[str, frozenset[str]] = {
    "struct": frozenset({"packed", "align"}),
    "value": frozenset(),
    "enum": frozenset(),
    "flags": frozenset(),
}
"""Decorator: keyword options it takes."""

FUNCTION_DECORATORS: dict[str, tuple[int, int | None]] = {
    "raises": (1, None),
    "export": (1, 1),
    "extern": (0, 2),
    "section": (1, 1),
    "inline": (0, 0),
    "noinline": (0, 0),
    "cold": (0, 0),
    "wrapping": (0, 0),
    "unchecked": (0, 0),
    "interrupt_safe": (0, 0),
    "test": (0, 0),
    "naked": (0, 0),
    "comptime": (0, 0),
    "staticmethod": (0, 0),
}
"""Decorator: least and most arguments (None: any number)."""

TYPING_NAMES = frozenset(
    {"Final", "TypeVar", "Generic", "Protocol", "TypeAlias", "NoReturn", "TYPE_CHECKING"}
)
"""May be imported from `typing` too."""

BASES = frozenset({"Error", "Integer", "Order"})

BUILD_CONSTANTS = frozenset({"TARGET", "DEBUG", "TESTS"})

FUNCTIONS = frozenset(
    {
        "truncate",
        "bitcast",
        "max_of",
        "min_of",
        "bits_of",
        "wrapping_neg",
        "ref",
        "load",
        "store",
        "ptr_at",
        "address_of",
        "ptr_cast",
        "slice_at",
        "zeroed",
        "as_bytes",
        "utf8",
        "pieces_of",
        "format",
        "panic",
        "unreachable",
        "is_member",
        "sizeof",
        "alignof",
        "offsetof",
        "static_assert",
        "embed",
        "asm",
    }
)
"""Functions with a typing rule of their own, beside the intrinsics."""

LANGUAGE_NAMES = frozenset(
    set(SCALARS)
    | WORD_INTEGERS
    | TYPE_CONSTRUCTORS
    | set(CLASS_DECORATORS)
    | set(FUNCTION_DECORATORS)
    | TYPING_NAMES
    | BASES
    | BUILD_CONSTANTS
    | FUNCTIONS
    | set(GENERIC)
    | set(WRAPPING)
    | set(MACHINE)
) - {"staticmethod"}

BUILTINS: dict[str, Type | None] = {
    "bool": BOOL,
    "len": None,
    "range": None,
    "enumerate": None,
    "min": None,
    "max": None,
    "abs": None,
    "staticmethod": None,
    "StopIteration": None,
    "tuple": None,
    "object": None,
}
