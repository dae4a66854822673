"""Places as addresses."""

from __future__ import annotations

from compiler.lower.checks import Check, fail_if
from compiler.lower.emit import Value, integer
from compiler.lower.initialisers import initialise
from compiler.lower.memory import displaced, element_at
from compiler.lower.state import Address, FunctionState, lowers
from compiler.lower.types import GS_PTR, PTR
from compiler.typed_tree import (
    DerefPlace,
    ElementPlace,
    FieldPlace,
    GlobalPlace,
    LocalPlace,
    Place,
    SliceElementPlace,
    Temporary,
)
from compiler.types import ArrayType

PER_CPU_DELTA = "pk_percpu_delta"
"""The per-CPU variable that holds how far this CPU's per-CPU area is from the linked one."""

# --- Where places are --------------------------------------------------------------------------


@lowers(LocalPlace)
def _local(f: FunctionState, place: LocalPlace) -> Address:
    return Address(f.local(place.local), f.types.layout(place.type).align)


@lowers(FieldPlace)
def _field(f: FunctionState, place: FieldPlace) -> Address:
    offset = f.types.layout(place.base.type).offsets[place.index]
    return displaced(f, f.address(place.base), offset)


@lowers(DerefPlace)
def _deref(f: FunctionState, place: DerefPlace) -> Address:
    return Address(f.value(place.pointer), 1)


@lowers(Temporary)
def _temporary(f: FunctionState, place: Temporary) -> Address:
    storage = Address(f.temporary(place), f.types.layout(place.type).align)
    initialise(f, storage, place.initial)
    return storage


def generic_pointer(f: FunctionState, place: Place) -> Value:
    """A pointer to a place that is valid anywhere, also on another CPU."""
    pointer = f.address(place).pointer
    if pointer.type != GS_PTR:
        return pointer
    usize = f.types.usize
    linked = f.e.cast("ptrtoint", pointer, usize)
    symbol = f.module.data.declare_word(PER_CPU_DELTA)
    delta = f.e.load(usize, Value(GS_PTR, _through_gs(f, symbol)), f.types.target.pointer_bits // 8)
    return f.e.cast("inttoptr", f.e.binary("add", linked, delta), PTR)


@lowers(GlobalPlace)
def _global(f: FunctionState, place: GlobalPlace) -> Address:
    symbol = f.module.data.reference(place.variable)
    align = f.types.layout(place.type).align
    if place.variable.per_cpu and f.types.target.kind == "kernel":
        return Address(Value(GS_PTR, _through_gs(f, symbol)), align)
    return Address(Value(PTR, symbol), align)


def _through_gs(f: FunctionState, symbol: str) -> str:
    usize = f.types.usize
    return f"inttoptr ({usize} ptrtoint (ptr {symbol} to {usize}) to {GS_PTR})"


@lowers(ElementPlace)
def _array_element(f: FunctionState, place: ElementPlace) -> Address:
    base = f.address(place.base)
    assert isinstance(place.base.type, ArrayType)
    count = place.base.type.count
    index = f.value(place.index)
    known = index.integer
    size = f.types.layout(place.type).size
    if known is not None and known < count:
        return displaced(f, base, known * size)
    if place.check:
        wide = f.e.resize(index, f.types.usize) if index.type.width < f.types.usize.width else index
        length = integer(wide.type, count)
        outside = f.e.icmp("uge", wide, length)
        fail_if(f, outside, Check.INDEX, place.span, (wide, length))
    return element_at(f, base, place.type, f.e.resize(index, f.types.usize))


@lowers(SliceElementPlace)
def _slice_element(f: FunctionState, place: SliceElementPlace) -> Address:
    value = f.value(place.slice)
    index = f.value(place.index)
    usize = f.types.usize
    if place.check:
        wider = index.type if index.type.width > usize.width else usize
        wide = f.e.resize(index, wider)
        length = f.e.resize(f.e.extract(value, 1), wider)
        outside = f.e.icmp("uge", wide, length)
        fail_if(f, outside, Check.INDEX, place.span, (wide, length))
    return element_at(f, Address(f.e.extract(value, 0), 1), place.type, f.e.resize(index, usize))
