"""Seeded damage to modules."""

from __future__ import annotations

import random

INTERESTING = (0x00, 0x01, 0x0B, 0x40, 0x41, 0x6A, 0x70, 0x7C, 0x7D, 0x7E, 0x7F, 0x80, 0xFC, 0xFF)


def mutate(module: bytes, chance: random.Random) -> bytes:
    """One to three small changes, most of them behind the header."""
    data = bytearray(module)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if len(data) <= 9:
            break
        place = chance.randrange(8, len(data)) if chance.random() < 0.99 else chance.randrange(8)
        match chance.randrange(6):
            case 0:
                data[place] ^= 1 << chance.randrange(8)
            case 1:
                data[place] = chance.choice(INTERESTING)
            case 2:
                data[place] = (data[place] + chance.choice((-1, 1))) & 0xFF
            case 3:
                data.insert(place, chance.choice(INTERESTING))
            case 4:
                del data[place]
            case _:
                size = chance.randrange(1, 9)
                other = chance.randrange(8, len(data))
                data[place : place + size] = data[other : other + size]
    return bytes(data)
