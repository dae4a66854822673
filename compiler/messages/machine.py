"""Machine and target: PK10xx."""

from __future__ import annotations

from compiler.messages.entry import Entry

ENTRIES: list[Entry] = [
    Entry(
        name="not-on-target",
        code="PK1001",
        title="not on this target",
        message="`{name}` does not exist on `{target}`",
        explanation=(
            "Privileged instructions exist in the kernel, inline assembly on x86_64. `if TARGET "
            '== "kernel":` keeps code to one target.'
        ),
        broken=("def f() -> None:\n    «hlt»()\n"),
        mended=('def f() -> None:\n    if TARGET == "kernel":\n        hlt()\n'),
        target="wasm",
    ),
    Entry(
        name="asm-text",
        code="PK1002",
        title="assembly not a literal",
        message="`asm` takes its template and constraints in quotes",
        explanation="They are compiled, not computed.",
        broken=('TEXT: Final = "nop"\n\n\ndef f() -> None:\n    «asm(TEXT, "")»\n'),
        mended=('def f() -> None:\n    asm("nop", "")\n'),
    ),
    Entry(
        name="not-an-order",
        code="PK1003",
        title="not a memory order",
        message="`{found}` is not a memory order",
        explanation="Say `Order.RELAXED`, `ACQUIRE`, `RELEASE`, `ACQ_REL` or `SEQ_CST`.",
        broken=("x: Atomic[u32] = Atomic(0)\n\n\ndef f() -> u32:\n    return x.load(«3»)\n"),
        mended=(
            "x: Atomic[u32] = Atomic(0)\n\n\ndef f() -> u32:\n    return x.load(Order.ACQUIRE)\n"
        ),
    ),
    Entry(
        name="order-for-operation",
        code="PK1004",
        title="memory order without meaning",
        message="this order has no meaning for a {operation}",
        explanation="A load does not release, a store does not acquire, a fence does something.",
        broken=(
            "x: Atomic[u32] = Atomic(0)\n\n\ndef f() -> u32:\n    return x.load(«Order.RELEASE»)\n"
        ),
        mended=(
            "x: Atomic[u32] = Atomic(0)\n\n\ndef f() -> u32:\n    return x.load(Order.ACQUIRE)\n"
        ),
    ),
    Entry(
        name="asm-operands",
        code="PK1005",
        title="constraints that do not fit",
        message="the constraints of this `asm` {problem}",
        explanation=(
            "The constraints are separated by commas: one that begins with `=` for the result if "
            "there is one, then one for each operand, then what else is changed, as `~{cc}`."
        ),
        broken=('def f(x: u64) -> None:\n    «asm("incq $0", "r,r", None, x)»\n'),
        mended=('def f(x: u64) -> None:\n    asm("incq $0", "r", None, x)\n'),
    ),
    Entry(
        name="asm-type",
        code="PK1006",
        title="not the contents of a register",
        message="{type} does not go into a register",
        explanation="Integers, floats, `bool` and pointers do. Pass a pointer to anything else.",
        broken=('def f(x: Slice[u8]) -> None:\n    asm("nop", "r", None, «x»)\n'),
        mended=('def f(x: Slice[u8]) -> None:\n    asm("nop", "r", None, address_of(x))\n'),
    ),
    Entry(
        name="bad-symbol",
        code="PK1007",
        title="not a symbol",
        message="`{name}` can't be the name of a symbol or section",
        explanation=(
            "Letters, digits, `_`, `.`, `$`, and no digit first. Names that begin with `llvm.` "
            "belong to the compiler."
        ),
        broken=('@export(«"two words"»)\ndef f() -> None:\n    pass\n'),
        mended=('@export("two_words")\ndef f() -> None:\n    pass\n'),
    ),
    Entry(
        name="duplicate-symbol",
        code="PK1008",
        title="one symbol for two things",
        message="`{name}` and `{other}` have the same symbol: `{symbol}`",
        explanation="The linker knows things by their symbols, so each needs its own.",
        broken=(
            '@export("run")\ndef f() -> None:\n    pass\n\n\n'
            '@export("run")\ndef «g»() -> None:\n    pass\n'
        ),
        mended=(
            '@export("run")\ndef f() -> None:\n    pass\n\n\n'
            '@export("run_again")\ndef g() -> None:\n    pass\n'
        ),
    ),
    Entry(
        name="naked-body",
        code="PK1009",
        title="code in a naked function",
        message="the body of `{name}`, which is naked, is one `asm`",
        explanation=(
            "A `@naked` function has no frame: nothing but its own assembly could find its "
            "arguments or its way back."
        ),
        broken=("@naked\ndef «f»(x: u64) -> u64:\n    return x + 1\n"),
        mended=('@naked\ndef f(x: u64) -> u64:\n    asm("leaq 1(%rdi), %rax\\n ret", "", None)\n'),
    ),
]
