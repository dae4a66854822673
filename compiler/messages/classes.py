"""Structs, values, enums: PK05xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="class-without-kind",
        code="PK0501",
        title="class without a kind",
        message=(
            "`{name}` needs `@struct`, `@value`, `@enum(u8)`, `@flags(u32)`, `Error` or `Protocol`"
        ),
        explanation="A class is one of these, and says which.",
        broken=("class «Box»:\n    size: u32\n"),
        mended=("@struct\nclass Box:\n    size: u32\n"),
    ),
    Entry(
        name="two-class-kinds",
        code="PK0502",
        title="class of two kinds",
        message="a class has one kind",
        explanation="`@struct`, `@value`, `@enum` and `@flags` exclude each other.",
        broken=("@struct\n@«value»\nclass Box:\n    size: u32\n"),
        mended=("@value\nclass Box:\n    size: u32\n"),
    ),
    Entry(
        name="enum-needs-base",
        code="PK0503",
        title="enum without an integer type",
        message="`@{name}` needs an integer type: `@{name}(u8)`",
        explanation="It decides the size of the enum.",
        broken=("@«enum»\nclass Kind:\n    A = 0\n"),
        mended=("@enum(u8)\nclass Kind:\n    A = 0\n"),
    ),
    Entry(
        name="unknown-option",
        code="PK0504",
        title="unknown class option",
        message="`@{name}` has no such option",
        explanation="`@struct` takes `packed=True` and `align=N`.",
        broken=("@struct(«small=True»)\nclass Box:\n    size: u32\n"),
        mended=("@struct(packed=True)\nclass Box:\n    size: u32\n"),
    ),
    Entry(
        name="inheritance",
        code="PK0505",
        title="inheritance",
        message="`{name}` can't be a base class",
        explanation=(
            "A class is built of fields. Only `Generic[T]`, `Protocol` and `Error` are bases."
        ),
        broken=(
            "@struct\nclass Box:\n    size: u32\n\n\n@struct\nclass Crate(«Box»):\n    count: u32\n"
        ),
        mended=(
            "@struct\n"
            "class Box:\n"
            "    size: u32\n"
            "\n"
            "\n"
            "@struct\n"
            "class Crate:\n"
            "    box: Box\n"
            "    count: u32\n"
        ),
        help="embed it as a field",
    ),
    Entry(
        name="class-body",
        code="PK0506",
        title="statement in a class",
        message="a struct or value class holds fields, constants and methods",
        explanation="Nothing else can stand in its body.",
        broken=("@struct\nclass Box:\n    size: u32\n    «count = 3»\n"),
        mended=("@struct\nclass Box:\n    size: u32\n    count: u32 = 3\n"),
    ),
    Entry(
        name="enum-body",
        code="PK0507",
        title="statement in an enum",
        message="an `@{name}` class holds members: `NAME = number`",
        explanation="Nothing else can stand in its body.",
        broken=("@enum(u8)\nclass Kind:\n    A = 0\n    «b: u8»\n"),
        mended=("@enum(u8)\nclass Kind:\n    A = 0\n    B = 1\n"),
    ),
    Entry(
        name="empty-enum",
        code="PK0508",
        title="enum without members",
        message="`{name}` has no members",
        explanation="There would be no value of it.",
        broken=("@enum(u8)\nclass «Kind»:\n    pass\n"),
        mended=("@enum(u8)\nclass Kind:\n    A = 0\n"),
    ),
    Entry(
        name="duplicate-member",
        code="PK0509",
        title="two members of one value",
        message="two members have the value {value}",
        explanation="A number stands for one member.",
        broken=("@enum(u8)\nclass Kind:\n    A = 0\n    B = «0»\n"),
        mended=("@enum(u8)\nclass Kind:\n    A = 0\n    B = 1\n"),
    ),
    Entry(
        name="method-in-enum",
        code="PK0510",
        title="method in a class that has none",
        message="a class of kind `{kind}` has no methods",
        explanation="Write a function that takes it.",
        broken=(
            "@enum(u8)\nclass Kind:\n    A = 0\n\n    def «next»(self) -> u8:\n        return 1\n"
        ),
        mended=(
            "@enum(u8)\nclass Kind:\n    A = 0\n\n\ndef after(kind: Kind) -> u8:\n    return 1\n"
        ),
    ),
    Entry(
        name="place-in-value",
        code="PK0511",
        title="struct or array in a value class",
        message="a value class can't hold a `{type}`",
        explanation="A value is copied freely, and a struct, array or cell never is.",
        broken=("@value\nclass Box:\n    bytes: «Array[u8, 4]»\n"),
        mended=("@struct\nclass Box:\n    bytes: Array[u8, 4]\n"),
    ),
    Entry(
        name="endless-class",
        code="PK0512",
        title="class that contains itself",
        message="`{name}` contains itself",
        explanation="Its size would have no end. Hold a pointer.",
        broken=("@struct\nclass Box:\n    inner: «Box»\n"),
        mended=("@struct\nclass Box:\n    inner: Ptr[Box] | None\n"),
    ),
    Entry(
        name="bad-alignment",
        code="PK0513",
        title="bad alignment",
        message="{value} is not an alignment",
        explanation="An alignment is a power of two up to 1 MiB.",
        broken=("@struct(align=«3»)\nclass Box:\n    size: u32\n"),
        mended=("@struct(align=4)\nclass Box:\n    size: u32\n"),
    ),
    Entry(
        name="method-without-self",
        code="PK0514",
        title="method without `self`",
        message="the first parameter of the method `{name}` is `self`",
        explanation=(
            "A method works on an object; without one it is a `@staticmethod` or a function."
        ),
        broken=("@struct\nclass Box:\n    size: u32\n\n    def «grow»() -> None:\n        pass\n"),
        mended=(
            "@struct\nclass Box:\n    size: u32\n\n    def grow(self) -> None:\n        pass\n"
        ),
    ),
    Entry(
        name="assign-to-value",
        code="PK0515",
        title="assignment to a value",
        message="a `{type}` is frozen",
        explanation="Values never change; make another.",
        broken=("@value\nclass Point:\n    x: u32\n\n\ndef f(p: Point) -> None:\n    p.«x» = 3\n"),
        mended=("@value\nclass Point:\n    x: u32\n\n\ndef f() -> Point:\n    return Point(3)\n"),
    ),
    Entry(
        name="not-an-enum",
        code="PK0516",
        title="not an enum",
        message="`{found}` is not an enum",
        explanation="`is_member` asks whether a number is one of an enum's.",
        broken=("def f(a: u8) -> bool:\n    return is_member(«u32», a)\n"),
        mended=(
            "@enum(u8)\n"
            "class Kind:\n"
            "    A = 0\n"
            "\n"
            "\n"
            "def f(a: u8) -> bool:\n"
            "    return is_member(Kind, a)\n"
        ),
    ),
    Entry(
        name="protocol-instance",
        code="PK0517",
        title="instance of a protocol",
        message="`{name}` is a protocol: it has no instances",
        explanation="A protocol says what a type must have.",
        broken=(
            "class Sized(Protocol):\n"
            "    def size(self) -> u32: ...\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    x = «Sized()»\n"
        ),
        mended=(
            "class Sized(Protocol):\n"
            "    def size(self) -> u32: ...\n"
            "\n"
            "\n"
            "@value\n"
            "class Box:\n"
            "    width: u32\n"
            "\n"
            "    def size(self) -> u32:\n"
            "        return self.width\n"
            "\n"
            "\n"
            "def f() -> None:\n"
            "    x = Box(3)\n"
        ),
    ),
    Entry(
        name="protocol-body",
        code="PK0518",
        title="statement in a protocol",
        message="a protocol holds method signatures",
        explanation="Fields and constants can't be promised.",
        broken=("class Sized(Protocol):\n    «count: u32»\n\n    def size(self) -> u32: ...\n"),
        mended=("class Sized(Protocol):\n    def size(self) -> u32: ...\n"),
    ),
    Entry(
        name="field-after-default",
        code="PK0521",
        title="field without a default after one that has one",
        message="`{name}` needs a default, since a field above it has one",
        explanation="Fields are given by position too, so those that must be given come first.",
        broken="@struct\nclass Box:\n    size: u32 = 0\n    «count»: u32\n",
        mended="@struct\nclass Box:\n    count: u32\n    size: u32 = 0\n",
    ),
    Entry(
        name="atomic-in-packed",
        code="PK0522",
        title="atomic in a packed struct",
        message="`{name}` holds an `Atomic`, which must not be split over two words",
        explanation=(
            "A packed struct begins at any address, so its fields lie anywhere, and an operation "
            "on one of them may be two for the processor."
        ),
        broken=("@struct(packed=«True»)\nclass Entry:\n    tag: u8\n    count: Atomic[u32]\n"),
        mended=("@struct\nclass Entry:\n    tag: u8\n    count: Atomic[u32]\n"),
    ),
]
