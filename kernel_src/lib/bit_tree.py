"""A set of numbers below a bound, in which the least and the greatest are found at once.

Level 0 holds a bit for each number. A bit of a level above says that a word of the level below is
not 0, so the way from the one word at the top to a number in the set reads one word a level:

    level 2                 .....1
    level 1            ...1........1
    level 0    ..1.......11        ..............1
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Array, Slice, clz, ctz, fill, max_of, struct, u32, u64, usize, zeroed

WORD_SHIFT: Final = 6
WORD_BITS: Final = 1 << WORD_SHIFT
LEVELS_MAX: Final = 7
"""64 to this power is the greatest bound."""


def words_for(bound: usize) -> usize:
    """How many words a set of numbers below `bound` takes."""
    words: usize = 0
    length = bound
    while True:
        length = (length + WORD_BITS - 1) >> WORD_SHIFT
        words += length
        if length <= 1:
            return words


@struct
class BitTree:
    levels: Array[Slice[u64], LEVELS_MAX] = zeroed()
    count: usize = 0  # levels in use

    def initialise(self, words: Slice[u64], bound: usize) -> None:
        """Starts empty, in `words_for(bound)` words."""
        fill(words, 0)
        self.count = 0
        start: usize = 0
        length = bound
        while True:
            length = (length + WORD_BITS - 1) >> WORD_SHIFT
            self.levels[self.count] = words[start : start + length]
            self.count += 1
            start += length
            if length <= 1:
                return

    def has(self, number: usize) -> bool:
        """False for a number beyond the bound, too."""
        word = number >> WORD_SHIFT
        level = self.levels[0]
        return word < len(level) and level[word] >> (number & (WORD_BITS - 1)) & 1 != 0

    def insert(self, number: usize) -> None:
        index = number
        for level in range(self.count):
            words = self.levels[level]
            word = index >> WORD_SHIFT
            old = words[word]
            words[word] = old | u64(1) << (index & (WORD_BITS - 1))
            if old != 0:
                return
            index = word

    def remove(self, number: usize) -> None:
        index = number
        for level in range(self.count):
            words = self.levels[level]
            word = index >> WORD_SHIFT
            rest = words[word] & ~(u64(1) << (index & (WORD_BITS - 1)))
            words[word] = rest
            if rest != 0:
                return
            index = word

    def is_empty(self) -> bool:
        top = self.levels[self.count - 1]
        return len(top) == 0 or top[0] == 0

    def least(self) -> usize:
        """Of a set that is not empty."""
        index: usize = 0
        level = self.count
        while level > 0:
            level -= 1
            index = index << WORD_SHIFT | ctz(self.levels[level][index])
        return index

    def greatest(self) -> usize:
        """Of a set that is not empty."""
        index: usize = 0
        level = self.count
        while level > 0:
            level -= 1
            index = index << WORD_SHIFT | (WORD_BITS - 1 - clz(self.levels[level][index]))
        return index

    def has_any(self, first: usize, shift: u32) -> bool:
        """Whether a number from `first` on, a multiple of `1 << shift`, to the next is in the set.

        One word is enough: that of the lowest level where the range's bits lie in one.
        """
        level = usize(shift // WORD_SHIFT)
        if level >= self.count:
            return not self.is_empty()
        index = first >> (level * WORD_SHIFT)
        word = index >> WORD_SHIFT
        words = self.levels[level]
        width = u64(1) << (shift % WORD_SHIFT)
        mask = u64(max_of(u64)) >> (WORD_BITS - width) << (index & (WORD_BITS - 1))
        return word < len(words) and words[word] & mask != 0
