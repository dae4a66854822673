"""Random expressions of a wanted type.

An expression that panics ends its program, so operators that can are mostly given operands for
which they do not: masked ones, or divisors that are not 0.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.compiler.generator.choices import Choices
from tests.compiler.generator.formats import format_text
from tests.compiler.generator.kinds import KINDS, U8, U16, U32, U64, UNSIGNED, Kind, edges
from tests.compiler.generator.scope import Expr, Scope, Variable

WORDS = {"+": "add", "-": "sub", "*": "mul", "//": "div", "%": "mod", "<<": "shl", ">>": "shr"}
WRAPPING = {"add": "+", "sub": "-", "mul": "*"}
COMPARISONS = ("==", "<", ">=", "!=", ">", "<=")
SAFE_PERCENT = 75
"""How often operands are chosen so that an operator does not panic."""

Rule = Callable[[Kind, int], Expr]


def _joined(left: Expr, op: str, right: Expr) -> Expr:
    """An operator that both languages spell and mean alike."""
    return Expr(f"({left.dialect} {op} {right.dialect})", f"({left.python} {op} {right.python})")


class Expressions:
    """Makes expressions of what a scope knows."""

    def __init__(self, choices: Choices, scope: Scope, wrapping: bool = False) -> None:
        """`wrapping`: in a function whose operators keep the low bits."""
        self.choices = choices
        self.scope = scope
        self.wrapping = wrapping
        self._inside_text = False

    # --- Integers ----------------------------------------------------------------------------

    def integer(self, kind: Kind, depth: int = 2) -> Expr:
        """An expression whose type is `kind` wherever it stands."""
        if depth <= 0:
            return self._leaf(kind)
        rules: list[Rule] = [
            *(self._leaf_of, self._sum, self._bitwise, self._wrapping, self._choice),
            *(self._converted, self._product, self._shift, self._division, self._seen),
            *(self._truncated, self._extreme, self._unary, self._indexed, self._called),
            *(self._of_bool, self._member, self._bits, self._rotated, self._mixed, self._global),
        ]
        return self.choices.pick(rules)(kind, depth - 1)

    def loose(self, kind: Kind, depth: int = 2) -> Expr:
        """An expression for a place that gives it its type: a literal, or one of a smaller type
        too.
        """
        match self.choices.below(4):
            case 1:
                return self.literal(kind)
            case 2:
                smaller = [k for k in KINDS if k.widens_to(kind)]
                return self.integer(self.choices.pick(smaller), depth)
        return self.integer(kind, depth)

    def literal(self, kind: Kind) -> Expr:
        number = self.choices.pick(edges(kind))
        if self.choices.chance(30):
            return self._literal_operation(kind, number)
        text = hex(number) if number > 9 and self.choices.chance(20) else str(number)
        text = f"({text})" if number < 0 else text
        return Expr(text, text, literal=True)

    def _literal_operation(self, kind: Kind, number: int) -> Expr:
        """Literals are exact: only the result has to fit."""
        other = self.choices.pick((3, 1, 2, 7, -4, 255, 1 << 40))
        op = self.choices.pick(("+", "-", "//", "%", "&", "|", "^", "*", "<<", ">>"))
        if op in ("<<", ">>") and not 0 <= other < 64:
            op = "+"
        text = f"({number} {op} {other})"
        if kind.holds(eval(text)):
            return Expr(text, text, literal=True)
        return Expr(f"({number})", f"({number})", literal=True)

    def _leaf_of(self, kind: Kind, depth: int) -> Expr:
        return self._leaf(kind)

    def _leaf(self, kind: Kind) -> Expr:
        known = self.scope.of(kind)
        if known and not self.choices.chance(15):
            name = self.choices.pick(known).name
            return Expr(name, name)
        others = [v for v in self.scope.variables if isinstance(v.shape, Kind)]
        if others and not self.choices.chance(20):
            name = self.choices.pick(others).name
            return Expr(f"truncate({kind.name}, {name})", f"wrap_{kind.name}({name})")
        literal = self.literal(kind)
        return Expr(f"{kind.name}({literal.dialect})", literal.python)

    def _masked(self, kind: Kind, mask: int, depth: int) -> Expr:
        value = self.integer(kind, depth)
        return Expr(f"({value.dialect} & {mask})", f"({value.python} & {mask})")

    def _operand(self, kind: Kind, mask: int, depth: int) -> Expr:
        """Small enough for the operator, nearly always."""
        if self.choices.chance(100 - SAFE_PERCENT):
            return self.loose(kind, depth)
        return self._masked(kind, mask, depth)

    def _checked(self, op: str, kind: Kind, left: Expr, right: Expr) -> Expr:
        call = f"{self.word(op)}_{kind.name}({left.python}, {right.python})"
        return Expr(f"({left.dialect} {op} {right.dialect})", call)

    def word(self, op: str) -> str:
        """The operation of the oracle that an operator is."""
        return f"wrapping_{WORDS[op]}" if self.wrapping else WORDS[op]

    def _sum(self, kind: Kind, depth: int) -> Expr:
        left = self._masked(kind, 63, depth)
        if self.choices.chance(100 - SAFE_PERCENT):
            left = self.integer(kind, depth)
        if kind.signed and self.choices.chance(40):
            return self._checked("-", kind, left, self._operand(kind, 63, depth))
        return self._checked("+", kind, left, self._operand(kind, 63, depth))

    def _product(self, kind: Kind, depth: int) -> Expr:
        left = self._masked(kind, 15, depth)
        return self._checked("*", kind, left, self._operand(kind, 7, depth))

    def _division(self, kind: Kind, depth: int) -> Expr:
        op = self.choices.pick(("//", "%"))
        left = self.integer(kind, depth)
        right = self.literal(kind)
        if eval(right.python) == 0:
            right = Expr("3", "3")
        elif self.choices.chance(30):
            value = self.integer(kind, depth)
            right = Expr(f"({value.dialect} | 1)", f"({value.python} | 1)")
        elif self.choices.chance(20):
            right = self.integer(kind, depth)
        return self._checked(op, kind, left, right)

    def _shift(self, kind: Kind, depth: int) -> Expr:
        op = self.choices.pick((">>", "<<"))
        left = self._masked(kind, 3, depth) if op == "<<" else self.integer(kind, depth)
        count = str(self.choices.below(min(kind.bits, 6)))
        if self.choices.chance(50):
            by = self._operand(self.choices.pick(UNSIGNED), 3, depth)
            if not by.literal:
                return self._checked(op, kind, left, by)
        return self._checked(op, kind, left, Expr(count, count))

    def _bitwise(self, kind: Kind, depth: int) -> Expr:
        op = self.choices.pick(("^", "&", "|"))
        left, right = self.integer(kind, depth), self.loose(kind, depth)
        return _joined(left, op, right)

    def _mixed(self, kind: Kind, depth: int) -> Expr:
        """Two types: the operation is done in the one that holds both."""
        smaller = self.choices.pick([k for k in KINDS if k.widens_to(kind)])
        one, other = self._masked(kind, 31, depth), self._masked(smaller, 31, depth)
        if self.choices.chance(50):
            one, other = other, one
        return self._checked("+", kind, one, other)

    def _wrapping(self, kind: Kind, depth: int) -> Expr:
        word = self.choices.pick(("add", "sub", "mul", "neg", "shl"))
        left = self.integer(kind, depth)
        if word == "neg":
            return Expr(f"wrapping_neg({left.dialect})", f"wrap_{kind.name}(-{left.python})")
        if word == "shl":
            count = self.choices.below(kind.bits + 3)
            dialect = f"wrapping_shl({left.dialect}, {count})"
            return Expr(dialect, f"wrap_{kind.name}({left.python} << {count})")
        right = self.loose(kind, depth)
        python = f"wrap_{kind.name}({left.python} {WRAPPING[word]} {right.python})"
        return Expr(f"wrapping_{word}({left.dialect}, {right.dialect})", python)

    def _unary(self, kind: Kind, depth: int) -> Expr:
        value = self.integer(kind, depth)
        match self.choices.below(3 if kind.signed else 1):
            case 1:
                word = "wrap" if self.wrapping else "neg"
                sign = "-" if self.wrapping else ""
                return Expr(f"(-{value.dialect})", f"{word}_{kind.name}({sign}{value.python})")
            case 2:
                return Expr(f"abs({value.dialect})", f"abs_{kind.name}({value.python})")
        return Expr(f"(~{value.dialect})", f"wrap_{kind.name}(~{value.python})")

    def _extreme(self, kind: Kind, depth: int) -> Expr:
        word = self.choices.pick(("min", "max"))
        left, right = self.integer(kind, depth), self.loose(kind, depth)
        if self.choices.chance(50):
            left, right = right, left
        return Expr(
            f"{word}({left.dialect}, {right.dialect})", f"{word}({left.python}, {right.python})"
        )

    def _choice(self, kind: Kind, depth: int) -> Expr:
        condition = self.boolean(depth)
        then, otherwise = self.integer(kind, depth), self.loose(kind, depth)
        if self.choices.chance(50):
            then, otherwise = otherwise, then
        return Expr(
            f"({then.dialect} if {condition.dialect} else {otherwise.dialect})",
            f"({then.python} if {condition.python} else {otherwise.python})",
        )

    def _converted(self, kind: Kind, depth: int) -> Expr:
        source = self.choices.pick(KINDS)
        value = self.integer(source, depth)
        if not source.widens_to(kind) and not self.choices.chance(100 - SAFE_PERCENT):
            value = Expr(f"({value.dialect} & 127)", f"({value.python} & 127)")
        return Expr(f"{kind.name}({value.dialect})", f"conv_{kind.name}({value.python})")

    def _truncated(self, kind: Kind, depth: int) -> Expr:
        source = self.choices.pick(KINDS)
        value = self.integer(source, depth)
        word = "bitcast" if source.bits == kind.bits and self.choices.chance(50) else "truncate"
        dialect = f"{word}({kind.name}, {value.dialect})"
        return Expr(dialect, f"wrap_{kind.name}({value.python})")

    def _seen(self, kind: Kind, depth: int) -> Expr:
        value = self.integer(kind, depth)
        return Expr(f"seen({value.dialect})", f"seen({value.python})")

    def _of_bool(self, kind: Kind, depth: int) -> Expr:
        value = self.boolean(depth)
        return Expr(f"{kind.name}({value.dialect})", f"int({value.python})")

    def _bits(self, kind: Kind, depth: int) -> Expr:
        """Counts are `u32`."""
        source = self.choices.pick(UNSIGNED)
        value = self.integer(source, depth)
        word = self.choices.pick(("popcount", "clz", "ctz"))
        python = f"{word}_{source.name}({value.python})"
        if word == "popcount":
            python = f"({value.python}).bit_count()"
        dialect = f"{word}({value.dialect})"
        if kind == U32:
            return Expr(dialect, python)
        return Expr(f"truncate({kind.name}, {dialect})", f"wrap_{kind.name}({python})")

    def _rotated(self, kind: Kind, depth: int) -> Expr:
        if kind.signed:
            return self._leaf(kind)
        value = self.integer(kind, depth)
        if self.choices.chance(25):
            return Expr(f"bswap({value.dialect})", f"swap_{kind.name}({value.python})")
        word = self.choices.pick(("rotl", "rotr"))
        count = self.loose(U32, depth)
        return Expr(
            f"{word}({value.dialect}, {count.dialect})",
            f"{word}_{kind.name}({value.python}, {count.python})",
        )

    def _global(self, kind: Kind, depth: int) -> Expr:
        if kind != U32:
            return self._leaf(kind)
        if self.choices.chance(30) and not self._inside_text:
            message = self.text(depth)
            return Expr(f"text({message.dialect})", f"text({message.python})")
        return Expr("prelude.shared", "State.shared")

    # --- Places ------------------------------------------------------------------------------

    def index(self, array: Variable, depth: int) -> Expr:
        """An index of an unsigned type, nearly always inside the array."""
        kind = self.choices.pick(UNSIGNED)
        if self.choices.chance(8):
            value = self.integer(kind, depth)
        else:
            inner = self.integer(kind, depth)
            value = Expr(f"{inner.dialect} % {array.count}", f"{inner.python} % {array.count}")
        return Expr(value.dialect, f"at({array.name}, {value.python})")

    def _indexed(self, kind: Kind, depth: int) -> Expr:
        arrays = [v for v in self.scope.of("array") if v.element == kind]
        if not arrays:
            return self._leaf(kind)
        array = self.choices.pick(arrays)
        index = self.index(array, depth)
        return Expr(f"{array.name}[{index.dialect}]", f"{array.name}[{index.python}]")

    def _member(self, kind: Kind, depth: int) -> Expr:
        """A field of a struct or value, a member's number, a method's result."""
        found: list[Expr] = []
        for cell in self.scope.of("Cell"):
            fields = {"u32": "count", "i64": "total", "u16": "pair.first", "i32": "pair.second"}
            if kind.name in fields:
                text = f"{cell.name}.{fields[kind.name]}"
                found.append(Expr(text, text))
            if kind == U32:
                by = self.loose(U8, depth)
                found.append(
                    Expr(f"{cell.name}.bump({by.dialect})", f"{cell.name}.bump({by.python})")
                )
        if kind == U8:
            member = self.colour(depth)
            found.append(Expr(f"{member.dialect}.value", member.python))
        if kind == U16 and self.scope.of("Pair"):
            pair = self.pair(depth)
            found.append(Expr(f"{pair.dialect}.first", f"{pair.python}.first"))
        return self.choices.pick(found) if found else self._leaf(kind)

    def _called(self, kind: Kind, depth: int) -> Expr:
        helpers = [h for h in self.scope.helpers if h.result == kind and not h.raises]
        if not helpers or self.choices.chance(30):
            left, right = self.integer(kind, depth), self.integer(kind, depth)
            dialect = f"mixed({left.dialect}, {right.dialect})"
            return Expr(dialect, f"mixed_{kind.name}({left.python}, {right.python})")
        return self.call(self.choices.pick(helpers).name, depth)

    def call(self, name: str, depth: int) -> Expr:
        """A call of one of the program's own functions."""
        helper = next(h for h in self.scope.helpers if h.name == name)
        arguments = [
            self.loose(shape, depth) if isinstance(shape, Kind) else self.boolean(depth)
            for shape in helper.parameters
        ]
        if self.choices.chance(30):  # by name, and the last first
            order = reversed(range(len(arguments)))
            arguments = [
                Expr(f"v{i + 1}={arguments[i].dialect}", f"v{i + 1}={arguments[i].python}")
                for i in order
            ]
        return Expr(
            f"{name}({', '.join(a.dialect for a in arguments)})",
            f"{name}({', '.join(a.python for a in arguments)})",
        )

    # --- Truth -------------------------------------------------------------------------------

    def boolean(self, depth: int = 1) -> Expr:
        if depth <= 0:
            known = self.scope.of("bool")
            if known and self.choices.chance(60):
                name = self.choices.pick(known).name
                return Expr(name, name)
            return self._comparison(0)
        rules = (
            *(self._comparison, self._chain, self._both, self._not, self._known),
            *(self._colours, self._pairs),
        )
        return self.choices.pick(rules)(depth - 1)

    def _comparison(self, depth: int) -> Expr:
        kind = self.choices.pick(KINDS)
        op = self.choices.pick(COMPARISONS)
        left, right = self.integer(kind, depth), self.loose(kind, depth)
        if self.choices.chance(40):
            left, right = right, left
        return _joined(left, op, right)

    def _chain(self, depth: int) -> Expr:
        kind = self.choices.pick(KINDS)
        items = [self.loose(kind, depth), self.integer(kind, depth), self.loose(kind, depth)]
        ops = [self.choices.pick(COMPARISONS) for _ in range(2)]
        dialect = f"{items[0].dialect} {ops[0]} {items[1].dialect} {ops[1]} {items[2].dialect}"
        python = f"{items[0].python} {ops[0]} {items[1].python} {ops[1]} {items[2].python}"
        return Expr(f"({dialect})", f"({python})")

    def _both(self, depth: int) -> Expr:
        op = self.choices.pick(("and", "or"))
        left, right = self.boolean(depth), self.boolean(depth)
        return _joined(left, op, right)

    def _not(self, depth: int) -> Expr:
        value = self.boolean(depth)
        return Expr(f"(not {value.dialect})", f"(not {value.python})")

    def _known(self, depth: int) -> Expr:
        value = self.boolean(depth)
        return Expr(f"known({value.dialect})", f"known({value.python})")

    def _colours(self, depth: int) -> Expr:
        op = self.choices.pick(("==", "!="))
        left, right = self.colour(depth), self.colour(depth)
        if self.choices.chance(30):
            number = self.integer(self.choices.pick(KINDS), depth)
            return Expr(f"is_member(Colour, {number.dialect})", f"({number.python} in MEMBERS)")
        return _joined(left, op, right)

    def _pairs(self, depth: int) -> Expr:
        left = self.pair(depth)
        if self.choices.chance(25):
            number = self.loose(U64, depth)
            return Expr(
                f"({number.dialect} in {left.dialect})", f"({number.python} in {left.python})"
            )
        op = self.choices.pick(("==", "<", "!="))
        right = self.pair(depth)
        return _joined(left, op, right)

    # --- Values ------------------------------------------------------------------------------

    def colour(self, depth: int) -> Expr:
        known = self.scope.of("Colour")
        if known and self.choices.chance(60):
            name = self.choices.pick(known).name
            return Expr(name, name)
        if self.choices.chance(15):
            number = self.integer(U8, depth)
            mask = "" if self.choices.chance(20) else " & 1"
            return Expr(f"Colour({number.dialect}{mask})", f"colour({number.python}{mask})")
        member = self.choices.pick(("RED", "GREEN", "BLUE"))
        return Expr(f"Colour.{member}", member)

    def pair(self, depth: int) -> Expr:
        known = self.scope.of("Pair")
        if known and self.choices.chance(50):
            name = self.choices.pick(known).name
            return Expr(name, name)
        if depth > 0 and self.choices.chance(30):
            left, right = self.pair(depth - 1), self.pair(depth - 1)
            return Expr(f"({left.dialect} + {right.dialect})", f"({left.python} + {right.python})")
        if depth > 0 and self.choices.chance(30):
            inner = self.pair(depth - 1)
            return Expr(f"{inner.dialect}.swapped()", f"{inner.python}.swapped()")
        kinds = (U16, next(k for k in KINDS if k.name == "i32"))
        first, second = (self.loose(k, depth - 1) for k in kinds)
        if self.choices.chance(30):
            return Expr(f"Pair({first.dialect})", f"Pair({first.python})")
        if self.choices.chance(20):
            return Expr(
                f"Pair(second={second.dialect}, first={first.dialect})",
                f"Pair(second={second.python}, first={first.python})",
            )
        return Expr(
            f"Pair({first.dialect}, {second.dialect})", f"Pair({first.python}, {second.python})"
        )

    def text(self, depth: int) -> Expr:
        """An f-string of a few numbers. One inside another would need other quotes."""
        self._inside_text = True
        parts_dialect, parts_python = "", ""
        for _ in range(1 + self.choices.below(2)):
            kind = self.choices.pick(KINDS)
            value = self.integer(kind, min(depth, 1))
            spec = format_text(self.choices, kind)
            parts_dialect += f"{{{value.dialect}{spec}}} "
            parts_python += f"{{{value.python}{spec}}} "
        self._inside_text = False
        return Expr(f'f"{parts_dialect}"', f'f"{parts_python}"')
