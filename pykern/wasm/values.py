"""WebAssembly values in the text format: constants to bits, results against what is expected.

A value is its bits, zero-extended to a word. References are words, too: null is 0, and a host
reference `(ref.extern n)` is n + 1, so that none of them is null.
"""

from __future__ import annotations

import re
from fractions import Fraction

from pykern.wasm.sexpr import Form

WIDTHS = {"i32": 32, "i64": 64, "f32": 32, "f64": 64}
FRACTION_BITS = {"f32": 23, "f64": 52}
EXPONENT_BIAS = {"f32": 127, "f64": 1023}
INTEGER = re.compile(r"[+-]?(0x[0-9a-f]+|[0-9]+)", re.IGNORECASE)
FLOAT = re.compile(
    r"""[+-]?( inf | nan | nan:0x[0-9a-f]+
      | 0x[0-9a-f]+ (\.[0-9a-f]*)? (p[+-]?[0-9]+)?
      | [0-9]+ (\.[0-9]*)? (e[+-]?[0-9]+)? )""",
    re.IGNORECASE | re.VERBOSE,
)
# No float has a larger exponent, in base 2 or 10; a longer mantissa may make up for one.
EXPONENT_MOST = 2000
NAN_PATTERNS = ("nan:canonical", "nan:arithmetic")


class Unknown(Exception):
    """A value or pattern of a feature that the engine lacks; the text is its name."""


def bits_of_text(kind: str, text: str) -> int:
    """The bits of a number as the text format writes it; raises ValueError if it is none."""
    text = text.replace("_", "")
    if not (FLOAT if kind in FRACTION_BITS else INTEGER).fullmatch(text):
        raise ValueError(f"{text} is not an {kind}")
    if kind in FRACTION_BITS:
        return float_bits(kind, text)
    width = WIDTHS[kind]
    value = int(text, 16 if "0x" in text.lower() else 10)
    if not -(1 << (width - 1)) <= value < 1 << width:
        raise ValueError(f"{text} does not fit into an {kind}")
    return value & ((1 << width) - 1)


def float_bits(kind: str, text: str) -> int:
    """The bits of a float's text, rounded once; a NaN with its payload."""
    width, fraction = WIDTHS[kind], FRACTION_BITS[kind]
    sign = 1 << (width - 1) if text.startswith("-") else 0
    digits = text.lstrip("+-").lower()
    infinity = (1 << (width - 1)) - (1 << fraction)
    if digits == "inf":
        return sign | infinity
    if digits.startswith("nan"):
        payload = int(digits.partition(":")[2] or hex(1 << (fraction - 1)), 16)
        if not 0 < payload < 1 << fraction:
            raise ValueError(f"{text} is not an {kind}")
        return sign | infinity | payload
    return sign | min(infinity, rounded(kind, exact(digits)))


def exact(digits: str) -> Fraction:
    """The number that is written: decimal, or hexadecimal with a binary exponent."""
    base, mark = (16, "p") if digits.startswith("0x") else (10, "e")
    mantissa, _, exponent = digits.removeprefix("0x").partition(mark)
    whole, _, part = mantissa.partition(".")
    number = Fraction(int(whole + part or "0", base), base ** len(part))
    most = EXPONENT_MOST + 4 * len(digits)
    power = max(-most, min(int(exponent or "0"), most))
    return number * Fraction(2 if base == 16 else 10) ** power


def rounded(kind: str, number: Fraction) -> int:
    """The nearest float's bits, ties to even; what is too large gives infinity or more."""
    if number == 0:
        return 0
    fraction, bias = FRACTION_BITS[kind], EXPONENT_BIAS[kind]
    exponent = number.numerator.bit_length() - number.denominator.bit_length()
    if number < Fraction(2) ** exponent:
        exponent -= 1
    exponent = min(max(exponent, 1 - bias), bias + 1)
    units = round(number / Fraction(2) ** (exponent - fraction))
    # A carry out of the fraction becomes one in the exponent; a subnormal has neither
    return max(0, exponent + bias - 1 << fraction) + units


def constant(form: Form) -> int:
    """The bits of a constant such as `(i32.const -1)` or `(ref.extern 3)`."""
    match form:
        case [str(word), str(text)] if word.removesuffix(".const") in WIDTHS:
            return bits_of_text(word.removesuffix(".const"), text)
        case ["ref.null", *_]:
            return 0
        case ["ref.extern", str(number)]:
            return int(number, 0) + 1
        case ["v128.const", *_]:
            raise Unknown("fixed-width SIMD")
        case _:
            raise Unknown(f"a value {form[0]!s}")


def matches(found: int, form: Form) -> bool:
    """Is the result what the form asks for: a constant, a kind of NaN, a kind of reference?"""
    match form:
        case ["either", *choices]:
            return any(matches(found, choice) for choice in choices if isinstance(choice, Form))
        case [str(word), str(text)] if text in NAN_PATTERNS:
            return is_nan(word.removesuffix(".const"), found, text)
        case ["ref.func" | "ref.extern"]:
            return found != 0
        case _:
            return found == constant(form)


def is_nan(kind: str, found: int, pattern: str) -> bool:
    """A canonical NaN has the quiet bit as its only payload, an arithmetic one at least that."""
    if kind not in FRACTION_BITS:
        raise Unknown("fixed-width SIMD")
    quiet = float_bits(kind, "nan")
    magnitude = found & ~(1 << (WIDTHS[kind] - 1))
    if pattern == "nan:canonical":
        return magnitude == quiet
    return magnitude & quiet == quiet


def show(kind: str, bits: int) -> str:
    """A value for a person: signed integers, floats with all their digits."""
    if kind in FRACTION_BITS:
        return show_float(kind, bits)
    width = WIDTHS.get(kind)
    if width is None:
        return f"{kind} {'null' if bits == 0 else hex(bits)}"
    return str(bits - (1 << width) if bits >> (width - 1) else bits)


def show_float(kind: str, bits: int) -> str:
    width, fraction = WIDTHS[kind], FRACTION_BITS[kind]
    sign = "-" if bits >> (width - 1) else ""
    exponent = bits >> fraction & ((1 << (width - 1 - fraction)) - 1)
    payload = bits & ((1 << fraction) - 1)
    if exponent == (1 << (width - 1 - fraction)) - 1:
        return sign + (f"nan:{payload:#x}" if payload else "inf")
    scaled = payload + (1 << fraction if exponent else 0)
    value = Fraction(scaled) * Fraction(2) ** (max(exponent, 1) - EXPONENT_BIAS[kind] - fraction)
    digits = 9 if kind == "f32" else 17
    return sign + f"{float(value):.{digits}g}"
