"""What a module may contain at most.

The figures are those of the browsers and of wasmtime, so that a module which runs there is not
refused here for its size (JavaScript API, "implementation-defined limits"). Each is checked before
anything is allocated.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import u32, usize

MAX_MODULE_BYTES: Final[usize] = 1 << 30
MAX_TYPES: Final[usize] = 1_000_000
MAX_FUNCTIONS: Final[usize] = 1_000_000
MAX_IMPORTS: Final[usize] = 1_000_000
MAX_EXPORTS: Final[usize] = 1_000_000
MAX_GLOBALS: Final[usize] = 1_000_000
MAX_TABLES: Final[usize] = 100
MAX_MEMORIES: Final[usize] = 100
MAX_ELEMENT_SEGMENTS: Final[usize] = 100_000
MAX_DATA_SEGMENTS: Final[usize] = 100_000
MAX_NAME_BYTES: Final[usize] = 100_000
MAX_PARAMS: Final[usize] = 1_000
MAX_RESULTS: Final[usize] = 1_000
MAX_LOCALS: Final[usize] = 50_000
MAX_BODY_BYTES: Final[usize] = 7_654_321
MAX_PAGES: Final[u32] = 65_536  # 64 KiB each: a 32-bit memory has no more
PAGE_BYTES: Final[usize] = 65_536
MAX_TABLE_ENTRIES: Final[usize] = 10_000_000
