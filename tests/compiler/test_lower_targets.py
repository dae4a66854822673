"""What differs between the machines: per-CPU data, attributes, symbols, pointer width."""

from __future__ import annotations

import re

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.machine.target import (
    HOST_MACHINE,
    KERNEL_MACHINE,
    RELEASE,
    WASM_MACHINE,
    Machine,
    assembly_text,
    compile_ir,
)
from tests.support.typed import (
    SPAN,
    USIZE,
    add,
    call,
    compare,
    function,
    get,
    lowered,
    num,
    ret,
    struct_class,
    typed_module,
)  # fmt: skip

MACHINES = [(ty.KERNEL, KERNEL_MACHINE), (ty.WASM, WASM_MACHINE), (ty.HOST, HOST_MACHINE)]
CPU = struct_class("Cpu", {"number": ty.U32, "ticks": ty.U64})
NOT_INLINED = frozenset({"noinline"})


def per_cpu(name: str, type: ty.Type) -> tt.Global:
    initial = tt.ZeroInit(type) if type.is_place else num(type, 0)
    return tt.Global(name, name, "sample", SPAN, type, initial, per_cpu=True)


def assembly(module: tt.TypedModule, target: ty.Target, machine: Machine) -> dict[str, str]:
    """Each function's instructions."""
    text = assembly_text(lowered(module, target), "sample", machine, RELEASE)
    bodies = re.findall(r"^(\w+):.*?\n(.*?)^\.Lfunc_end", text, re.MULTILINE | re.DOTALL)
    return {
        name: "\n".join(line.strip() for line in body.splitlines() if line.startswith("\t"))
        for name, body in bodies
    }


def test_per_cpu_data_is_reached_through_gs() -> None:
    counter, cpu = per_cpu("counter", ty.U64), per_cpu("cpu", CPU)
    counter_place = tt.GlobalPlace(ty.U64, SPAN, counter)
    cpu_place = tt.GlobalPlace(CPU, SPAN, cpu)
    ticks = tt.FieldPlace(ty.U64, SPAN, cpu_place, 1)
    pointer = ty.PtrType(CPU)
    functions = [
        function("read", [], ty.U64, lambda: [ret(tt.Load(ty.U64, SPAN, counter_place))]),
        function(
            "set", [ty.U64], ty.NONE, lambda n: [tt.Store(SPAN, counter_place, get(n)), ret()]
        ),
        function("inner", [], ty.U64, lambda: [ret(tt.Load(ty.U64, SPAN, ticks))]),
        function("whole", [], pointer, lambda: [ret(tt.AddressOf(pointer, SPAN, cpu_place))]),
    ]
    module = typed_module(functions, [counter, cpu])
    bodies = assembly(module, ty.KERNEL, KERNEL_MACHINE)
    assert re.search(r"movq\s+%gs:counter\(%rip\), %rax", bodies["read"])
    assert re.search(r"movq\s+%rdi, %gs:counter\(%rip\)", bodies["set"])
    assert re.search(r"movq\s+%gs:cpu\+8\(%rip\), %rax", bodies["inner"])
    assert re.search(r"%gs:pk_percpu_delta", bodies["whole"]) and "cpu" in bodies["whole"]
    text = lowered(module, ty.KERNEL)
    assert text.count('section ".percpu"') == 2
    for target in (ty.HOST, ty.WASM):
        assert "percpu" not in lowered(module, target)
        assert "addrspace" not in lowered(module, target)


@pytest.mark.parametrize(("target", "machine"), MACHINES, ids=["kernel", "wasm", "host"])
def test_every_target_takes_a_bit_of_everything(target: ty.Target, machine: Machine) -> None:
    usize = target.usize
    slice = ty.SliceType(ty.U16)

    def body(data: tt.Local, index: tt.Local, wide: tt.Local) -> list[tt.Stmt]:
        made = tt.MakeSlice(slice, SPAN, get(data), num(usize, 4))
        part = tt.SubSlice(slice, SPAN, made, get(index), get(wide), True)
        first = tt.Load(ty.U16, SPAN, tt.SliceElementPlace(ty.U16, SPAN, part, get(wide), True))
        product = tt.Arithmetic(ty.U64, SPAN, "*", get(wide), get(wide), "checked")
        narrow = tt.Convert(ty.U16, SPAN, "checked", product)
        return [ret(add(ty.U16, first, narrow, "checked"))]

    made = function("f", [ty.PtrType(ty.U16), usize, ty.U64], ty.U16, body)
    assert compile_ir(lowered(typed_module([made]), target), "sample", machine, RELEASE)


