"""What names mean: declarations of a module, and the scopes that find them.

Declaring is separate from checking: a `Module` here knows what each of its names is before any
body is looked at, so functions, classes and modules may use each other in any order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler import syntax_tree as st
from compiler.source import SourceFile, Span
from compiler.typed_tree import ErrorClass, Expr, Function, Global, Initializer
from compiler.types import ClassType, Type

if TYPE_CHECKING:
    from compiler.intrinsics import MachineIntrinsic


@dataclass(slots=True, eq=False)
class ModuleSymbol:
    """The name of an imported module."""

    module: str


@dataclass(slots=True, eq=False)
class LanguageSymbol:
    """A name of `pykern.lang` (or a builtin): a type, decorator, function or constant the compiler
    knows.
    """

    name: str


@dataclass(slots=True, eq=False)
class LostSymbol:
    """A name whose definition has a syntax error: nothing more is said about it."""

    name: str


@dataclass(slots=True, eq=False)
class MachineSymbol:
    row: MachineIntrinsic


@dataclass(slots=True, eq=False)
class TypeVarDecl:
    name: str
    bound: st.Expr | None
    module: Module


@dataclass(slots=True, eq=False)
class AliasDecl:
    """`Name: TypeAlias = T`."""

    name: str
    value: st.Expr
    module: Module
    resolving: bool = False


@dataclass(slots=True, eq=False)
class FunctionDecl:
    """A function as declared. A plain one has one instance, with no type arguments."""

    name: str
    node: st.FunctionDef
    module: Module
    owner: ClassDecl | None = None
    is_static: bool = False
    type_parameters: list[TypeVarDecl] = field(default_factory=list)
    decorators: dict[str, st.Expr] = field(default_factory=dict)
    signature_checked: bool = False
    instances: dict[tuple[Type, ...], FunctionInstance] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def is_comptime(self) -> bool:
        return "comptime" in self.decorators


@dataclass(slots=True, eq=False)
class FunctionInstance:
    """A function for given type arguments: `function` is its typed form, `environment` names the
    types.
    """

    decl: FunctionDecl
    environment: dict[str, Type]
    function: Function
    defaults: list[st.Expr | None]
    shared: bool


@dataclass(slots=True, eq=False)
class ClassDecl:
    """A class as declared; `instances` by type arguments."""

    name: str
    node: st.ClassDef
    module: Module
    kind: str
    options: dict[str, st.Expr] = field(default_factory=dict)
    type_parameters: list[TypeVarDecl] = field(default_factory=list)
    methods: dict[str, FunctionDecl] = field(default_factory=dict)
    constants: dict[str, ConstantDecl] = field(default_factory=dict)
    instances: dict[tuple[Type, ...], ClassType] = field(default_factory=dict)
    error: ErrorClass | None = None

    @property
    def span(self) -> Span:
        return self.node.name_span

    @property
    def qualified(self) -> str:
        return f"{self.module.name}.{self.name}"


@dataclass(slots=True, eq=False)
class ConstantDecl:
    """`NAME: Final = …` of a module or class. `value` is worked out on first use.

    An aggregate too big to be a value (array, struct) becomes read-only data: `data`.
    """

    name: str
    qualified: str
    annotation: st.Expr | None
    node: st.Expr
    module: Module
    span: Span
    value: Expr | None = None
    data: Global | None = None
    resolving: bool = False


@dataclass(slots=True, eq=False)
class GlobalDecl:
    name: str
    annotation: st.Expr
    node: st.Expr | None
    module: Module
    span: Span
    variable: Global | None = None
    initial: Expr | Initializer | None = None


@dataclass(slots=True, eq=False)
class ImportedName:
    """`from module import name`: resolved through the other module when it is used."""

    module: str
    name: str
    span: Span


Symbol = (
    ModuleSymbol
    | LanguageSymbol
    | LostSymbol
    | MachineSymbol
    | TypeVarDecl
    | AliasDecl
    | FunctionDecl
    | ClassDecl
    | ConstantDecl
    | GlobalDecl
    | ImportedName
)


@dataclass(slots=True, eq=False)
class Module:
    """A loaded module: its tree, its names, the modules it imports."""

    name: str
    source: SourceFile
    tree: st.Module
    names: dict[str, Symbol] = field(default_factory=dict)
    imports: dict[str, Span] = field(default_factory=dict)
    functions: list[FunctionDecl] = field(default_factory=list)
    classes: list[ClassDecl] = field(default_factory=list)
    globals: list[GlobalDecl] = field(default_factory=list)
    constants: list[ConstantDecl] = field(default_factory=list)
    static_asserts: list[st.Call] = field(default_factory=list)
    uses_float: bool = False
