"""Tests of the frame allocator over memory of their own: the same on a host and in the machine."""
from __future__ import annotations

from typing import Final

from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frames import Frames, OutOfFrames, words_for
from pykern.lang import Array, test, u64, unreachable, zeroed

FRAMES: Final = 64
END: Final[u64] = FRAMES * PAGE_SIZE
WORDS: Final = 512

frames: Frames = Frames()
metadata: Array[u64, WORDS] = zeroed()
taken: Array[u64, FRAMES] = zeroed()


def begin() -> None:
    """All frames are free."""
    words = words_for(END)
    assert words <= WORDS, f"{words} words are needed"
    frames.initialise(metadata[:words], END)
    frames.add(0, END)


@test
def all_frames_are_given_out_once_and_come_back() -> None:
    begin()
    for number in range(FRAMES):
        try:
            taken[number] = frames.allocate()
        except OutOfFrames:
            unreachable()
        for before in range(number):
            assert taken[before] != taken[number], f"{taken[number]:#x} was given out twice"
    assert frames.free == 0, f"{frames.free} frames are free"
    for number in range(FRAMES):
        frames.release(taken[number])
    assert frames.free == FRAMES, f"{frames.free} frames are free"


@test
def what_was_split_is_whole_again() -> None:
    begin()
    try:
        single = frames.allocate()
        frames.release(single)
        whole = frames.allocate_block(6)
        frames.release_block(whole, 6)
    except OutOfFrames:
        unreachable()
    assert whole == 0, f"the only block of all frames is at {whole:#x}"


@test
def no_frame_is_left_when_all_are_taken() -> None:
    begin()
    refused = False
    try:
        frames.allocate_block(6)
        frames.allocate()
    except OutOfFrames:
        refused = True
    assert refused, "a frame beyond the last was given out"
