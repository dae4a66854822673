"""The server that is shipped, cut at every byte: always a verdict, the same as wasmtime's."""

from __future__ import annotations

import pytest

from pykern.image import read_initrd
from tests.support.built import Built
from tests.support.wasm_modules import cut_section, sections
from tests.support.wasm_verdict import Blame, disagreement, judge


@pytest.fixture(scope="module")
def hello(built: Built) -> bytes:
    return read_initrd(built.initrd)["servers/hello.wasm"]


def test_is_valid(hello: bytes) -> None:
    assert judge(hello).blame is Blame.VALID


def test_every_prefix_gets_wasmtimes_verdict(hello: bytes) -> None:
    for length in range(len(hello)):
        assert disagreement(hello[:length]) is None, length


def test_every_section_cut_at_every_byte_gets_wasmtimes_verdict(hello: bytes) -> None:
    for kind, start, end in sections(hello):
        for kept in range(end - start):
            assert disagreement(cut_section(hello, start, end, kept)) is None, (kind, kept)
