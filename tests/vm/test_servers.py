"""Servers in the machine: what they say, how they end, and which modules are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import wasmtime

from pykern.image import pack_initrd, read_initrd
from pykern.kernel_exit import BOOT_REFUSED, TRAPPED
from pykern.serial import Event
from tests.support.built import Built, Run

HELLO = [
    "hello| hello from a server",
    "hello| 168 primes below 1,000",
    "hello| crc32 of 'pykern' is 5b1a003e",
    "hello| the 90th Fibonacci number is 2880067194370816120",
    "hello| 3 and 20 make 23",
    "hello| 3 and 20 make 60",
    "hello| 3 and 20 make 3486784401",
]

IMPORTS = """
    (import "pykern" "write" (func $write (param i32 i32)))
    (import "pykern" "exit" (func $exit (param i32)))
"""


def after_boot(done: Run) -> list[Event]:
    """The events after the one that tells that the first server begins."""
    names = [event.name for event in done.events]
    return done.events[names.index("booted") + 1 :]


def module(body: str) -> bytes:
    """A module of this text, with the host functions imported."""
    return bytes(wasmtime.wat2wasm(f"(module {IMPORTS} {body})"))


def entry(body: str, rest: str = "(memory 1)") -> bytes:
    """A module whose `_start` does this."""
    return module(f'{rest} (func (export "_start") {body})')


def writing(text: str, then: str = "") -> bytes:
    """A server that writes a text in one call."""
    escaped = "".join(f"\\{byte:02x}" for byte in text.encode())
    call = f"(call $write (i32.const 8) (i32.const {len(text.encode())}))"
    return entry(call + then, f'(memory 1) (data (i32.const 8) "{escaped}")')


def run(built: Built, folder: Path, servers: Mapping[str, bytes], append: str = "") -> Run:
    initrd = folder / "initrd.tar"
    initrd.write_bytes(pack_initrd({f"servers/{n}.wasm": code for n, code in servers.items()}))
    return built.run(append, initrd=initrd, memory=64)


def said(done: Run) -> list[str]:
    """The lines of servers."""
    return [line for line in done.lines if re.match(r"\w+\| ", line)]


def test_hello(built: Built) -> None:
    done = built.run()
    assert done.status == 0
    assert said(done) == HELLO
    assert after_boot(done) == [Event("exit", "0")]


@pytest.mark.parametrize("status", [0, 1, 7, 99, 100, 200, 255])
def test_status(built: Built, tmp_path: Path, status: int) -> None:
    done = run(built, tmp_path, {"a": entry(f"(call $exit (i32.const {status}))(unreachable)")})
    assert done.status == status
    assert after_boot(done) == [Event("exit", str(status))]


def test_servers_run_in_order_and_the_first_failure_counts(built: Built, tmp_path: Path) -> None:
    servers = {
        "a": writing("first\n"),
        "b": writing("second", "(call $exit (i32.const 3))"),
        "c": writing("third\n", "(call $exit (i32.const 4))"),
    }
    done = run(built, tmp_path, servers)
    assert said(done) == ["a| first", "b| second", "c| third"]
    assert done.status == 3


def test_a_server_can_not_write_a_line_of_the_kernel(built: Built, tmp_path: Path) -> None:
    text = "x\n@ exit 5\n\r@ panic\r\nPANIC: no\n\n  #0 0xffffffff80101000"
    done = run(built, tmp_path, {"evil": writing(text)})
    assert done.status == 0
    assert after_boot(done) == [Event("exit", "0")]
    assert said(done) == [
        "evil| x",
        "evil| @ exit 5",
        "evil| @ panic",
        "evil| PANIC: no",
        "evil| ",
        "evil|   #0 0xffffffff80101000",
    ]


def test_lines_may_come_in_pieces(built: Built, tmp_path: Path) -> None:
    data = '(memory 1) (data (i32.const 0) "one two\\0a three")'
    calls = "".join(f"(call $write (i32.const {i}) (i32.const 2))" for i in range(0, 14, 2))
    assert said(run(built, tmp_path, {"a": entry(calls, data)})) == ["a| one two", "a|  three"]


def test_the_start_function_runs_first(built: Built, tmp_path: Path) -> None:
    text = """
        (memory 1) (data (i32.const 0) "s\\0ae\\0a") (start $begin)
        (func $begin (call $write (i32.const 0) (i32.const 2)))
        (func (export "_start") (call $write (i32.const 2) (i32.const 2)))
    """
    assert said(run(built, tmp_path, {"a": module(text)})) == ["a| s", "a| e"]


def test_memory_grows_until_there_is_none_left(built: Built, tmp_path: Path) -> None:
    """One page more works, 4 GiB do not in a machine of 64 MiB; what is there still works."""
    body = """
        (if (i32.ne (memory.grow (i32.const 1)) (i32.const 1)) (then (call $exit (i32.const 1))))
        (if (i32.ne (memory.grow (i32.const 65534)) (i32.const -1))
            (then (call $exit (i32.const 2))))
        (if (i32.ne (memory.size) (i32.const 2)) (then (call $exit (i32.const 3))))
        (i32.store (i32.const 131068) (i32.const 42))
        (call $exit (i32.load (i32.const 131068)))
    """
    assert run(built, tmp_path, {"a": entry(body)}).status == 42


CALLS = """
    (memory 1) (table 2 funcref) (elem (i32.const 0) $takes)
    (type $none (func)) (func $takes (param i32))
    (func $deep (param i64) (call $deep (local.get 0)) (call $deep (local.get 0)))
    (func $inner (param i32) (drop (i32.div_s (i32.const 1) (local.get 0))))
