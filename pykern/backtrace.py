"""Code addresses to functions, files and lines, from the DWARF of an ELF file.

Nothing is read before the first address is asked for, and then only the compilation unit (one
module of the dialect) that the address lies in, so a panic in a large kernel is explained at once.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.descriptions import describe_form_class
from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

# pyelftools carries no types: its entries (`die`), units (`unit`) and ELF files are `Any` here.
INLINED = "DW_TAG_inlined_subroutine"
FUNCTION = "DW_TAG_subprogram"
SCOPES = {INLINED, "DW_TAG_lexical_block"}


@dataclass(frozen=True)
class Place:
    """A place in the source. `inlined`: it was called at the next place, and compiled into it."""

    function: str
    file: str = ""
    line: int = 0
    inlined: bool = False

    def __str__(self) -> str:
        where = f" at {self.file}:{self.line}" if self.file else ""
        return f"{self.function}{where}" + (" (inlined)" if self.inlined else "")


@dataclass(frozen=True)
class Row:
    """A row of a line table: the code from `address` on belongs to this line."""

    address: int
    file: str
    line: int
    ends: bool


class Symboliser:
    """Answers for one ELF file; a file that can't be read has no answers."""

    def __init__(self, elf: Path) -> None:
        self._path = elf
        self._tables: dict[int, list[Row]] = {}

    def places(self, address: int) -> list[Place]:
        """Where an address is, the innermost first; empty if it is nowhere in the program.

        For a return address, ask for the byte before it: the call may be its function's last
        instruction.
        """
        try:
            return self._places(address)
        except (OSError, ELFError, DWARFError):
            return []

    def _places(self, address: int) -> list[Place]:
        for unit in self._units():
            if any(start <= address < end for start, end in unit_ranges(self._dwarf, unit)):
                return self._places_in_unit(unit, address)
        name = self._symbol(address)
        return [Place(name)] if name else []

    def _places_in_unit(self, unit: Any, address: int) -> list[Place]:
        chain = list(enclosing_functions(self._dwarf, unit, address))  # outermost first
        row = self._row(unit, address)
        file, line = (row.file, row.line) if row else ("", 0)
        if not chain:
            return [Place(self._symbol(address) or "?", file, line)]
        places = []
        for die in reversed(chain):
            inlined = die.tag == INLINED
            places.append(Place(name_of(die), file, line, inlined))
            if inlined:
                call_file = die.attributes.get("DW_AT_call_file")
                file = self._files(unit).get(call_file.value, "") if call_file else ""
                call_line = die.attributes.get("DW_AT_call_line")
                line = call_line.value if call_line else 0
        return places

    @cached_property
    def _elf(self) -> Any:
        return ELFFile(self._path.open("rb"))

    @cached_property
    def _dwarf(self) -> Any:
        return self._elf.get_dwarf_info()

    def _units(self) -> Iterator[Any]:
        return self._dwarf.iter_CUs() if self._elf.has_dwarf_info() else iter(())

    @cached_property
    def _symbols(self) -> list[tuple[int, int, str]]:
        """(address, size, name) of every function symbol, by address."""
        table = self._elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return []
        return sorted(
            (symbol["st_value"], symbol["st_size"], symbol.name)
            for symbol in table.iter_symbols()
            if symbol["st_info"]["type"] in ("STT_FUNC", "STT_NOTYPE") and symbol.name
            if symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")
        )

    def _symbol(self, address: int) -> str | None:
        at = bisect_right(self._symbols, (address, 1 << 64, "")) - 1
        if at < 0:
            return None
        start, size, name = self._symbols[at]
        # A label of an assembly file has no size: it reaches to the next one in its section.
        reaches = address < start + size if size else self._same_section(start, address)
        return name if reaches else None

    def _same_section(self, first: int, second: int) -> bool:
        for section in self._elf.iter_sections():
            end = section["sh_addr"] + section["sh_size"]
            if section["sh_addr"] and section["sh_addr"] <= first < end:
                return bool(second < end)
        return False

    def _row(self, unit: Any, address: int) -> Row | None:
        table = self._tables.get(unit.cu_offset)
        if table is None:
            table = self._tables[unit.cu_offset] = line_table(self._dwarf, unit)
        at = bisect_right(table, address, key=lambda row: row.address) - 1
        return table[at] if at >= 0 and not table[at].ends else None

    def _files(self, unit: Any) -> dict[int, str]:
        return file_names(self._dwarf.line_program_for_CU(unit))


