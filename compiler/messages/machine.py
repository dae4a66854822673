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
]
