"""Random modules that always end: for comparison with another engine.

Each function has a few locals and nested blocks, loops, ifs, switches and calls of the functions
before it. A global holds fuel: every loop takes some, and repeats only while some is left. Stores,
loads and divisions may trap. There are two memories, and some calls are tail calls. Everything
follows from the seed.
"""

from __future__ import annotations

import random

TYPES = ("i32", "i64")
FLOATS = ("f32", "f64")
FLOAT_BINARY = ("add", "sub", "mul", "div", "min", "max", "copysign")
FLOAT_UNARY = ("abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt")
FLOAT_COMPARE = ("eq", "ne", "lt", "gt", "le", "ge")
FLOAT_CONSTANTS = ("0", "-0", "1", "-1.5", "0.1", "1e10", "-1e20", "3e38", "inf", "-inf", "nan")
BINARY = [
    "add",
    "sub",
    "mul",
    "and",
    "or",
    "xor",
    "shl",
    "shr_s",
    "shr_u",
    "rotl",
    "rotr",
    "div_s",
    "div_u",
    "rem_s",
    "rem_u",
]
COMPARE = ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"]
LOADS = {
    "i32": ("load", "load8_s", "load8_u", "load16_s", "load16_u"),
    "i64": ("load", "load8_s", "load8_u", "load16_s", "load16_u", "load32_s", "load32_u"),
}
STORES = {
    "i32": ("store", "store8", "store16"),
    "i64": ("store", "store8", "store16", "store32"),
}
INTERESTING = (0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 127, 128, 255, 4096, 65535, 65536)