def test_attributes_and_linkage() -> None:
    def make(
        name: str, linkage: tt.Linkage, *words: str, section: str | None = None
    ) -> tt.Function:
        return function(
            name, [], ty.NONE, lambda: [ret()], linkage=linkage, attributes=frozenset(words),
            section=section,
        )  # fmt: skip

    elsewhere = function("elsewhere", [ty.U8, ty.BOOL], ty.I16, None, linkage="extern")
    imported = function("send", [], ty.NEVER, None, linkage="extern", import_module="pykern")
    user = function(
        "user",
        [],
        ty.I16,
        lambda: [ret(call(elsewhere, num(ty.U8, 1), tt.BoolConst(ty.BOOL, SPAN, True)))],
    )
    stop = function("stop", [], ty.NEVER, lambda: [tt.Evaluate(SPAN, call(imported))])
    functions = [
        make("plain", "internal", "cold"),
        make("offered", "export", "noinline"),
        make("merged", "shared", "inline"),
        make("early", "internal", section=".text.boot"),
        user,
        stop,
        elsewhere,
        imported,
    ]
    text = lowered(typed_module(functions), ty.KERNEL)
    lines = {
        name: next(
            line
            for line in text.splitlines()
            if line.startswith(("define", "declare")) and f'@"{name}"(' in line
        )
        for name in ("plain", "offered", "merged", "early", "stop", "elsewhere", "send")
    }
    assert "hidden" in lines["plain"] and " cold" in lines["plain"]
    assert "hidden" not in lines["offered"] and "noinline" in lines["offered"]
    assert "linkonce_odr hidden" in lines["merged"] and "inlinehint" in lines["merged"]
    assert '$"merged" = comdat any' in text
    assert 'section ".text.boot"' in lines["early"]
    assert "noreturn" in lines["stop"] and "noreturn" in lines["send"]
    assert "signext i16" in lines["elsewhere"] and "i8 zeroext, i1 zeroext" in lines["elsewhere"]
    assert '"wasm-import-module"="pykern"' in lines["send"]
    for word in ("nounwind", "noredzone", "noimplicitfloat", '"frame-pointer"="all"'):
        assert all(word in line for line in lines.values()), word
    assert re.search(r'@llvm.used = .*\[ptr @"offered"\]', text)
    assert "hidden" not in lowered(typed_module(functions), ty.HOST)


def test_naked_functions_are_their_assembly() -> None:
    entry = tt.InlineAsm(ty.NONE, SPAN, "iretq", "", [], pure=False)
    naked = function(
        "entry", [ty.U64], ty.NONE, lambda n: [tt.Evaluate(SPAN, entry)],
        attributes=frozenset({"naked"}),
    )  # fmt: skip
    bodies = assembly(typed_module([naked]), ty.KERNEL, KERNEL_MACHINE)
    instructions = [
        line for line in bodies["entry"].splitlines() if not line.startswith((".", "#"))
    ]
    assert instructions == ["iretq"]


def test_device_accesses_are_exactly_those_written() -> None:
    device = struct_class("Device", {"status": ty.MmioType(ty.U32), "data": ty.MmioType(ty.U8)})

    def body(p: tt.Local) -> list[tt.Stmt]:
        base = tt.DerefPlace(device, SPAN, get(p))
        status = tt.FieldPlace(ty.MmioType(ty.U32), SPAN, base, 0)
        data = tt.FieldPlace(ty.MmioType(ty.U8), SPAN, base, 1)
        read = tt.Evaluate(SPAN, tt.Load(ty.U32, SPAN, status, volatile=True))
        write = tt.Store(SPAN, data, num(ty.U8, 7), volatile=True)
        return [read, read, write, write, ret()]

    module = typed_module([function("f", [ty.PtrType(device)], ty.NONE, body)])
    (instructions,) = assembly(module, ty.KERNEL, KERNEL_MACHINE).values()
    assert len(re.findall(r"movl\s+\(%rdi\), %eax", instructions)) == 2
    assert len(re.findall(r"movb\s+\$7, 4\(%rdi\)", instructions)) == 2


def test_same_input_same_bytes() -> None:
    def make() -> tt.TypedModule:
        loop = function(
            "f",
            [ty.U32],
            ty.U32,
            lambda n: [
                tt.If(SPAN, compare("<", get(n), num(ty.U32, 3)), [ret(get(n))], []),
                ret(add(ty.U32, get(n), num(ty.U32, 1), "checked")),
            ],
        )
        return typed_module([loop], [tt.Global("g", "g", "sample", SPAN, USIZE, num(USIZE, 1))])

    assert lowered(make()) == lowered(make())


def test_a_failing_check_costs_one_branch_on_the_way() -> None:
    """The check is a conditional jump; what it says lies behind the function's end."""
    made = function(
        "f", [ty.U32, ty.U32], ty.U32, lambda a, b: [ret(add(ty.U32, get(a), get(b), "checked"))]
    )
    (instructions,) = assembly(typed_module([made]), ty.KERNEL, KERNEL_MACHINE).values()
    lines = [x for x in instructions.splitlines() if not x.startswith((".", "#"))]
    before_return = lines[: next(i for i, x in enumerate(lines) if x.startswith("ret"))]
    assert sum(x.startswith("j") for x in before_return) == 1
    assert not any(x.startswith("call") for x in before_return)
