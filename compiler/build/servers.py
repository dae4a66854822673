"""Servers: every `servers/NAME/main.py` becomes the wasm module NAME.wasm.

A server exports what its own modules, those under `servers/`, mark with `@export`, but not what
they answer the runtime's externs with (`pk_panic`): that is for the linker only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compiler.build.cache import write_if_changed
from compiler.build.interface import SourceTree
from compiler.build.units import HELPERS, Unit, Units

if TYPE_CHECKING:
    from compiler.machine.link import ObjectFile

SERVERS = "servers"
RUNTIME_PREFIX = "pk_"


def server_roots(root: Path) -> list[str]:
    """The main modules of all servers."""
    mains = sorted((root / SERVERS).glob("*/main.py"))
    return [f"{SERVERS}.{path.parent.name}.main" for path in mains]


def link_servers(tree: SourceTree, units: Units, out: Path) -> dict[str, bytes]:
    """Links every server; the modules by their name in the initrd."""
    by_name = {unit.module: unit for unit in units.units}
    objects = {name: _object(out, unit) for name, unit in by_name.items()}
    modules: dict[str, bytes] = {}
    for main in server_roots(tree.root):
        server = main.split(".")[1]
        parts = tree.reachable([main, *HELPERS["wasm"]])
        linked = out / SERVERS / f"{server}.wasm"
        linked.parent.mkdir(parents=True, exist_ok=True)
        _link(linked, [by_name[name] for name in parts], [objects[name] for name in parts])
        modules[f"{SERVERS}/{server}.wasm"] = linked.read_bytes()
    return modules


def _object(out: Path, unit: Unit) -> ObjectFile:
    from compiler.machine.link import ObjectFile

    path = out / "obj" / "wasm" / f"{unit.module}.o"
    write_if_changed(path, unit.object)
    return ObjectFile(unit.module, path)


def _link(output: Path, units: list[Unit], objects: list[ObjectFile]) -> None:
    from compiler.machine.link import link_wasm

    own = [unit for unit in units if unit.module.startswith(f"{SERVERS}.")]
    exports = [name for u in own for name in u.exports if not name.startswith(RUNTIME_PREFIX)]
    link_wasm(objects, exports, output, output.with_suffix(".map"))
