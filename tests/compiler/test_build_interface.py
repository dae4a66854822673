"""What other modules may depend on of a module: which edits change its interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree, interface_lines, read_facts

TEXT = '''"""A module."""

from __future__ import annotations

from typing import TypeVar

from kernel_src.lib.bits import align_up
from pykern.lang import Generic, comptime, embed, inline, struct, u32

T = TypeVar("T")
SIZE: u32 = 8


@struct
class Run:
    pages: u32 = 1

    def count(self) -> u32:
        return self.pages + SIZE


@struct
class Ring(Generic[T]):
    items: u32

    def push(self, item: T) -> None:
        self.items += 1


def plain(
    a: u32,
    b: u32 = 5,
) -> u32:
    """Doc."""
    c = a + b
    return align_up(c, 8)


@inline
def small(a: u32) -> u32:
    return a + 3


@comptime
def table() -> list[int]:
    return [7]


def first(item: T) -> T:
    return item


ICON = embed("icon.bin")
'''


def interface(text: str) -> list[str]:
    return interface_lines(text, read_facts(text).type_variables)


SAME = {
    "body": ("c = a + b", "c = b + a"),
    "a line more in a body below the rest": (
        "    return align_up(c, 8)",
        "    c += 1\n    return c",
    ),
    "docstring of a function": ('"""Doc."""', '"""Other."""'),
    "body of a method": ("self.pages + SIZE", "self.pages"),
}
OTHER = {
    "name": ("def plain(", "def plainer("),
    "parameter": ("    a: u32,", "    a: u64,"),
    "default": ("b: u32 = 5", "b: u32 = 6"),
    "field": ("pages: u32 = 1", "pages: u32 = 2"),
    "constant": ("SIZE: u32 = 8", "SIZE: u32 = 9"),
    "inline body": ("a + 3", "a + 4"),
    "comptime body": ("[7]", "[8]"),
    "generic body": ("    return item", "    return  item"),
    "method of a generic class": ("self.items += 1", "self.items += 2"),
    "decorator": ("@inline\n", "@noinline\n"),
}


@pytest.mark.parametrize("edit", SAME.values(), ids=SAME.keys())
def test_an_edit_inside_a_plain_body_leaves_the_interface(edit: tuple[str, str]) -> None:
    assert edit[0] in TEXT
    before = [line for line in interface(TEXT) if not line[:1].isdigit()]
    after = [line for line in interface(TEXT.replace(*edit)) if not line[:1].isdigit()]
    assert before == after


@pytest.mark.parametrize("edit", OTHER.values(), ids=OTHER.keys())
def test_any_other_edit_changes_it(edit: tuple[str, str]) -> None:
    assert edit[0] in TEXT
    assert interface(TEXT) != interface(TEXT.replace(*edit))


def test_an_inline_function_that_moves_changes_it() -> None:
    """Its line is in the debug information of those that use it."""
    assert interface(TEXT) != interface(TEXT.replace("    c = a + b\n", "    c = a\n    c += b\n"))


def test_a_plain_function_that_moves_does_not() -> None:
    plain = "def one() -> None:\n    pass\n\n\ndef two() -> None:\n    pass\n"
    assert interface(plain) == interface(plain.replace("pass", "pass\n    pass", 1))


def test_facts_name_imports_embedded_files_and_type_variables() -> None:
    facts = read_facts(TEXT)
    assert {"kernel_src.lib.bits", "kernel_src.lib.bits.align_up"} <= set(facts.imports)
    assert facts.embeds == ("icon.bin",)
    assert facts.type_variables == ("T",)


def test_what_python_cannot_read_is_interface_from_end_to_end() -> None:
    assert interface("def f(:\n") != interface("def g(:\n")


def tree(root: Path, files: dict[str, str]) -> SourceTree:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return SourceTree(root, Cache(root / "cache"))


def test_reachable_follows_imports_of_modules_and_names(tmp_path: Path) -> None:
    files = {
        "app/main.py": "import app.one\nfrom app.two import thing\nfrom app import three\n",
        "app/one.py": "",
        "app/two.py": "from pykern.lang import u8\nimport app.main\n",
        "app/three.py": "",
        "app/four.py": "",
    }
    found = tree(tmp_path, files).reachable(["app.main", "app.missing"])
    assert found == ["app.main", "app.one", "app.three", "app.two"]


def test_an_imported_type_variable_makes_a_function_generic(tmp_path: Path) -> None:
    files = {
        "a.py": "from b import Element\n\n\ndef f(x: Element) -> None:\n    pass\n",
        "b.py": 'Element = TypeVar("Element")\n',
    }
    before = tree(tmp_path, files).interface("a")
    files["a.py"] = files["a.py"].replace("pass", "return")
    assert tree(tmp_path, files).interface("a") != before


def test_an_embedded_file_is_content_and_interface(tmp_path: Path) -> None:
    files = {"a.py": 'ICON = embed("icon.bin")\n', "icon.bin": "1"}
    before = tree(tmp_path, files)
    digests = before.content_digest("a"), before.interface_digest("a")
    after = tree(tmp_path, files | {"icon.bin": "2"})
    assert after.content_digest("a") != digests[0]
    assert after.interface_digest("a") != digests[1]
