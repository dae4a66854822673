"""Generics: PK08xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="not-a-type-variable",
        code="PK0801",
        title="not a type variable",
        message="`{found}` is not a type variable",
        explanation="`Generic[…]` lists type variables of the module.",
        broken=("@struct\nclass Box(Generic[«u32»]):\n    size: u32\n"),
        mended=('T = TypeVar("T")\n\n\n@struct\nclass Box(Generic[T]):\n    size: T\n'),
    ),
    Entry(
        name="not-a-bound",
        code="PK0802",
        title="not a bound",
        message="`{found}` can't bound a type variable",
        explanation="A bound is `Integer` or a protocol.",
        broken=('T = TypeVar("T", bound=«Str»)\n\n\ndef f(x: T) -> T:\n    return x\n'),
        mended=('T = TypeVar("T", bound=Integer)\n\n\ndef f(x: T) -> T:\n    return x\n'),
    ),
    Entry(
        name="type-variable-out-of-place",
        code="PK0803",
        title="type variable out of place",
        message="`{name}` means nothing here",
        explanation=(
            "A type variable stands for a type in the signature and body of a generic function "
            "or class."
        ),
        broken=('T = TypeVar("T")\n\ncount: Slice[«T»] = zeroed()\n'),
        mended=('T = TypeVar("T")\n\n\ndef f(x: T) -> T:\n    return x\n'),
    ),
    Entry(
        name="type-variable-unbound",
        code="PK0804",
        title="type variable not decided",
        message="nothing decides `{variable}` of `{name}`",
        explanation="Type arguments are found from the arguments' types; a bare literal has none.",
        broken=(
            'T = TypeVar("T", bound=Integer)\n'
            "\n"
            "\n"
            "def g(x: T) -> T:\n"
            "    return x\n"
            "\n"
            "\n"
            "def f() -> u32:\n"
            "    return «g(3)»\n"
        ),
        mended=(
            'T = TypeVar("T", bound=Integer)\n'
            "\n"
            "\n"
            "def g(x: T) -> T:\n"
            "    return x\n"
            "\n"
            "\n"
            "def f() -> u32:\n"
            "    return g(u32(3))\n"
        ),
    ),
    Entry(
        name="cannot-infer",
        code="PK0805",
        title="type argument can't be found",
        message="`{name}` takes a `{wanted}`, not a `{actual}`",
        explanation=(
            "The argument does not fit the parameter whatever the type variables stand for."
        ),
        broken=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "def g(a: T, b: T) -> T:\n"
            "    return a\n"
            "\n"
            "\n"
            "def f(x: u32, y: bool) -> u32:\n"
            "    return g(x, «y»)\n"
        ),
        mended=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "def g(a: T, b: T) -> T:\n"
            "    return a\n"
            "\n"
            "\n"
            "def f(x: u32, y: u32) -> u32:\n"
            "    return g(x, y)\n"
        ),
    ),
    Entry(
        name="bound-not-met",
        code="PK0806",
        title="type does not keep the bound",
        message="`{type}` can't stand for `{variable}`: {problem}",
        explanation="What a generic may do with its type is what the bound promises.",
        broken=(
            'T = TypeVar("T", bound=Integer)\n'
            "\n"
            "\n"
            "def g(x: T) -> T:\n"
            "    return x\n"
            "\n"
            "\n"
            "def f(b: bool) -> bool:\n"
            "    return «g(b)»\n"
        ),
        mended=(
            'T = TypeVar("T", bound=Integer)\n'
            "\n"
            "\n"
            "def g(x: T) -> T:\n"
            "    return x\n"
            "\n"
            "\n"
            "def f(b: u8) -> u8:\n"
            "    return g(b)\n"
        ),
    ),
    Entry(
        name="generic-function-value",
        code="PK0807",
        title="generic function as a value",
        message="`{name}` is generic: it is many functions",
        explanation=(
            "A function pointer points to one. Wrap the instance that is meant in a function."
        ),
        broken=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "def g(x: T) -> T:\n"
            "    return x\n"
            "\n"
            "\n"
            "def f() -> Fn[[u32], u32]:\n"
            "    return «g»\n"
        ),
        mended=(
            "def g(x: u32) -> u32:\n    return x\n\n\ndef f() -> Fn[[u32], u32]:\n    return g\n"
        ),
    ),
    Entry(
        name="generic-export",
        code="PK0808",
        title="generic function exported",
        message="`{name}` is generic, so it has no one symbol",
        explanation="Export a function of definite types.",
        broken=('T = TypeVar("T")\n\n\n@export("f")\ndef «f»(x: T) -> T:\n    return x\n'),
        mended=('@export("f")\ndef f(x: u32) -> u32:\n    return x\n'),
    ),
    Entry(
        name="endless-types",
        code="PK0809",
        title="ever larger types",
        message="`{name}` is asked for with types inside types without end",
        explanation=(
            "A generic is compiled for each list of types it is used with. One that uses itself "
            "with larger types than its own would be compiled for ever."
        ),
        broken=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@value\n"
            "class Pair(Generic[T]):\n"
            "    first: T\n"
            "\n"
            "\n"
            "def f(x: T) -> u32:\n"
            "    return «f(Pair(x))»\n"
            "\n"
            "\n"
            "def g() -> u32:\n"
            "    return f(u8(1))\n"
        ),
        mended=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@value\n"
            "class Pair(Generic[T]):\n"
            "    first: T\n"
            "\n"
            "\n"
            "def f(x: T, depth: u32) -> u32:\n"
            "    return 0 if depth == 0 else f(x, depth - 1)\n"
            "\n"
            "\n"
            "def g() -> u32:\n"
            "    return f(Pair(u8(1)), 3)\n"
        ),
    ),
]