def unit_ranges(dwarf: Any, unit: Any) -> list[tuple[int, int]]:
    """The code of a compilation unit, as address ranges."""
    return die_ranges(dwarf, unit, unit.get_top_DIE())


def die_ranges(dwarf: Any, unit: Any, die: Any) -> list[tuple[int, int]]:
    """The code that belongs to an entry; none for one that has been optimised away."""
    attributes = die.attributes
    if "DW_AT_ranges" in attributes:
        return listed_ranges(dwarf, unit, attributes["DW_AT_ranges"].value)
    low, high = attributes.get("DW_AT_low_pc"), attributes.get("DW_AT_high_pc")
    if low is None or high is None:
        return []
    is_length = describe_form_class(high.form) == "constant"
    return [(low.value, low.value + high.value if is_length else high.value)]


def listed_ranges(dwarf: Any, unit: Any, offset: int) -> list[tuple[int, int]]:
    """A range list, in which an entry may move the base of those after it."""
    top = unit.get_top_DIE().attributes
    base = top["DW_AT_low_pc"].value if "DW_AT_low_pc" in top else 0
    found = []
    for entry in dwarf.range_lists().get_range_list_at_offset(offset, cu=unit):
        if isinstance(entry, BaseAddressEntry):
            base = entry.base_address
            continue
        start = 0 if entry.is_absolute else base
        found.append((start + entry.begin_offset, start + entry.end_offset))
    return found


def enclosing_functions(dwarf: Any, unit: Any, address: int) -> Iterator[Any]:
    """The function around an address, then the calls compiled into it there, outermost first."""

    def inside(die: Any) -> bool:
        return any(start <= address < end for start, end in die_ranges(dwarf, unit, die))

    def descend(die: Any) -> Iterator[Any]:
        for child in die.iter_children():
            if child.tag in SCOPES and inside(child):
                if child.tag == INLINED:
                    yield child
                yield from descend(child)
                return

    def functions(die: Any) -> Iterator[Any]:
        """Functions of the unit and of its classes."""
        for child in die.iter_children():
            if child.tag == FUNCTION:
                yield child
            elif child.tag in ("DW_TAG_namespace", "DW_TAG_structure_type"):
                yield from functions(child)

    for function in functions(unit.get_top_DIE()):
        if inside(function):
            yield function
            yield from descend(function)
            return


def name_of(die: Any) -> str:
    """A function's name, from where it was declared if this entry is only a copy of it."""
    while "DW_AT_name" not in die.attributes:
        link = next(
            (a for a in ("DW_AT_abstract_origin", "DW_AT_specification") if a in die.attributes),
            None,
        )
        if link is None:
            return "?"
        die = die.get_DIE_from_attribute(link)
    name: bytes = die.attributes["DW_AT_name"].value
    return name.decode(errors="replace")


def line_table(dwarf: Any, unit: Any) -> list[Row]:
    """The unit's rows by address. Of those at one address the last counts, unless it is an end."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return []
    files = file_names(program)
    rows: dict[int, Row] = {}
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        if state.end_sequence and state.address in rows:
            continue
        row = Row(state.address, files.get(state.file, ""), state.line, bool(state.end_sequence))
        rows[state.address] = row
    return sorted(rows.values(), key=lambda row: row.address)


def file_names(program: Any) -> dict[int, str]:
    """The numbered files of a line table. Numbers start at 0 from DWARF 5 on, at 1 before."""
    header = program.header
    modern = header.version >= 5
    folders = [folder.decode() for folder in header.include_directory]
    if not modern:
        folders = ["", *folders]
    names = {}
    for number, entry in enumerate(header.file_entry, start=0 if modern else 1):
        folder = folders[entry.dir_index] if entry.dir_index < len(folders) else ""
        # Folder 0 is where the compiler ran, which the paths of a project's files are relative to.
        shown = "" if entry.dir_index == 0 else folder
        names[number] = posixpath.join(shown, entry.name.decode())
    return names
