"""The options of the command line: words `name=value` with spaces between them.

Each is looked up by its name when it is needed (`BootInfo.option`); the first of several counts.
Here all the words are looked at once, so that none is passed over in silence. Values are names and
numbers, in which there is no space: quotation marks mean nothing.
"""
from __future__ import annotations

from kernel_src.boot.info import EQUALS, SPACE, first_word
from kernel_src.lib.bytes import same_bytes
from pykern.lang import TESTS, Slice, enum, u8, usize, utf8


@enum(u8)
class Doubt:
    NONE = 0
    NO_VALUE = 1
    UNKNOWN = 2
    REPEATED = 3


def next_word(text: Slice[u8], start: usize) -> tuple[usize, usize]:
    """Where the first word from `start` on begins and ends; an empty one at the end of the text."""
    first = start
    while first < len(text) and text[first] == SPACE:
        first += 1
    return first, first + len(first_word(text[first:]))


def doubt_about(text: Slice[u8], first: usize, last: usize) -> Doubt:
    """What is wrong with the word that lies there."""
    word = text[first:last]
    name = name_of(word)
    if len(name) == len(word):
        return Doubt.NO_VALUE
    if not is_known(name):
        return Doubt.UNKNOWN
    earlier, end = next_word(text, 0)
    while earlier < first:
        if same_bytes(name_of(text[earlier:end]), name):
            return Doubt.REPEATED
        earlier, end = next_word(text, end)
    return Doubt.NONE


def name_of(word: Slice[u8]) -> Slice[u8]:
    """What comes before the first `=`; all of it if there is none."""
    for index, byte in enumerate(word):
        if byte == EQUALS:
            return word[:index]
    return word


def is_known(name: Slice[u8]) -> bool:
    if TESTS and is_known_to_tests(name):
        return True
    return same_bytes(name, utf8("log")) or same_bytes(name, utf8("end"))


def is_known_to_tests(name: Slice[u8]) -> bool:
    return (
        same_bytes(name, utf8("selftest"))
        or same_bytes(name, utf8("tests"))
        or same_bytes(name, utf8("spec"))
    )