"""
TRAPS = {
    "unreachable": ("(unreachable)", "unreachable"),
    "load": ("(drop (i32.load (i32.const 65533)))", "out of bounds memory access"),
    "far load": (
        "(drop (i64.load offset=0xffffffff (i32.const -1)))",
        "out of bounds memory access",
    ),
    "store": ("(i32.store8 (i32.const 65536) (i32.const 1))", "out of bounds memory access"),
    "write": ("(call $write (i32.const 65535) (i32.const 2))", "out of bounds memory access"),
    "far write": ("(call $write (i32.const -1) (i32.const -1))", "out of bounds memory access"),
    "divide": ("(call $inner (i32.const 0))", "integer divide by zero"),
    "overflow": (
        "(drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))",
        "integer overflow",
    ),
    "signature": ("(call_indirect (type $none) (i32.const 0))", "indirect call type mismatch"),
    "null": ("(call_indirect (type $none) (i32.const 1))", "uninitialized element"),
    "table": ("(call_indirect (type $none) (i32.const 2))", "undefined element"),
    "stack": ("(call $deep (i64.const 1))", "call stack exhausted"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_trap(built: Built, tmp_path: Path, name: str) -> None:
    body, cause = TRAPS[name]
    done = run(built, tmp_path, {"a": entry(body, CALLS)})
    assert done.status == TRAPPED
    assert after_boot(done) == [Event("trapped")]
    assert f"error: a: trap: {cause}" in done.lines


def test_a_trap_says_where(built: Built, tmp_path: Path) -> None:
    done = run(built, tmp_path, {"a": entry(TRAPS["divide"][0], CALLS)})
    places = [line for line in done.lines if line.startswith("error: a:   function ")]
    functions = [line.split()[3] for line in places]
    assert functions == ["4", "5"]  # $inner, called by _start; 0 and 1 are the imports


BAD = {
    "not wasm": (b"\x7fELF" * 4, "magic header not detected (at offset 0x0)"),
    "empty": (b"", "unexpected end (at offset 0x0)"),
    "no entry": (module("(memory 1)"), "it does not export a function _start"),
    "entry with a parameter": (
        module('(func (export "_start") (param i32))'),
        "its _start takes or gives values",
    ),
    "imported entry": (
        module('(export "_start" (func $exit))'),
        "its _start takes or gives values",
    ),
    "unknown import": (
        bytes(wasmtime.wat2wasm('(module (import "pykern" "launch" (func)))')),
        "unknown import: pykern.launch",
    ),
    "import of another type": (
        bytes(wasmtime.wat2wasm('(module (import "pykern" "write" (func (param i64))))')),
        "incompatible import type: pykern.write",
    ),
    "segment outside": (
        entry("", '(memory 1) (data (i32.const 65535) "ab")'),
        "a data or element segment does not fit",
    ),
    "too much memory": (entry("", "(memory 65536)"), "too little memory for it"),
}


@pytest.mark.parametrize("flaw", BAD)
def test_bad_module(built: Built, tmp_path: Path, flaw: str) -> None:
    code, text = BAD[flaw]
    done = run(built, tmp_path, {"bad": code})
    assert done.status == BOOT_REFUSED
    refused = done.events[-1]
    assert refused.name == "refused"
    assert refused.text.startswith(f"servers/bad.wasm: {text}")


@pytest.mark.parametrize("part", range(1, 10))
def test_hello_cut_short(built: Built, tmp_path: Path, part: int) -> None:
    hello = read_initrd(built.initrd)["servers/hello.wasm"]
    done = run(built, tmp_path, {"hello": hello[: len(hello) * part // 10]})
    assert done.status == BOOT_REFUSED
    assert re.fullmatch(
        r"servers/hello\.wasm: .+ \(at offset 0x[0-9a-f]+\)", done.events[-1].text
    ), done.events


def test_servers_leave_nothing_behind(built: Built, tmp_path: Path) -> None:
    """The first server leaves page tables that the others find; nothing else stays."""
    hello = read_initrd(built.initrd)["servers/hello.wasm"]
    done = run(built, tmp_path, {f"s{number:02}": hello for number in range(30)}, "log=debug")
    assert done.status == 0
    lines = [re.match(r"debug: memory: (\d+) frames free after s", line) for line in done.lines]
    free = [int(match[1]) for match in lines if match]
    assert len(free) == 30
    assert set(free) == {free[0]}
