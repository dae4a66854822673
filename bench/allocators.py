"""Loops over allocators, the same for each: ours, the C library's, and mimalloc.

An allocator is a pair of functions and is called through pointers, so that no loop knows which
one it has. Every block is written to once.
"""
from __future__ import annotations

from kernel_src.mm.frame_cache import FrameCache
from kernel_src.mm.frames import Frames, OutOfFrames
from kernel_src.mm.heap import Heap, HeapCache, OutOfMemory
from pykern.lang import (
    Fn,
    Ptr,
    Slice,
    enum,
    extern,
    ptr_at,
    store,
    struct,
    u8,
    u32,
    u64,
    usize,
)

frames: Frames = Frames()
frame_cache: FrameCache = FrameCache(frames=frames)
heap: Heap = Heap(frames=frames, base=0)
heap_cache: HeapCache = HeapCache(heap=heap)


@extern("malloc")
def malloc(size: usize) -> usize: ...


@extern("free")
def free(address: usize) -> None: ...


@extern("mi_malloc")
def mi_malloc(size: usize) -> usize: ...


@extern("mi_free")
def mi_free(address: usize) -> None: ...


def initialise(metadata: Slice[u64], owners: Slice[u32], base: usize, end: u64) -> None:
    """Our memory: physical address 0 stands for `base`."""
    frames.initialise(metadata, end)
    frames.add(0, end)
    heap.base = base
    heap.initialise(owners)


def heap_allocate(size: usize) -> usize:
    try:
        return heap_cache.allocate(size)
    except OutOfMemory:
        return 0


def heap_release(address: usize) -> None:
    heap_cache.release(address)


def frame_allocate(size: usize) -> usize:
    try:
        return heap.base + usize(frame_cache.allocate())
    except OutOfFrames:
        return 0


def frame_release(address: usize) -> None:
    frame_cache.release(address - heap.base)


@enum(u8)
class Peer:
    HEAP = 0
    FRAMES = 1
    GLIBC = 2
    MIMALLOC = 3


@struct
class Allocator:
    allocate: Fn[[usize], usize]
    release: Fn[[usize], None]


def choose(chosen: Ptr[Allocator], peer: Peer) -> None:
    match peer:
        case Peer.HEAP:
            chosen.allocate = heap_allocate
            chosen.release = heap_release
        case Peer.FRAMES:
            chosen.allocate = frame_allocate
            chosen.release = frame_release
        case Peer.GLIBC:
            chosen.allocate = malloc
            chosen.release = free
        case Peer.MIMALLOC:
            chosen.allocate = mi_malloc
            chosen.release = mi_free


def take(chosen: Ptr[Allocator], size: usize) -> usize:
    address = chosen.allocate(size)
    assert address != 0, f"no memory for {size} bytes"
    store(ptr_at(u8, address), 1)
    return address


def pairs(peer: Peer, size: usize, count: usize) -> None:
    """Each block is given back before the next is taken."""
    chosen = Allocator(allocate=heap_allocate, release=heap_release)
    choose(chosen, peer)
    for _ in range(count):
        chosen.release(take(chosen, size))


def batches(peer: Peer, size: usize, count: usize, order: Slice[u32], room: Slice[usize]) -> None:
    """As many blocks as `room` holds are taken, then given back in the order of `order`."""
    chosen = Allocator(allocate=heap_allocate, release=heap_release)
    choose(chosen, peer)
    for _ in range(count // len(room)):
        for place in range(len(room)):
            room[place] = take(chosen, size)
        for place in order:
            chosen.release(room[place])


def replacements(
    peer: Peer, size: usize, count: usize, order: Slice[u32], room: Slice[usize]
) -> None:
    """The blocks of `room` are replaced one by one, in the order of `order` again and again."""
    chosen = Allocator(allocate=heap_allocate, release=heap_release)
    choose(chosen, peer)
    for place in range(len(room)):
        room[place] = take(chosen, size)
    done: usize = 0
    while done < count:
        for place in order:
            chosen.release(room[place])
            room[place] = take(chosen, size)
        done += len(order)
    for place in range(len(room)):
        chosen.release(room[place])
