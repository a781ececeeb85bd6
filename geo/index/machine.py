"""Two machine instructions that numba does not offer by name."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_PREFETCH = "llvm.prefetch.p0"


@intrinsic
def lowest_bit(typing_context: Any, mask: Any) -> Any:
    """Position of the lowest set bit of a positive 64-bit number."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), generate


@intrinsic
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of ``array[index]``, a one-dimensional contiguous array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        void_pointer = builder.bitcast(place, cgutils.voidptr_t)
        int32 = ir.IntType(32)
        kind_of_call = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, int32, int32, int32])
        module = builder.module
        function = module.globals.get(_PREFETCH) or ir.Function(module, kind_of_call, _PREFETCH)
        builder.call(function, [void_pointer, int32(0), int32(3), int32(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic
def pointer(typing_context: Any, address: Any) -> Any:
    """Turn an integer address into a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


__all__ = ["lowest_bit", "pointer", "prefetch"]
