"""What can be wrong with an archive."""
from __future__ import annotations

from pykern.lang import Str, enum, u8


@enum(u8)
class Problem:
    NONE = 0
    TRUNCATED_HEADER = 1
    NO_MAGIC = 2
    BAD_CHECKSUM_FIELD = 3
    WRONG_CHECKSUM = 4
    BAD_SIZE = 5
    TRUNCATED_FILE = 6
    UNKNOWN_TYPE = 7
    EMPTY_NAME = 8
    BAD_NAME = 9
    DUPLICATE_NAME = 10
    NO_END = 11
    DATA_AFTER_END = 12
    FOLDER_WITH_CONTENT = 13
    TOO_MANY_ENTRIES = 14


def problem_text(problem: Problem) -> Str:
    match problem:
        case Problem.NONE:
            return "sound"
        case Problem.TRUNCATED_HEADER:
            return "the archive ends inside a header"
        case Problem.NO_MAGIC:
            return "not a ustar header"
        case Problem.BAD_CHECKSUM_FIELD:
            return "the checksum is not an octal number"
        case Problem.WRONG_CHECKSUM:
            return "the checksum is wrong"
        case Problem.BAD_SIZE:
            return "the size is not an octal number"
        case Problem.TRUNCATED_FILE:
            return "the file is larger than the rest of the archive"
        case Problem.UNKNOWN_TYPE:
            return "neither a file nor a folder"
        case Problem.EMPTY_NAME:
            return "an empty name"
        case Problem.BAD_NAME:
            return "the name is not a plain relative path"
        case Problem.DUPLICATE_NAME:
            return "the name is there already"
        case Problem.NO_END:
            return "the end of the archive is missing"
        case Problem.DATA_AFTER_END:
            return "data after the end of the archive"
        case Problem.FOLDER_WITH_CONTENT:
            return "a folder with content"
        case Problem.TOO_MANY_ENTRIES:
            return "more entries than the kernel takes"
