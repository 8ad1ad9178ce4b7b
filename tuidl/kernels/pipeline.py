"""Numba's pipeline for kernels and what they call, without the work that kernels do not need.

- A function that kernels call is inlined into them by LLVM, and optimised there. Numba would
  optimise it by itself before, and turn it into machine code that nothing runs.
- Where Numba inlines a function before types are inferred, its intermediate representation is
  made anew: Numba copies it twice, object by object, which takes ten times as long.
- Functions may return arrays although none is counted (``_nrt`` in ``jit.py``): all of them are
  views of memory that outlives the kernel.
"""

from typing import Any

from numba import _dynfunc
from numba.core import inline_closurecall as inlining
from numba.core import ir, ir_utils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.core.untyped_passes import InlineInlinables


class KernelLibrary(JITCodeLibrary):  # type: ignore[misc]  # Numba has no types
    """LLVM code of a kernel. It is optimised once, as a whole, and not each function before."""

    def add_llvm_module(self, ll_module: Any) -> None:
        self._final_module.link_in(ll_module)

    def _finalize_final_module(self) -> None:
        """Numba would have its engine make machine code of it."""
        self._verify_declare_only_symbols()
        self._finalize_dynamic_globals()
        if self._dynamic_globals:
            raise AssertionError(f"{self.name}: addresses of this process in machine code")
        self._finalized = True

    def object_code(self, entry: str, symbol: str) -> bytes:
        """What a linker takes, with the function ``entry`` under the name ``symbol``.

        Numba's other names hold a number that each process counts anew: they are replaced, so that
        the same code is the same bytes.
        """
        named = [value for value in self._values() if not value.is_declaration]
        for i, value in enumerate(named):
            value.name = symbol if value.name == entry else f"{symbol}.{i}"
        return bytes(self._codegen._tm.emit_object(self._final_module))

    def needs(self) -> tuple[str, ...]:
        """Names that are called or read and that the code itself does not define."""
        missing = [value.name for value in self._values() if value.is_declaration]
        return tuple(sorted(name for name in missing if not name.startswith("llvm.")))

    def _values(self) -> list[Any]:
        return [*self._final_module.functions, *self._final_module.global_variables]


class InlinedLibrary(KernelLibrary):
    """LLVM code of a function that is only ever linked into the code of others."""

    def finalize(self) -> None:
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0


@register_pass(mutates_CFG=True, analysis_only=False)
class Inference(NopythonTypeInference):  # type: ignore[misc]
    """Numba's, which lets functions return arrays only where references are counted."""

    _name = "tuidl_type_inference"

    def run_pass(self, state: Any) -> bool:
        context, counted = state.targetctx, state.targetctx.enable_nrt
        context.enable_nrt = True
        try:
            return bool(super().run_pass(state))
        finally:
            context.enable_nrt = counted


@register_pass(mutates_CFG=True, analysis_only=False)
class Inlining(InlineInlinables):  # type: ignore[misc]
    """Numba's, with its worker exchanged."""

    _name = "tuidl_inline_inlinables"

    def _do_work(self, state, work_list, block, i, expr, inline_worker):
        worker = _Worker(
            state.typingctx, state.targetctx, state.locals, state.pipeline, state.flags
        )
        return super()._do_work(state, work_list, block, i, expr, worker)


class _Worker(inlining.InlineWorker):  # type: ignore[misc]
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._compiler_pipeline = _untyped_passes

    def inline_ir(self, caller_ir, block, i, callee_ir, callee_freevars, arg_typs=None):
        """As Numba's, but ``callee_ir`` is the caller's own: it is changed, not copied."""
        self.validator(callee_ir)
        scope, instruction = block.scope, block.body[i]
        first = max(ir_utils._the_max_label.next(), max(caller_ir.blocks)) + 1
        blocks = ir_utils.simplify_CFG(ir_utils.add_offset_to_labels(callee_ir.blocks, first))
        callee_ir.blocks = blocks
        ir_utils._the_max_label.update(max(blocks))
        (own,) = inlining._get_all_scopes(blocks)
        renamed = {}
        for variable in tuple(own.localvars._con.values()):
            if variable.name not in callee_freevars:
                name = inlining._created_inlined_var_name(
                    callee_ir.func_id.unique_name, variable.name
                )
                renamed[variable.name] = scope.redefine(name, loc=variable.loc)
                own.redefine(name, loc=variable.loc)
        ir_utils.replace_vars(blocks, renamed)
        arguments = inlining._get_callee_args(
            instruction.value, callee_ir.func_id.func, instruction.loc, caller_ir
        )
        inlining._replace_args_with(blocks, arguments)
        rest = ir.Block(scope, block.loc)
        rest.body, block.body = block.body[i + 1 :], block.body[:i]
        label = ir_utils.next_label()
        caller_ir.blocks[label] = rest
        block.body.append(ir.Jump(min(blocks), instruction.loc))
        order = ir_utils.find_topo_order(blocks)
        inlining._replace_returns(blocks, instruction.target, label)
        known = caller_ir._definitions.get(instruction.target.name, [])
        if instruction.value in known:
            known.remove(instruction.value)
        for place in order:
            blocks[place].scope = scope
            inlining._add_definitions(caller_ir, blocks[place])
            caller_ir.blocks[place] = blocks[place]
        added = [(label, rest), *((place, blocks[place]) for place in order)]
        return callee_ir, blocks, renamed, added


_OURS = {NopythonTypeInference: Inference, InlineInlinables: Inlining}


def _exchanged(passes: PassManager) -> PassManager:
    found = PassManager(passes.pipeline_name)
    found.passes = [(_OURS.get(kind, kind), about) for kind, about in passes.passes]
    found.finalize()
    return found


def _untyped_passes(state: Any) -> PassManager:
    return _exchanged(DefaultPassBuilder.define_untyped_pipeline(state))


class KernelCompiler(CompilerBase):  # type: ignore[misc]
    """Compiles a kernel, or (where ``forceinline`` is set) a function that kernels call."""

    def define_pipelines(self) -> list[PassManager]:
        state = self.state
        kind = InlinedLibrary if state.flags.forceinline else KernelLibrary
        state.library = kind(state.targetctx.codegen(), state.func_id.func_qualname)
        if state.flags.forceinline:
            state.targetctx.get_executable = _stand_in
        return [_exchanged(DefaultPassBuilder.define_nopython_pipeline(state))]


def _stand_in(library: Any, description: Any, environment: Any) -> Any:
    """What Numba looks up the function's code by; it cannot be called."""
    library._ensure_finalized()
    name = description.qualname.split(".")[-1]
    return _dynfunc.make_function(description.lookup_module(), name, "", 0, environment, (library,))
