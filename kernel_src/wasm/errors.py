"""Why a module was refused: a reason, the offset of the byte at fault, and what it is about.

The three error classes say who is to blame. `Malformed`: the bytes are no module. `Invalid`: a
module that breaks a typing rule. `Unsupported`: perhaps a sound module, but one that needs what
this engine lacks or exceeds a limit of it. The reasons of the first two are worded as in the
specification's own test suite; a reason's constant is its code.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Error, Slice, Str, enum, format, raises, struct, u8, usize


class Malformed(Error):
    """The bytes do not decode as a WebAssembly module."""


class Invalid(Error):
    """The module breaks a rule of validation."""


class Unsupported(Error):
    """The module needs a feature that the engine does not have, or exceeds one of its limits."""


# Malformed: the binary format (specification, chapter 5)
BAD_MAGIC: Final[Str] = "magic header not detected"
BAD_VERSION: Final[Str] = "unknown binary version"
UNEXPECTED_END: Final[Str] = "unexpected end"
LENGTH_OUT_OF_BOUNDS: Final[Str] = "length out of bounds"
INTEGER_TOO_LONG: Final[Str] = "integer representation too long"
INTEGER_TOO_LARGE: Final[Str] = "integer too large"
BAD_UTF8: Final[Str] = "malformed UTF-8 encoding"
BAD_SECTION_ID: Final[Str] = "malformed section id"
SECTION_ORDER: Final[Str] = "unexpected content after last section"
SECTION_SIZE: Final[Str] = "section size mismatch"
BAD_TYPE_FORM: Final[Str] = "malformed type form"
BAD_VALUE_TYPE: Final[Str] = "malformed value type"
BAD_REFERENCE_TYPE: Final[Str] = "malformed reference type"
BAD_IMPORT_KIND: Final[Str] = "malformed import kind"
BAD_EXPORT_KIND: Final[Str] = "malformed export kind"
BAD_MUTABILITY: Final[Str] = "malformed mutability"
BAD_LIMITS_FLAGS: Final[Str] = "malformed limits flags"
BAD_ELEMENT_FLAGS: Final[Str] = "malformed elements segment kind"
BAD_DATA_FLAGS: Final[Str] = "malformed data segment kind"
BAD_MEMORY_FLAGS: Final[Str] = "malformed memop flags"
ILLEGAL_OPCODE: Final[Str] = "illegal opcode"
END_EXPECTED: Final[Str] = "END opcode expected"
TOO_MANY_LOCALS: Final[Str] = "too many locals"
ZERO_EXPECTED: Final[Str] = "zero byte expected"
CODE_COUNT: Final[Str] = "function and code section have inconsistent lengths"
DATA_COUNT: Final[Str] = "data count and data section have inconsistent lengths"
DATA_COUNT_REQUIRED: Final[Str] = "data count section required"

# Invalid: the typing rules (specification, chapter 3)
TYPE_MISMATCH: Final[Str] = "type mismatch"
UNKNOWN_TYPE: Final[Str] = "unknown type"
UNKNOWN_FUNCTION: Final[Str] = "unknown function"
UNKNOWN_TABLE: Final[Str] = "unknown table"
UNKNOWN_MEMORY: Final[Str] = "unknown memory"
UNKNOWN_GLOBAL: Final[Str] = "unknown global"
UNKNOWN_LOCAL: Final[Str] = "unknown local"
UNKNOWN_LABEL: Final[Str] = "unknown label"
UNKNOWN_ELEMENT: Final[Str] = "unknown elem segment"
UNKNOWN_DATA: Final[Str] = "unknown data segment"
UNDECLARED_FUNCTION: Final[Str] = "undeclared function reference"
IMMUTABLE_GLOBAL: Final[Str] = "immutable global"
ALIGNMENT_TOO_LARGE: Final[Str] = "alignment must not be larger than natural"
OFFSET_OUT_OF_RANGE: Final[Str] = "offset out of range"
INVALID_RESULT_ARITY: Final[Str] = "invalid result arity"
CONSTANT_REQUIRED: Final[Str] = "constant expression required"
DUPLICATE_EXPORT: Final[Str] = "duplicate export name"
BAD_START: Final[Str] = "start function"
LIMITS_REVERSED: Final[Str] = "size minimum must not be greater than maximum"
TABLE_TOO_LARGE: Final[Str] = "table size must be at most 2^32-1"
MEMORY_TOO_LARGE: Final[Str] = "memory size must be at most 65536 pages (4GiB)"

# Unsupported: features and limits
NEEDS_SIMD: Final[Str] = "fixed-width SIMD is not supported"
NEEDS_RELAXED_SIMD: Final[Str] = "relaxed SIMD is not supported"
NEEDS_THREADS: Final[Str] = "threads and atomics are not supported"
NEEDS_GC: Final[Str] = "garbage-collected types are not supported"
NEEDS_TYPED_REFERENCES: Final[Str] = "typed function references are not supported"
NEEDS_EXCEPTIONS: Final[Str] = "exceptions are not supported"
NEEDS_MEMORY64: Final[Str] = "64-bit memories and tables are not supported"
NEEDS_PAGE_SIZES: Final[Str] = "custom page sizes are not supported"
NEEDS_WIDE_ARITHMETIC: Final[Str] = "wide arithmetic is not supported"
NEEDS_COMPONENTS: Final[Str] = "components are not supported"
TOO_MANY_TYPES: Final[Str] = "too many types"
TOO_MANY_FUNCTIONS: Final[Str] = "too many functions"
TOO_MANY_IMPORTS: Final[Str] = "too many imports"
TOO_MANY_EXPORTS: Final[Str] = "too many exports"
TOO_MANY_GLOBALS: Final[Str] = "too many globals"
TOO_MANY_TABLES: Final[Str] = "too many tables"
TOO_MANY_MEMORIES: Final[Str] = "too many memories"
TOO_MANY_ELEMENT_SEGMENTS: Final[Str] = "too many elem segments"
TOO_MANY_DATA_SEGMENTS: Final[Str] = "too many data segments"
TOO_MANY_PARAMS: Final[Str] = "too many parameters"
TOO_MANY_RESULTS: Final[Str] = "too many results"
NAME_TOO_LONG: Final[Str] = "name too long"
BODY_TOO_LARGE: Final[Str] = "function body too large"
CONSTANT_TOO_DEEP: Final[Str] = "constant expression too deep"
OUT_OF_MEMORY: Final[Str] = "the tables of the module need too much memory"
TOO_MANY_ELEMENTS: Final[Str] = "too many elements"
MODULE_TOO_LARGE: Final[Str] = "module too large"


@enum(u8)
class Blame:
    NONE = 0
    MALFORMED = 1
    INVALID = 2
    UNSUPPORTED = 3


@struct
class Failure:
    """What is known about the error just raised. Its owner passes a pointer down."""

    blame: Blame = Blame.NONE
    reason: Str = ""
    subject: Str = ""  # the name of the instruction, if the reason is about one
    offset: usize = 0  # from the start of the module

    def record(self, blame: Blame, reason: Str, offset: usize) -> None:
        self.blame = blame
        self.reason = reason
        self.subject = ""
        self.offset = offset

    @raises(Malformed)
    def malformed(self, reason: Str, offset: usize) -> None:
        self.record(Blame.MALFORMED, reason, offset)
        raise Malformed

    @raises(Invalid)
    def invalid(self, reason: Str, offset: usize) -> None:
        self.record(Blame.INVALID, reason, offset)
        raise Invalid

    @raises(Unsupported)
    def unsupported(self, reason: Str, offset: usize, subject: Str = "") -> None:
        self.record(Blame.UNSUPPORTED, reason, offset)
        self.subject = subject
        raise Unsupported

    def describe(self, buffer: Slice[u8]) -> usize:
        """Writes the failure as one line of text, and says how many bytes that took."""
        if self.subject == "":
            return format(buffer, f"{self.reason} (at offset {self.offset:#x})")
        return format(buffer, f"{self.subject}: {self.reason} (at offset {self.offset:#x})")
