"""What a random program is made of: a sequence of numbers, each of which decides one thing.

A program is a function of its sequence, so a smaller sequence is a smaller program: both
Hypothesis and `compare` shrink programs by shrinking sequences. A sequence that has come to its
end goes on with zeros, and 0 always stands for the simplest thing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

LARGEST = 1 << 16
"""Numbers of a sequence are below this."""


class Choices:
    """Reads a sequence."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers
        self.used = 0

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        number = self._numbers[self.used] if self.used < len(self._numbers) else 0
        self.used += 1
        return number % limit

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent

    def exhausted(self) -> bool:
        return self.used >= len(self._numbers)


def random_numbers(seed: int, length: int) -> list[int]:
    source = random.Random(seed)
    return [source.randrange(LARGEST) for _ in range(length)]
