"""Object files as tests look at them."""

from __future__ import annotations

import io

from elftools.elf.elffile import ELFFile


def section_bytes(code: bytes, name: str) -> bytes:
    """The contents of a section of an ELF object."""
    section = ELFFile(io.BytesIO(code)).get_section_by_name(name)
    assert section is not None, f"there is no section {name}"
    return bytes(section.data())


def symbols(code: bytes) -> dict[str, bool]:
    """The named symbols of an ELF object, and whether each is defined in it."""
    table = ELFFile(io.BytesIO(code)).get_section_by_name(".symtab")
    return {s.name: s["st_shndx"] != "SHN_UNDEF" for s in table.iter_symbols() if s.name}
