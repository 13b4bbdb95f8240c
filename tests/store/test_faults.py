"""Crash points stop a process only where they are named, and only guards that exist can be switched off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from store.faults import CRASH_POINTS, GUARDS, Faults, Guard

PROGRAM = """
import sys
from store.faults import Faults
faults = Faults(crash_at=sys.argv[1] or None)
for point in ("claim.after", "model.before", "model.before"):
    print(point, flush=True)
    faults.reach(point)
print("end", flush=True)
"""


def start(crash_at: str) -> subprocess.Popen[str]:
    """Start a process that walks past three crash points."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM, crash_at], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("crash_at", "printed", "code"),
    [
        ("", ["claim.after", "model.before", "model.before", "end"], 0),
        ("answer.after-commit", ["claim.after", "model.before", "model.before", "end"], 0),
        ("model.before", ["claim.after", "model.before"], -signal.SIGKILL),
    ],
)
def test_a_process_dies_only_at_the_point_named(crash_at: str, printed: list[str], code: int) -> None:
    """kill -9 comes at the named point and nowhere else; without a name nothing happens."""
    with start(crash_at) as process:
        out, _ = process.communicate(timeout=20)
    assert (out.split(), process.returncode) == (printed, code)


def test_a_process_freezes_once() -> None:
    """With ":stop" the process is stopped at the named point, and passes it the next time after it was continued."""
    with start("model.before:stop") as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        out, _ = process.communicate(timeout=20)
    assert (out.split()[-1], process.returncode) == ("end", 0)


@pytest.mark.parametrize("crash_at", ["nowhere", "model", "nowhere:stop", "Model.before"])
def test_an_unknown_crash_point_is_refused(crash_at: str) -> None:
    """A name that is no crash point is refused with the names there are."""
    with pytest.raises(ValueError, match=r"no crash point is named .*accept\.before-commit"):
        Faults(crash_at=crash_at)


def test_an_unknown_guard_is_refused() -> None:
    """A name that is no guard is refused with the names there are."""
    unknown: frozenset[Guard] = frozenset({"luck"})  # type: ignore[arg-type]  # that is the point
    with pytest.raises(ValueError, match="no guard is named luck; there are dedupe"):
        Faults(broken=unknown)


def test_guards_stand_unless_they_are_switched_off() -> None:
    """Every guard is in force by default, and switching one off leaves the others."""
    assert all(Faults().stands(guard) for guard in GUARDS)
    for broken in GUARDS:
        faults = Faults(broken=frozenset({broken}))
        assert [guard for guard in GUARDS if not faults.stands(guard)] == [broken]


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_every_crash_point_can_be_named(point: str) -> None:
    """Each crash point is accepted, to die or to freeze at."""
    assert (Faults(crash_at=point).crash_at, Faults(crash_at=f"{point}:stop").crash_at) == (point, f"{point}:stop")
