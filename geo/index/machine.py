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
def filter_four(typing_context: Any, words: Any, at: Any, px: Any, py: Any, near: Any) -> Any:
    """Test a point against four fixed-point segments at once.

    ``words[at:at + 20]`` holds four values each of ay, by, ax, bx and mask. Returns the masks of
    the segments that the point's ray crosses, combined by exclusive or, and above bit 32 a bit
    that is set where a segment is too near to tell. The rule is that of ``filter_mask``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        single, short, whole = ir.FloatType(), ir.IntType(16), ir.IntType(32)
        lanes16, lanes32 = ir.VectorType(short, 4), ir.VectorType(whole, 4)
        lanes = ir.VectorType(single, 4)

        def splat(value: Any, kind: Any) -> Any:
            first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, whole(0))
            zeros = ir.Constant(lanes32, [0, 0, 0, 0])
            return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), zeros)

        def load(group: int) -> Any:
            index = builder.add(arguments[1], arguments[1].type(4 * group))
            place = builder.bitcast(builder.gep(data, [index]), lanes16.as_pointer())
            return builder.load(place, align=2)

        def numbers(group: int) -> Any:
            return builder.sitofp(builder.sext(load(group), lanes32), lanes)

        def call(name: str, result: Any, value: Any) -> Any:
            module = builder.module
            kind = ir.FunctionType(result, [value.type])
            function = module.globals.get(name) or ir.Function(module, kind, name)
            return builder.call(function, [value])

        def absolute(value: Any) -> Any:
            return call("llvm.fabs.v4f32", lanes, value)

        def reduce(name: str, value: Any) -> Any:
            return call(f"llvm.vector.reduce.{name}.v4i32", whole, value)

        x, y, n = (splat(argument, lanes) for argument in arguments[2:])
        zero, one = (ir.Constant(lanes, [number] * 4) for number in (0.0, 1.0))
        d1, d2 = builder.fsub(y, numbers(0)), builder.fsub(numbers(1), y)
        u1, u2 = builder.fsub(numbers(2), x), builder.fsub(numbers(3), x)
        det = builder.fadd(builder.fmul(u1, d2), builder.fmul(d1, u2))
        spread = builder.fadd(
            builder.fadd(absolute(u1), absolute(u2)), builder.fadd(absolute(d1), absolute(d2))
        )
        slack = builder.fadd(builder.fmul(n, spread), one)
        low = builder.select(builder.fcmp_ordered("<", d1, d2), d1, d2)
        close = builder.or_(
            builder.fcmp_ordered("<", low, n), builder.fcmp_ordered("<=", absolute(det), slack)
        )
        unsure = builder.and_(builder.fcmp_ordered(">", low, builder.fsub(zero, n)), close)
        crossed = builder.and_(
            builder.fcmp_ordered(">", low, zero), builder.fcmp_ordered("<", det, zero)
        )
        nothing = ir.Constant(lanes32, [0, 0, 0, 0])
        masks = builder.select(crossed, builder.zext(load(4), lanes32), nothing)
        result = builder.zext(reduce("xor", masks), ir.IntType(64))
        doubt = builder.zext(reduce("or", builder.zext(unsure, lanes32)), ir.IntType(64))
        return builder.or_(result, builder.shl(doubt, doubt.type(32)))

    return types.int64(words, types.int64, types.float32, types.float32, types.float32), generate


@intrinsic
def item(typing_context: Any, array: Any, index: Any) -> Any:
    """Read ``array[index]`` of a contiguous array, index >= 0: no test for a negative one."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        data = context.make_array(kind)(context, builder, arguments[0]).data
        return builder.load(builder.gep(data, [arguments[1]]))

    return array.dtype(array, types.int64), generate


@intrinsic
def pointer(typing_context: Any, address: Any) -> Any:
    """Turn an integer address into a pointer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


__all__ = ["filter_four", "item", "lowest_bit", "pointer", "prefetch"]
