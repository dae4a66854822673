"""What a PVH loader leaves: QEMU's `-kernel`, Firecracker, cloud-hypervisor.

Its form is that of xen/include/public/arch-x86/hvm/start_info.h: a structure in physical memory
names the memory map, the modules, of which the only one is the initrd, the command line and the
ACPI root pointer.
"""
from __future__ import annotations

from typing import Final

from kernel_src.boot.info import BadBootInfo, BootInfo
from pykern.lang import (
    Ptr,
    Slice,
    as_bytes,
    raises,
    sizeof,
    static_assert,
    struct,
    u8,
    u32,
    u64,
    zeroed,
)

START_MAGIC: Final = 0x336E_C578
MODULES_MAX: Final = 1


@struct
class StartInfo:
    """hvm_start_info, version 1."""

    magic: u32
    version: u32
    flags: u32
    module_count: u32
    modules: u64
    command_line: u64
    acpi_root: u64
    memory_map: u64
    memory_map_count: u32
    reserved: u32


@struct
class StartModule:
    """hvm_modlist_entry."""

    address: u64
    size: u64
    command_line: u64
    reserved: u64


@struct
class StartRange:
    """hvm_memmap_table_entry."""

    address: u64
    size: u64
    type: u32
    reserved: u32


static_assert(sizeof(StartInfo) == 56, "the layout of hvm_start_info is Xen's")
static_assert(sizeof(StartModule) == 32, "the layout of hvm_modlist_entry is Xen's")
static_assert(sizeof(StartRange) == 24, "the layout of hvm_memmap_table_entry is Xen's")


@raises(BadBootInfo)
def read_start_info(info: Ptr[BootInfo], physical: Slice[u8], address: u64) -> None:
    """Reads the start info at a physical address."""
    start: StartInfo = zeroed()
    info.fetch(as_bytes(start), physical, address, "the start info is out of reach")
    if start.magic != START_MAGIC:
        info.fail("the start info has a wrong magic number", start.magic)
    if start.version == 0:
        info.fail("the start info is of a version without a memory map", start.version)
    info.acpi_root = start.acpi_root
    read_memory_map(info, physical, start)
    read_initrd(info, physical, start)
    info.read_command_line(physical, start.command_line)


@raises(BadBootInfo)
def read_memory_map(info: Ptr[BootInfo], physical: Slice[u8], start: Ptr[StartInfo]) -> None:
    info.check_range_count(start.memory_map_count)
    info.range_count = 0
    entry: StartRange = zeroed()
    address = start.memory_map
    for _ in range(start.memory_map_count):
        info.fetch(as_bytes(entry), physical, address, "the memory map is out of reach")
        info.add_range(entry.address, entry.size, entry.type)
        address += sizeof(StartRange)
    info.check_memory()


@raises(BadBootInfo)
def read_initrd(info: Ptr[BootInfo], physical: Slice[u8], start: Ptr[StartInfo]) -> None:
    if start.module_count == 0:
        return
    if start.module_count > MODULES_MAX:
        info.fail("more than one module was loaded", start.module_count)
    module: StartModule = zeroed()
    info.fetch(as_bytes(module), physical, start.modules, "the list of modules is out of reach")
    info.set_initrd(module.address, module.size)
