"""Bugs put into the memory modules on purpose: the models of their tests catch each."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutation:
    """Replaces `old`, which occurs once in the file, by `new`."""

    name: str
    area: str
    file: str
    old: str
    new: str


MUTATIONS = [
    Mutation(
        "a split leaves out the smallest half",
        "frames",
        "mm/frames.py",
        "        while above > order:\n            above -= 1\n            other =",
        "        while above > order + 1:\n            above -= 1\n            other =",
    ),
    Mutation(
        "the other half of a split is forgotten",
        "frames",
        "mm/frames.py",
        "                self.insert(other, above)\n",
        "                pass\n",
    ),
    Mutation(
        "the last merge is lost",
        "frames",
        "mm/frames.py",
        "while whole < MAX_ORDER and",
        "while whole < 8 and",
    ),
    Mutation(
        "a block is joined with the block behind it, buddy or not",
        "frames",
        "mm/frames.py",
        "        while whole < MAX_ORDER and self.blocks[whole].has(first >> whole ^ 1):\n"
        "            self.remove((first >> whole ^ 1) << whole, whole)\n",
        "        while whole < MAX_ORDER and self.blocks[whole].has((first >> whole) + 1):\n"
        "            self.remove(((first >> whole) + 1) << whole, whole)\n",
    ),
    Mutation(
        "a block may end one frame past the limit",
        "frames",
        "mm/frames.py",
        "            if end <= limit:",
        "            if end <= limit + PAGE_SIZE:",
    ),
    Mutation(
        "a run keeps one frame too few",
        "frames",
        "mm/frames.py",
        "self.free_range(start + count, start + (usize(1) << order))",
        "self.free_range(start + count - 1, start + (usize(1) << order))",
    ),
    Mutation(
        "the sets above are not told that a word is empty",
        "frames",
        "lib/bit_tree.py",
        "            if rest != 0:\n",
        "            if rest != 1:\n                return\n            if rest != 0:\n",
    ),
    Mutation(
        "the last piece of a slab reaches into its record",
        "heap",
        "mm/slab.py",
        "return u32((slab_size(kind) - sizeof(Slab)) // SIZES[kind])",
        "return u32(slab_size(kind) // SIZES[kind])",
    ),
    Mutation(
        "an alignment is taken from the request, not from the class",
        "heap",
        "mm/size_classes.py",
        "    while SIZES[found] & (align - 1) != 0:\n        found += 1\n",
        "",
    ),
    Mutation(
        "a slab that left the list is still the one before another",
        "heap",
        "mm/heap.py",
        "            slab_at(slab.next, kind).previous = slab.previous\n",
        "            pass\n",
    ),
    Mutation(
        "a drained magazine keeps what it gave back",
        "heap",
        "mm/heap.py",
        "magazine.blocks[count : count + magazine.count]",
        "magazine.blocks[: magazine.count]",
    ),
    Mutation(
        "the red zone is left out of the size",
        "heap",
        "mm/heap_guard.py",
        "return checked_add(size, front(align) + ZONE)",
        "return checked_add(size, front(align) - ZONE)",
    ),
    Mutation(
        "the guard behind a block is given away",
        "ranges",
        "mm/ranges.py",
        "        return block.start + block.size + block.guard\n",
        "        return block.start + block.size\n",
    ),
    Mutation(
        "the gap behind a block that is given back is lost",
        "ranges",
        "mm/ranges.py",
        "+= block.size + block.guard + block.gap",
        "+= block.size + block.guard",
    ),
    Mutation(
        "the widest gap of a tree that was split is the old one",
        "ranges",
        "mm/ranges.py",
        "            self.refresh(index)\n            return index, high\n",
        "            return index, high\n",
    ),
    Mutation(
        "a table that is empty is kept",
        "paging",
        "mm/paging.py",
        "        return is_empty(entries)\n\n    def drop_empty",
        "        return False\n\n    def drop_empty",
    ),
    Mutation(
        "a table is given up while it has entries",
        "paging",
        "mm/paging.py",
        "        if entry != 0:\n            return False\n",
        "        if entry == 0:\n            return True\n",
    ),
    Mutation(
        "the last page of a range stays mapped",
        "paging",
        "mm/paging.py",
        "virtual, virtual + (size - 1), are_owned",
        "virtual, virtual + max(size - PAGE_SIZE, 1) - 1, are_owned",
    ),
    Mutation(
        "a page that is protected keeps the rights it had",
        "paging",
        "mm/paging.py",
        "entries[index] = entry & kept | bits_of_access(access)",
        "entries[index] = entry | bits_of_access(access)",
    ),
    Mutation(
        "the pages of a split all lead to its first frame",
        "paging",
        "mm/paging.py",
        "= first + place * step",
        "= first",
    ),
    Mutation(
        "4 KiB pages made by a split still have the bit of large ones",
        "paging",
        "mm/paging.py",
        "entries[index] if level > 1 else entries[index] & ~u64(LARGE)",
        "entries[index]",
    ),
    Mutation(
        "a processor is not told that rights have changed",
        "paging",
        "mm/paging.py",
        "        retired.cover(virtual, size)\n\n    def protect_in",
        "\n    def protect_in",
    ),
]


def mutated(folder: Path, mutation: Mutation) -> Path:
    """A copy of the kernel's sources with the bug in it."""
    shutil.copytree(REPOSITORY / "kernel_src", folder / "kernel_src")
    file = folder / "kernel_src" / mutation.file
    text = file.read_text()
    assert text.count(mutation.old) == 1, f"{mutation.file} no longer has the text to replace"
    file.write_text(text.replace(mutation.old, mutation.new))
    return folder


def verdict(root: Path, area: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.mutant", str(root), area],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
    )
    # A bug may also have ended the process.
    return done.stdout if done.returncode >= 0 and done.stdout else f"ended: {done.stderr}"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_is_caught(mutation: Mutation, tmp_path: Path) -> None:
    found = verdict(mutated(tmp_path, mutation), mutation.area)
    assert found.startswith("caught:"), found


@pytest.mark.parametrize("area", ["frames", "heap", "ranges", "paging"])
def test_without_a_bug_nothing_is_caught(area: str) -> None:
    assert verdict(REPOSITORY, area) == "survived\n"
