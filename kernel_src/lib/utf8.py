"""Is this text UTF-8? (RFC 3629: no surrogates, nothing above U+10FFFF, no over-long forms.)"""
from __future__ import annotations

from pykern.lang import Slice, u8, usize


def is_utf8(text: Slice[u8]) -> bool:
    position: usize = 0
    while position < len(text):
        size = sequence_length(text[position:])
        if size == 0:
            return False
        position += size
    return True


def sequence_length(text: Slice[u8]) -> usize:
    """The length of the sequence that `text` (not empty) starts with, 0 if there is none.

    The second byte has a narrower range after four lead bytes: E0 and F0 (an over-long form would
    be possible), ED (a surrogate) and F4 (a number above U+10FFFF).
    """
    lead = text[0]
    if lead < 0x80:
        return 1
    if lead < 0xC2 or lead > 0xF4:
        return 0
    size: usize = 2
    if lead >= 0xF0:
        size = 4
    elif lead >= 0xE0:
        size = 3
    if len(text) < size:
        return 0
    if text[1] < lowest_second(lead) or text[1] > highest_second(lead):
        return 0
    for i in range(usize(2), size):
        if text[i] & 0xC0 != 0x80:
            return 0
    return size


def lowest_second(lead: u8) -> u8:
    if lead == 0xE0:
        return 0xA0
    if lead == 0xF0:
        return 0x90
    return 0x80


def highest_second(lead: u8) -> u8:
    if lead == 0xED:
        return 0x9F
    if lead == 0xF4:
        return 0x8F
    return 0xBF
