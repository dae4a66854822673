"""Types as they are written: PK02xx, first part."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="not-a-type",
        code="PK0201",
        title="not a type",
        message="`{found}` is not a type",
        explanation=(
            "An annotation names a type: one of the language's, or a class or alias of the program."
        ),
        broken=("def f(x: «3») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="quoted-annotation",
        code="PK0203",
        title="quoted annotation",
        message="annotations need no quotes",
        explanation=(
            "With `from __future__ import annotations` a name may be used in an annotation "
            "before it is defined."
        ),
        broken=('def f(x: «"u32"») -> None:\n    pass\n'),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="union-type",
        code="PK0204",
        title="union of types",
        message="only `T | None` is a union here",
        explanation="The one union is a pointer that may be None.",
        broken=("def f(x: «u32 | u64») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[u32] | None) -> None:\n    pass\n"),
    ),
    Entry(
        name="optional-of-non-pointer",
        code="PK0205",
        title="None for what is not a pointer",
        message="only a pointer can be None, not `{type}`",
        explanation=(
            "A nullable pointer is the address 0. Other types have no value to spare; use an "
            "error, a flag or a value that means nothing."
        ),
        broken=("def f(x: «u32 | None») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[u32] | None) -> None:\n    pass\n"),
    ),
    Entry(
        name="type-argument-count",
        code="PK0206",
        title="wrong number of type arguments",
        message="`{name}` takes {expected} type argument(s)",
        explanation="Each of the type's parameters needs an argument.",
        broken=("def f(x: «Array[u8]») -> None:\n    pass\n"),
        mended=("def f(x: Ptr[Array[u8, 4]]) -> None:\n    pass\n"),
    ),
    Entry(
        name="type-arguments-missing",
        code="PK0207",
        title="type arguments missing",
        message="`{name}` is generic: say `{name}[…]`",
        explanation="A generic class is a type once its type arguments are given.",
        broken=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@struct\n"
            "class Box(Generic[T]):\n"
            "    item: T\n"
            "\n"
            "\n"
            "def f(x: Ptr[«Box»]) -> None:\n"
            "    pass\n"
        ),
        mended=(
            'T = TypeVar("T")\n'
            "\n"
            "\n"
            "@struct\n"
            "class Box(Generic[T]):\n"
            "    item: T\n"
            "\n"
            "\n"
            "def f(x: Ptr[Box[u32]]) -> None:\n"
            "    pass\n"
        ),
    ),
    Entry(
        name="not-generic",
        code="PK0208",
        title="not a generic type",
        message="`{name}` takes no type arguments",
        explanation=(
            "Only `Ptr`, `Array`, `Slice`, `Fn`, `tuple`, the cells and generic classes take "
            "type arguments."
        ),
        broken=("def f(x: «u32[u8]») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="circular-alias",
        code="PK0209",
        title="alias of itself",
        message="`{name}` is defined by itself",
        explanation="A type alias must lead to a type.",
        broken=("Name: TypeAlias = Slice[«Name»]\n\n\ndef f(x: Name) -> None:\n    pass\n"),
        mended=("Name: TypeAlias = Slice[u8]\n\n\ndef f(x: Name) -> None:\n    pass\n"),
    ),
    Entry(
        name="array-length",
        code="PK0210",
        title="bad array length",
        message="an array can't have {count} elements",
        explanation="The length of an array is a constant from 0 to 2**32 - 1.",
        broken=("def f(x: Ptr[Array[u8, «-1»]]) -> None:\n    pass\n"),
        mended=("def f(x: Ptr[Array[u8, 1]]) -> None:\n    pass\n"),
    ),
    Entry(
        name="cell-element",
        code="PK0211",
        title="type a cell can't hold",
        message="`{name}` can't hold `{type}`",
        explanation=(
            "`Atomic` holds integers, bools, enums and pointers, `Mmio` integers and enums: what "
            "the machine accesses in one piece."
        ),
        broken=("cell: Atomic[«Str»] = zeroed()\n"),
        mended=("cell: Atomic[u32] = zeroed()\n"),
    ),
    Entry(
        name="fn-parameters",
        code="PK0212",
        title="`Fn` needs a list of parameters",
        message="the parameters of `Fn` stand in brackets",
        explanation="`Fn[[A, B], R]`: the parameter types in a list, then the result.",
        broken=("def f(x: Fn[«u32», u32]) -> None:\n    pass\n"),
        mended=("def f(x: Fn[[u32], u32]) -> None:\n    pass\n"),
    ),
    Entry(
        name="place-by-value",
        code="PK0213",
        title="struct or array by value",
        message="`{type}` can't be passed by value",
        explanation=(
            "Structs, arrays and cells have identity: they are never copied silently. Pass a "
            "`Ptr` to one, or a `Slice` of an array."
        ),
        broken=(
            "@struct\nclass Box:\n    size: u32 = 0\n\n\ndef f(box: «Box») -> None:\n    pass\n"
        ),
        mended=(
            "@struct\nclass Box:\n    size: u32 = 0\n\n\ndef f(box: Ptr[Box]) -> None:\n    pass\n"
        ),
        help="`Ptr[{type}]`",
    ),
    Entry(
        name="missing-annotation",
        code="PK0214",
        title="missing annotation",
        message="the {what} of a function needs a type: `{name}`",
        explanation=(
            "Signatures are written in full, so that a caller can be checked without the body."
        ),
        broken=("def f(«x») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="parameter-type",
        code="PK0215",
        title="parameter type without values",
        message="a parameter can't be a `{type}`",
        explanation="There is nothing to pass.",
        broken=("def f(«x: None») -> None:\n    pass\n"),
        mended=("def f(x: u32) -> None:\n    pass\n"),
    ),
    Entry(
        name="variable-type",
        code="PK0216",
        title="variable type without values",
        message="a variable can't be a `{type}`",
        explanation="There is nothing to store.",
        broken=("def f() -> None:\n    x: «None» = None\n"),
        mended=("def f() -> None:\n    x: Ptr[u32] | None = None\n"),
    ),
]
