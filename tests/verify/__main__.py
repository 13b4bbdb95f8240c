"""The promises under attack: `python -m tests.verify NAME …` runs one verification and exits 1 if it fails."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def list_names() -> list[str]:
    """Return the verifications: the modules beside this one that have a `main`."""
    here = Path(__file__).parent
    return sorted(path.stem for path in here.glob("[a-z]*.py") if "\ndef main(" in path.read_text(encoding="utf-8"))


def main(argv: list[str]) -> int:
    """Run the verification that `argv` names with the rest of the arguments; return the exit status."""
    names = list_names()
    usage = "usage: python -m tests.verify NAME …\n\nNAME is one of: " + ", ".join(names)
    if argv and argv[0] in names:
        return int(importlib.import_module(f"tests.verify.{argv[0]}").main(argv[1:]))
    if argv and argv[0] in ("-h", "--help"):
        print(usage)
        return 0
    print(usage, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
