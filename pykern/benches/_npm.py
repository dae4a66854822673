"""Large wasm modules as people use them: from packages of the npm registry, by version and hash.

They are fetched once, into a folder outside the project.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from pykern.errors import ToolError, ToolMissing


@dataclass(frozen=True)
class NpmModule:
    name: str
    package: str  # with its version
    path: str  # in the package
    sha256: str  # of the module


MODULES = (
    NpmModule(
        "sqlite",
        "@sqlite.org/sqlite-wasm@3.41.2",
        "sqlite-wasm/jswasm/sqlite3.wasm",
        "2d34bf9279985db154f98bfab9ffa289b014821873ed188b67e3a4c5d1b7faec",
    ),
    NpmModule(
        "sql.js",
        "sql.js@1.16.0",
        "dist/sql-wasm.wasm",
        "43bbcdd44287e5a2db3b6b5af34b1a3485a7a441285d247976c1ebe3c61f8dbf",
    ),
    NpmModule(
        "esbuild",
        "esbuild-wasm@0.28.2",
        "esbuild.wasm",
        "b1831a5c0f6cf688034fb94d0419812f165ea316a3380d3fc00a151e562d2eaf",
    ),
    NpmModule(
        "tree-sitter-cpp",
        "tree-sitter-wasms@0.1.13",
        "out/tree-sitter-cpp.wasm",
        "f6afdf53bfd6de76557bb7edb624a3a3869e14d9a83b78433f93617ecee42527",
    ),
    NpmModule(
        "tree-sitter-python",
        "tree-sitter-wasms@0.1.13",
        "out/tree-sitter-python.wasm",
        "9056d0fb0c337810d019fae350e8167786119da98f0f282aceae7ab89ee8253b",
    ),
    NpmModule(
        "quickjs",
        "@jitl/quickjs-wasmfile-release-sync@0.32.0",
        "dist/emscripten-module.wasm",
        "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232",
    ),
)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pykern" / "npm"


def module_bytes(module: NpmModule) -> bytes:
    """The module, from the cache or the registry."""
    file = cache_folder() / f"{module.name}-{module.sha256[:16]}.wasm"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        content = extract(fetch(module.package, file.parent), module)
        partial = file.with_suffix(f".{os.getpid()}")
        partial.write_bytes(content)
        partial.replace(file)
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != module.sha256:
        raise ToolError(f"{file}: not the {module.path} of {module.package} that is expected")
    return content


def fetch(package: str, folder: Path) -> Path:
    """The package's archive."""
    if shutil.which("npm") is None:
        raise ToolMissing("npm is not installed; on Debian or Ubuntu: apt-get install npm")
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.split()
    if done.returncode != 0 or not lines:
        reason = (done.stderr.strip() or "no answer").splitlines()[-1]
        raise ToolError(f"npm cannot fetch {package} (is there a network?): {reason}")
    return folder / lines[-1]


def extract(archive: Path, module: NpmModule) -> bytes:
    with tarfile.open(archive) as package:
        try:
            member = package.extractfile(f"package/{module.path}")
        except KeyError:
            member = None
        if member is None:
            raise ToolError(f"{module.package} has no file {module.path}")
        return member.read()
