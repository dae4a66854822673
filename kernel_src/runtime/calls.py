"""What generated code calls in the runtime: the functions behind `Context.runtime`."""
from __future__ import annotations

from kernel_src.jit.context import Context
from kernel_src.runtime.memory import install_memory_calls
from kernel_src.runtime.table_calls import install_table_calls
from pykern.lang import Ptr


def install_calls(context: Ptr[Context]) -> None:
    install_memory_calls(context)
    install_table_calls(context)
