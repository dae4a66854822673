"""Pointers and escape: PK04xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="maybe-none",
        code="PK0401",
        title="pointer that may be None",
        message="this may be None: it is a `{type}`",
        explanation=(
            "A nullable pointer is tested before it is used: `if p is None: return`, `p is not "
            "None and …`, `assert p is not None`. An assignment ends what the test showed."
        ),
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box] | None) -> u32:\n"
            "    return «box».size\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box] | None) -> u32:\n"
            "    if box is None:\n"
            "        return 0\n"
            "    return box.size\n"
        ),
        help="test it with `is not None` first",
    ),
    Entry(
        name="never-none",
        code="PK0402",
        title="pointer that is never None",
        message="a `{type}` is never None",
        explanation="The test says nothing: only a `Ptr[T] | None` can be None.",
        broken=("def f(p: Ptr[u32]) -> bool:\n    return «p» is None\n"),
        mended=("def f(p: Ptr[u32] | None) -> bool:\n    return p is None\n"),
    ),
    Entry(
        name="none-for-pointer",
        code="PK0403",
        title="None for a pointer that is never null",
        message="a `{type}` can't be None",
        explanation="Say `| None` in the type if it may be.",
        broken=("def g(p: Ptr[u32]) -> None:\n    pass\n\n\ndef f() -> None:\n    g(«None»)\n"),
        mended=(
            "def g(p: Ptr[u32] | None) -> None:\n    pass\n\n\ndef f() -> None:\n    g(None)\n"
        ),
    ),
    Entry(
        name="none-without-type",
        code="PK0404",
        title="None without a type",
        message="nothing here says which pointer this None is",
        explanation="A variable that starts as None needs its type.",
        broken=("def f() -> None:\n    p = «None»\n"),
        mended=("def f() -> None:\n    p: Ptr[u32] | None = None\n"),
    ),
    Entry(
        name="not-a-pointer",
        code="PK0405",
        title="not a pointer",
        message="a pointer is needed, not {type}",
        explanation="The function works on pointers; `ref(place)` makes one.",
        broken=("def f(a: u32) -> u32:\n    return load(«a»)\n"),
        mended=("def f(a: Ptr[u32]) -> u32:\n    return load(a)\n"),
    ),
    Entry(
        name="not-a-struct",
        code="PK0406",
        title="not a struct or array",
        message="`copy` and `zero` work on structs and arrays, not `{type}`",
        explanation="Values are assigned.",
        broken=("def f(a: Ptr[u32]) -> None:\n    zero(«a»)\n"),
        mended=("def f(a: Ptr[u32]) -> None:\n    store(a, 0)\n"),
    ),
    Entry(
        name="load-of-place",
        code="PK0407",
        title="load of a struct or array",
        message="a `{type}` is not read as a whole",
        explanation="It has identity: use its fields or elements, or `copy`.",
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    x = «load(box)»\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "def f(box: Ptr[Box]) -> None:\n"
            "    x = load(ref(box.size))\n"
        ),
    ),
    Entry(
        name="implicit-copy",
        code="PK0408",
        title="implicit copy",
        message="a `{type}` is not copied by assignment",
        explanation=(
            "Structs, arrays and cells have identity: in Python the assignment would make a "
            "second name, not a copy."
        ),
        broken=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "@struct\n"
            "class Pair:\n"
            "    first: Box = zeroed()\n"
            "\n"
            "\n"
            "def f(pair: Ptr[Pair], box: Ptr[Box]) -> None:\n"
            "    «pair.first = box»\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32 = 0\n"
            "\n"
            "\n"
            "@struct\n"
            "class Pair:\n"
            "    first: Box = zeroed()\n"
            "\n"
            "\n"
            "def f(pair: Ptr[Pair], box: Ptr[Box]) -> None:\n"
            "    copy(pair.first, box)\n"
        ),
        help="`copy(target, source)` copies",
    ),
    Entry(
        name="escapes-by-return",
        code="PK0409",
        title="pointer to a local returned",
        message="this points into the frame of the function that returns it",
        explanation="The local is gone when the caller sees the pointer.",
        broken=("def f() -> Ptr[u32]:\n    x: u32 = 3\n    return «ref(x)»\n"),
        mended=("x: u32 = 3\n\n\ndef f() -> Ptr[u32]:\n    return ref(x)\n"),
    ),
    Entry(
        name="escapes-by-store",
        code="PK0410",
        title="pointer to a local stored",
        message="this points into the frame, and is stored where it lives longer",
        explanation=(
            "Storing a pointer to a local in a global or through a pointer keeps it after the "
            "function has returned."
        ),
        broken=(
            "last: Ptr[u32] | None = None\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    global last\n"
            "    x: u32 = 3\n"
            "    last = «ref(x)»\n"
        ),
        mended=(
            "last: Ptr[u32] | None = None\n"
            "x: u32 = 3\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    global last\n"
            "    last = ref(x)\n"
        ),
    ),
]
