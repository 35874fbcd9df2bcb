"""Read the authors' pickles without running anything of theirs.

A pickle is a program for a small stack machine.  This is one that only knows what the published files need: it makes
plain values, arrays of numbers and inert records, calls nothing, and never compares, hashes or shows what it was given
but names.  So nothing from a file reaches Python's or numpy's own protocols, however it is called.
"""

from __future__ import annotations

import os
import pickletools
from typing import Any

from ..core import bounds
from ..core.files import contents
from .pickled import Record, UnsafePickleError, build, call, named

__all__ = ["UnsafePickleError", "read_records"]

_VALUES = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_WRITTEN = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE"),
    *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
}
_FIXED = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Machine:
    """The stack, the memo, and what each instruction does to them."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self, program: bytes) -> Any:
        for steps, (code, argument, _) in enumerate(pickletools.genops(program)):
            if steps >= bounds.OPCODES:
                raise ValueError(f"it has more than {bounds.OPCODES:,} instructions")
            name = code.name
            if name == "STOP":
                return self._pop()
            if name in _WRITTEN:
                self.stack.append(argument)
            elif name in _VALUES:
                self.stack.append(_VALUES[name])
            elif name in _FIXED:
                self.stack.append(tuple(self._take(_FIXED[name])))
            elif name not in ("PROTO", "FRAME"):
                self._step(name, argument)
        raise ValueError("it ends before its end")

    def _step(self, name: str, argument: Any) -> None:
        match name:
            case "MARK":
                self.marks.append(len(self.stack))
            case "POP_MARK":
                self._marked()
            case "POP":
                self._pop()
            case "DUP":
                self.stack.append(self._top(object))
            case "MEMOIZE":
                self.memo[len(self.memo)] = self._top(object)
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                self.memo[argument] = self._top(object)
            case "GET" | "BINGET" | "LONG_BINGET":
                if argument not in self.memo:
                    raise ValueError("it refers to a value that is not there")
                self.stack.append(self.memo[argument])
            case "TUPLE":
                self.stack.append(tuple(self._marked()))
            case "EMPTY_LIST":
                self.stack.append([])
            case "LIST":
                self.stack.append(self._marked())
            case "APPEND" | "APPENDS":
                values = self._take(1) if name == "APPEND" else self._marked()
                self._top(list).extend(values)
            case "EMPTY_DICT":
                self.stack.append({})
            case "DICT" | "SETITEM" | "SETITEMS":
                values = self._take(2) if name == "SETITEM" else self._marked()
                if name == "DICT":
                    self.stack.append({})
                self._top(dict).update(_pairs(values))
            case "GLOBAL":
                self.stack.append(named(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                self.stack.append(named(*self._take(2)))
            case "REDUCE" | "NEWOBJ":
                called, arguments = self._take(2)
                self.stack.append(call(called, arguments, anew=name == "NEWOBJ"))
            case "BUILD":
                (state,) = self._take(1)
                build(self._top(object), state)
            case "PERSID" | "BINPERSID":
                raise UnsafePickleError("the file refers to objects outside itself; it was not read")
            case _:
                raise UnsafePickleError(f"the file uses {name}, which a published environment does not need")

    def _floor(self) -> int:
        return self.marks[-1] if self.marks else 0

    def _pop(self) -> Any:
        return self._take(1)[0]

    def _take(self, count: int) -> list[Any]:
        """The last ``count`` values, in order."""
        start = len(self.stack) - count
        if start < self._floor():
            raise ValueError("it takes more values than it gave")
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def _marked(self) -> list[Any]:
        """The values since the last mark."""
        if not self.marks:
            raise ValueError("it takes more values than it gave")
        taken = self._take(len(self.stack) - self.marks[-1])
        self.marks.pop()
        return taken

    def _top(self, kind: type) -> Any:
        if len(self.stack) <= self._floor() or not (kind is object or type(self.stack[-1]) is kind):
            raise ValueError(f"it has no {kind.__name__} where one is needed")
        return self.stack[-1]


def _pairs(values: list[Any]) -> dict[Any, Any]:
    names = values[::2]
    if len(values) % 2 or not all(type(name) in (str, int) for name in names):
        raise ValueError("a dict of it has keys that are no names")
    return dict(zip(names, values[1::2], strict=True))


def read_records(path: str | os.PathLike[str]) -> list[Record]:
    """The environments of a published file as inert records.

    Raises ``UnsafePickleError`` where the file asks for anything but what the published ones need, and
    ``ValueError`` where it is truncated or no pickle.
    """
    try:
        content = _Machine().run(contents(path, bounds.ENVIRONMENT_BYTES))
    except UnsafePickleError as error:
        raise UnsafePickleError(f"{path}: {error}") from None
    except FileNotFoundError:
        raise
    except MemoryError:
        raise ValueError(f"{path} needs more memory than there is") from None
    except Exception as error:  # the reader of instructions may raise nearly anything
        what = f"is truncated or not a published environment: {bounds.cited(error)}"
        raise ValueError(f"{path} {what}") from error
    if type(content) is Record:
        content = [content]
    if type(content) is not list or not content or not all(type(c) is Record for c in content):
        raise ValueError(f"{path} holds {type(content).__name__}, expected a list of environments")
    return content
