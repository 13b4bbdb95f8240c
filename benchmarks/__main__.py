"""Run a benchmark by name: `python -m benchmarks NAME ARGS…`."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import benchmarks


def main(arguments: list[str]) -> int:
    """Run the named benchmark with the rest of the arguments and return its exit status."""
    if not arguments or arguments[0] in {"-h", "--help"}:
        print("usage: python -m benchmarks NAME ARGS…\n")
        for name, module in find_benchmarks().items():
            print(f"  {name:<10} {(module.__doc__ or '').strip().splitlines()[0]}")
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    found = find_benchmarks()
    if name not in found:
        print(f"There is no benchmark {name!r}; there are: {', '.join(found)}.", file=sys.stderr)
        return 2
    return int(found[name].main(rest))


def find_benchmarks() -> dict[str, ModuleType]:
    """Return the modules of this package that have a `main(arguments) -> int`, by name."""
    names = sorted(found.name for found in iter_modules(benchmarks.__path__) if found.name != "__main__")
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "main")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