class Writer:
    """One function."""

    def __init__(self, chance: random.Random, module: Module, index: int) -> None:
        self.chance = chance
        self.module = module
        self.index = index
        self.params = [chance.choice(TYPES) for _ in range(chance.randrange(9))]
        self.results = [chance.choice(TYPES) for _ in range(chance.choice((0, 1, 1, 1, 2, 4)))]
        locals = [chance.choice(TYPES) for _ in range(chance.randrange(1, 10))]
        locals += [chance.choice(FLOATS) for _ in range(chance.randrange(4))]
        self.locals = self.params + locals
        # For each open label: the types that a branch to it brings; None: not to be used
        self.labels: list[list[str] | None] = []
        self.budget = chance.choice((20, 60, 200, 600))

    def text(self) -> str:
        body = self.statements(0) + [self.value(type, 0) for type in self.results]
        params = " ".join(self.params)
        results = " ".join(self.results)
        locals = " ".join(self.locals[len(self.params) :])
        return (
            f'(func $f{self.index} (export "f{self.index}") (param {params}) (result {results})'
            f" (local {locals})\n" + "\n".join(body) + ")"
        )

    def constant(self, type: str) -> str:
        if type in FLOATS:
            return f"({type}.const {self.chance.choice(FLOAT_CONSTANTS)})"
        bits = 32 if type == "i32" else 64
        kind = self.chance.randrange(4)
        if kind == 0:
            value = self.chance.getrandbits(bits)
        elif kind == 1:
            value = (1 << self.chance.randrange(bits)) - self.chance.randrange(2)
        else:
            value = self.chance.choice(INTERESTING)
        if self.chance.random() < 0.3:
            value = -value
        return f"({type}.const {value % (1 << bits)})"

    def local(self, type: str) -> int | None:
        found = [i for i, t in enumerate(self.locals) if t == type]
        return self.chance.choice(found) if found else None

    # Expressions

    def value(self, type: str, depth: int) -> str:
        self.budget -= 1
        if depth > 5 or self.budget < 0:
            return self.leaf(type)
        if type in FLOATS:
            return self.float_value(type, depth + 1)
        pick = self.chance.choice(
            (self.leaf, self.leaf, self.leaf, self.from_float, self.binary, self.binary,
             self.binary, self.unary, self.comparison, self.select, self.load, self.call,
             self.conditional, self.block)
        )  # fmt: skip
        return pick(type, depth + 1)

    def float_value(self, type: str, depth: int) -> str:
        """A float. Which NaN it is, nobody looks at: engines may differ in that."""
        match self.chance.randrange(9):
            case 0 | 1:
                op = self.chance.choice(FLOAT_BINARY)
                return f"({type}.{op} {self.value(type, depth)} {self.value(type, depth)})"
            case 2:
                return f"({type}.{self.chance.choice(FLOAT_UNARY)} {self.value(type, depth)})"
            case 3 | 4:
                source = self.chance.choice(TYPES)
                sign = self.chance.choice("su")
                return f"({type}.convert_{source}_{sign} {self.value(source, depth)})"
            case 5:
                if type == "f32":
                    return f"(f32.demote_f64 {self.value('f64', depth)})"
                return f"(f64.promote_f32 {self.value('f32', depth)})"
            case 6:
                return f"({type}.load {self.access()} {self.address(depth)})"
            case 7:
                return self.select(type, depth)
            case _:
                return self.conditional(type, depth)

    def from_float(self, type: str, depth: int) -> str:
        """An integer that does not depend on a NaN's payload."""
        source = self.chance.choice(FLOATS)
        if type == "i32" and self.chance.random() < 0.5:
            op = self.chance.choice(FLOAT_COMPARE)
            return f"({source}.{op} {self.value(source, depth)} {self.value(source, depth)})"
        kind = "trunc" if self.chance.random() < 0.1 else "trunc_sat"
        sign = self.chance.choice("su")
        return f"({type}.{kind}_{source}_{sign} {self.value(source, depth)})"

    def leaf(self, type: str, depth: int = 0) -> str:
        local = self.local(type)
        if local is None or self.chance.random() < 0.3:
            return self.constant(type)
        return f"(local.get {local})"

    def binary(self, type: str, depth: int) -> str:
        op = self.chance.choice(BINARY[:11] if self.chance.random() < 0.8 else BINARY)
        left, right = self.value(type, depth), self.value(type, depth)
        if op.startswith(("div", "rem")) and self.chance.random() < 0.8:
            right = f"({type}.or {right} ({type}.const 1))"
        return f"({type}.{op} {left} {right})"

    def unary(self, type: str, depth: int) -> str:
        if type == "i32":
            if self.chance.random() < 0.4:
                return f"(i32.wrap_i64 {self.value('i64', depth)})"
            op = self.chance.choice(["clz", "ctz", "popcnt", "extend8_s", "extend16_s"])
        else:
            if self.chance.random() < 0.4:
                sign = self.chance.choice("su")
                return f"(i64.extend_i32_{sign} {self.value('i32', depth)})"
            op = self.chance.choice(
                ["clz", "ctz", "popcnt", "extend8_s", "extend16_s", "extend32_s"]
            )
        return f"({type}.{op} {self.value(type, depth)})"

    def comparison(self, type: str, depth: int) -> str:
        if type == "i64":
            return f"(i64.extend_i32_u {self.comparison('i32', depth)})"
        operand = self.chance.choice(TYPES)
        if self.chance.random() < 0.2:
            return f"({operand}.eqz {self.value(operand, depth)})"
        op = self.chance.choice(COMPARE)
        return f"({operand}.{op} {self.value(operand, depth)} {self.value(operand, depth)})"

    def select(self, type: str, depth: int) -> str:
        parts = self.value(type, depth), self.value(type, depth), self.value("i32", depth)
        return f"(select {' '.join(parts)})"

    def address(self, depth: int) -> str:
        value = self.value("i32", depth)
        if self.chance.random() < 0.98:
            return f"(i32.and {value} (i32.const {self.chance.choice((255, 4095, 65535))}))"
        return value

    def load(self, type: str, depth: int) -> str:
        op = self.chance.choice(LOADS[type])
        return f"({type}.{op} {self.access()} {self.address(depth)})"

    def access(self) -> str:
        offset = self.chance.choice((0, 0, 1, 8, 100, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF))
        if offset > 100 and self.chance.random() < 0.95:
            offset = 4
        memory = "$other " if self.chance.random() < 0.15 else ""
        return f"{memory}offset={offset} align=1"

    def call(self, type: str, depth: int) -> str:
        callee = self.module.callee(self, type)
        if callee is None:
            return self.leaf(type)
        arguments = " ".join(self.value(param, depth) for param in callee.params)
        if self.module.in_table(callee) and self.chance.random() < 0.4:
            slot = self.module.slot(callee)
            index = f"(i32.const {slot})"
            if self.chance.random() < 0.1:
                index = f"(i32.and {self.value('i32', depth)} (i32.const 15))"
            return f"(call_indirect (type $t{callee.index}) {arguments} {index})"
        return f"(call $f{callee.index} {arguments})"

    def conditional(self, type: str, depth: int) -> str:
        condition = self.value("i32", depth)
        self.labels.append([type])
        then = self.statements(depth) + [self.value(type, depth)]
        other = self.statements(depth) + [self.value(type, depth)]
        self.labels.pop()
        return f"(if (result {type}) {condition} (then {' '.join(then)}) (else {' '.join(other)}))"

    def block(self, type: str, depth: int) -> str:
        self.labels.append([type])
        body = self.statements(depth)
        if self.chance.random() < 0.5:
            leave = f"(br_if 0 {self.value(type, depth)} {self.value('i32', depth)})"
            body.append(f"(drop {leave})")
        body += self.statements(depth) + [self.value(type, depth)]
        self.labels.pop()
        return f"(block (result {type}) {' '.join(body)})"

    # Statements

    def statements(self, depth: int) -> list[str]:
        count = self.chance.randrange(4) if depth else self.chance.randrange(2, 9)
        return [self.statement(depth) for _ in range(count)]

    def statement(self, depth: int) -> str:
        self.budget -= 1
        if depth > 5 or self.budget < 0:
            return self.assign(depth)
        pick = self.chance.choice(
            (self.assign, self.assign, self.assign, self.store, self.global_set, self.branch_out,
             self.loop, self.plain_if, self.switch, self.bulk, self.swap, self.leave)
        )  # fmt: skip
        return pick(depth + 1)

    def assign(self, depth: int) -> str:
        local = self.chance.randrange(len(self.locals))
        value = self.value(self.locals[local], depth)
        if self.chance.random() < 0.2:
            return f"(drop (local.tee {local} {value}))"
        return f"(local.set {local} {value})"

    def swap(self, depth: int) -> str:
        """Two locals of one type exchange their values: a cycle of moves, in a loop."""
        a = self.chance.randrange(len(self.locals))
        b = self.local(self.locals[a])
        return f"(local.get {a}) (local.get {b}) (local.set {a}) (local.set {b})"

    def store(self, depth: int) -> str:
        type = self.chance.choice(TYPES)
        op = self.chance.choice(STORES[type])
        value = self.value(type, depth)
        return f"({type}.{op} {self.access()} {self.address(depth)} {value})"

    def global_set(self, depth: int) -> str:
        type = self.chance.choice(TYPES)
        other = f"(i64.xor (global.get $g64) {self.value('i64', depth)})"
        if type == "i32":
            other = f"(i32.add (global.get $g32) {self.value('i32', depth)})"
        return f"(global.set $g{type[1:]} {other})"

    def bulk(self, depth: int) -> str:
        small = f"(i32.and {self.value('i32', depth)} (i32.const 511))"
        if self.chance.random() < 0.5:
            return f"(memory.fill {self.address(depth)} {self.value('i32', depth)} {small})"
        return f"(memory.copy {self.address(depth)} {self.address(depth)} {small})"

    def branch_out(self, depth: int) -> str:
        label = self.chance.randrange(len(self.labels) + 1)
        types = self.labels[-1 - label] if label < len(self.labels) else None
        if types is None:
            return self.assign(depth)
        values = " ".join(self.value(type, depth) for type in types)
        condition = self.value("i32", depth)
        drop = " ".join("drop" for _ in types)
        return f"{values} {condition} br_if {label} {drop}"

    def loop(self, depth: int) -> str:
        """Only the branch at the end repeats: it asks for fuel."""
        self.labels += [None, []]
        body = self.statements(depth)
        self.labels.pop()
        condition = self.value("i32", depth)
        self.labels.pop()
        fuel = "(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))"
        inner = f"(block {' '.join(body)})"
        again = f"(br_if 0 (i32.and {condition} (i32.gt_s (global.get $fuel) (i32.const 0))))"
        return f"(loop {fuel} {inner} {again})"

    def leave(self, depth: int) -> str:
        """A return or a tail call, on a condition."""
        condition = self.value("i32", depth)
        self.labels.append(None)
        callee = self.module.same_results(self)
        if callee is None or self.chance.random() < 0.3:
            code = " ".join(self.value(type, depth) for type in self.results) + " return"
        else:
            code = self.tail_call(callee, depth)
        self.labels.pop()
        return f"(if {condition} (then {code}))"

    def tail_call(self, callee: Writer, depth: int) -> str:
        arguments = " ".join(self.value(param, depth) for param in callee.params)
        if self.module.in_table(callee) and self.chance.random() < 0.5:
            place = f"(i32.const {self.module.slot(callee)})"
            return f"(return_call_indirect (type $t{callee.index}) {arguments} {place})"
        return f"(return_call $f{callee.index} {arguments})"

    def plain_if(self, depth: int) -> str:
        condition = self.value("i32", depth)
        self.labels.append([])
        then = " ".join(self.statements(depth))
        other = " ".join(self.statements(depth))
        self.labels.pop()
        if self.chance.random() < 0.4:
            return f"(if {condition} (then {then}))"
        return f"(if {condition} (then {then}) (else {other}))"

    def switch(self, depth: int) -> str:
        """A br_table over the blocks around it, some named twice."""
        count = self.chance.randrange(1, 6)
        self.labels += [[]] * (count + 1)
        index = f"(i32.rem_u {self.value('i32', depth)} (i32.const {count + 2}))"
        targets = " ".join(str(self.chance.randrange(count + 1)) for _ in range(count + 1))
        text = f"(br_table {targets} {index})"
        for _ in range(count + 1):
            text = f"(block {text})"
            self.labels.pop()
            text += " ".join(self.statements(depth))
        return text


