"""Where the file of a module is; free of imports, so that an unchanged build starts fast."""

from __future__ import annotations

from pathlib import Path

LIBRARY_ROOT = Path(__file__).resolve().parents[1]
"""Where `pykern.rt` is found when the project does not hold it."""

LANGUAGE_MODULES = frozenset({"pykern.lang", "typing", "__future__"})
"""Imported by dialect files and not compiled."""


def find_module(root: Path, name: str) -> Path | None:
    """The file of a module, or None: the project's own, or one of the run-time library."""
    relative = Path(*name.split("."))
    for base in (root, LIBRARY_ROOT) if name.startswith("pykern.") else (root,):
        for candidate in (base / relative.with_suffix(".py"), base / relative / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None
