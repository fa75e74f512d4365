"""Public names that cost nothing until they are used: a package's `__getattr__` (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def attributes(package: str, names: Mapping[str, Iterable[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of `package`, which imports each of `names` from its module at its first use.

    `names` maps a module to what it gives. Any other name raises AttributeError.
    """
    module_of = {name: module for module, given in names.items() for name in given}

    def attribute(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(module_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return attribute