class Module:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.functions: list[Writer] = []
        bodies = []
        for index in range(self.chance.randrange(1, 6)):
            writer = Writer(self.chance, self, index)
            bodies.append(writer.text())
            self.functions.append(writer)
        types = "\n".join(
            f"(type $t{f.index} (func (param {' '.join(f.params)}) (result {' '.join(f.results)})))"
            for f in self.functions
        )
        elements = " ".join(f"$f{f.index}" for f in self.functions if self.in_table(f))
        self.text = (
            f"(module {types}\n"
            '(memory (export "memory") 2 3)\n(memory $other (export "other") 1 2)\n'
            '(global $fuel (export "fuel") (mut i32) (i32.const 200))\n'
            '(global $g32 (export "g32") (mut i32) (i32.const -7))\n'
            '(global $g64 (export "g64") (mut i64) (i64.const 0x123456789abcdef))\n'
            "(table 12 funcref)\n"
            f"(elem (i32.const 1) func {elements})\n"
            '(data (i32.const 0) "some bytes to begin with")\n' + "\n".join(bodies) + ")"
        )

    def callee(self, caller: Writer, type: str) -> Writer | None:
        fitting = [f for f in self.functions if f.results == [type]]
        return self.chance.choice(fitting) if fitting else None

    def same_results(self, caller: Writer) -> Writer | None:
        fitting = [f for f in self.functions if f.results == caller.results]
        return self.chance.choice(fitting) if fitting else None

    def in_table(self, function: Writer) -> bool:
        return function.index % 2 == 0

    def slot(self, function: Writer) -> int:
        return 1 + function.index // 2

    def arguments(self, function: Writer) -> list[int]:
        """Bits for one call."""
        return [
            self.chance.choice(
                (
                    0,
                    1,
                    self.chance.getrandbits(8),
                    self.chance.getrandbits(32 if t == "i32" else 64),
                )
            )
            for t in function.params
        ]
