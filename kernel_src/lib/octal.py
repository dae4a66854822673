"""Numbers in the header of a tar archive."""
from __future__ import annotations

from pykern.lang import Error, Slice, raises, u8, u64


class BadOctal(Error):
    """The field is not an octal number as ustar writes it."""


@raises(BadOctal)
def read_octal(field: Slice[u8]) -> u64:
    """An octal number: spaces may precede it, a space or NUL must end it, only those may follow.

    Numbers of up to 21 digits fit 63 bits, and no field of a header is longer than twelve bytes.
    """
    number: u64 = 0
    digits: u8 = 0
    ended = False
    for byte in field:
        if 0x30 <= byte <= 0x37:
            if ended or digits == 21:
                raise BadOctal
            number = number << 3 | (byte - 0x30)
            digits += 1
        elif byte == 0x20 or byte == 0:
            ended = ended or digits != 0 or byte == 0
        else:
            raise BadOctal
    if digits == 0 or not ended:
        raise BadOctal
    return number
