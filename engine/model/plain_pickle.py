"""Looks through the pickle of a PyTorch file without running it: does it hold nothing but named tensors?

`torch.load(weights_only=True)` runs no stranger's program, but would still build what eats time or memory: a
`bytearray` of any size, or tuples within tuples whose hash takes for ever. A plain state dict needs none of that.
"""

import pickletools
import re

MOST_BYTES = 8 * 2**20
"""A state dict of the largest backbone takes 40 KB."""
_MOST_NUMBER = 2**40  # of bytes, rows or columns
_GLOBALS = frozenset({"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"})
_STORAGE = re.compile(r"torch (?!Untyped|Typed)[A-Za-z0-9]+Storage")
_PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"})
_GETS = frozenset({"GET", "BINGET", "LONG_BINGET"})
_TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})
_NEVER = frozenset({"DUP", "INST", "OBJ", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4", "NEWOBJ_EX", "NEXT_BUFFER"})


def find_fault(pickled: bytes) -> str:
    """What in `pickled` has no place in a state dict, such as a class's name; empty if there is nothing.

    Raises `ValueError` for what is no pickle.
    """
    tuples: set[int] = set()  # places in the memo
    made_by, n_put = "", 0
    for opcode, argument, _ in pickletools.genops(pickled):
        name = opcode.name
        if name in _NEVER:
            return f"the instruction {name}"
        if name == "GLOBAL" and argument not in _GLOBALS and not _STORAGE.fullmatch(str(argument)):
            return str(argument).replace(" ", ".")
        if isinstance(argument, int) and abs(argument) > _MOST_NUMBER:
            return f"the number {argument:.0e}" if argument.bit_length() < 1000 else "a number of many digits"
        if name in _PUTS:
            place = n_put if argument is None else int(argument)
            n_put += 1
            if made_by in _TUPLES:
                tuples.add(place)
        elif name in _GETS and int(argument or 0) in tuples:
            return "a tuple that stands in several places"
        else:
            made_by = name
    return ""
