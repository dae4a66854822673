"""References: what a `funcref` is, and how one becomes something that generated code can call.

A reference is a word, 0 if it is null. A `funcref` is the address of a FunctionRef in the
`functions` of some instance; an `externref` is whatever word the embedder made of its object.
Generated code calls through a FunctionRef, which is of one of three kinds:

    direct   code: the function                    context: its instance
             handler: the reference itself
    host     code: the host call stub              context: the instance that imports it
             handler: the host function
    link     code: the switch stub (switch.py)     context: the instance that it switches to
             handler: the reference of the function

The functions that an instance defines are direct, those that it imports from another instance are
links. An element of a table is null (all zeros), direct, or a link, but never of the kind `host`:
so `handler` of an element is always the reference that was put there. Direct elements are for
tables that only one instance can reach, and for its own functions.
"""
from __future__ import annotations

from kernel_src.jit.context import FunctionRef
from kernel_src.runtime.switch import switch_address
from pykern.lang import Ptr, address_of, copy, ptr_at, u64, usize, zero


def is_link(function: Ptr[FunctionRef]) -> bool:
    return function.code == switch_address()


def is_direct(function: Ptr[FunctionRef]) -> bool:
    return function.handler == address_of(function)


def make_link(place: Ptr[FunctionRef], function: Ptr[FunctionRef]) -> None:
    """Makes `place` call the function in its own instance, whoever calls."""
    if is_link(function):
        copy(place, function)
        return
    place.code = switch_address()
    place.signature = function.signature
    place.context = function.context
    place.handler = address_of(function)


def make_element(place: Ptr[FunctionRef], reference: u64, home: usize) -> None:
    """Puts a function or null in a table. `home` is the context of the only instance that can
    reach the table, 0 if there are several."""
    if reference == 0:
        zero(place)
        return
    function = ptr_at(FunctionRef, usize(reference))
    if is_direct(function) and function.context == home:
        copy(place, function)
    else:
        make_link(place, function)


def target_of(function: Ptr[FunctionRef]) -> Ptr[FunctionRef]:
    """What a link leads to; any other function is its own target."""
    if is_link(function):
        return ptr_at(FunctionRef, function.handler)
    return function
