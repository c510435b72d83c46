"""Counts what a command costs: instructions where the machine can count them, else processor time; and peak memory."""

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

_LAUNCHER = """
import json, os, sys, time
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
print(json.dumps([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""
_CLEARED = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP", "VIRTUAL_ENV")


class Cost(NamedTuple):
    """What one run of a command took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, of the command and its children."""
    peak_mb: float
    status: int


class Counter(NamedTuple):
    """A way to say how much work a command is, as one number that can be compared."""

    name: str
    measure: Callable[[Sequence[str], str], float]
    """Takes the command and the folder to run it in."""
    repeats: bool
    """Whether a second run gives the same number, so that few runs are enough."""


def cost(command: Sequence[str], folder: str) -> Cost:
    """Run a command once.

    A small launcher stands between, because a child inherits the peak memory of the process that starts it.
    """
    launched = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command]
    printed = subprocess.run(launched, cwd=folder, env=environment(), capture_output=True, check=True, text=True).stdout
    wall, cpu, peak, status = json.loads(printed)
    return Cost(wall=wall, cpu=cpu, peak_mb=peak / (1024 if sys.platform != "darwin" else 1024 * 1024), status=status)


def best_counter() -> Counter:
    """Choose the steadiest counter of this machine: perf, else valgrind, else processor time."""
    for counter, tool in ((_PERF, "perf"), (_CALLGRIND, "valgrind")):
        if shutil.which(tool) and _works(counter):
            return counter
    return CPU


def interleaved(measures: Mapping[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """Take every measure in turn, `runs` times over, and give the median of each.

    In turn, so that a machine that is busy for a while is busy for all of them.
    """
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(runs):
        for name, measure in measures.items():
            taken[name].append(measure())
    return {name: statistics.median(values) for name, values in taken.items()}


def median(taken: Sequence[Cost]) -> Cost:
    """Give the median of each part; the status is the first run's."""
    return Cost(
        wall=statistics.median(one.wall for one in taken),
        cpu=statistics.median(one.cpu for one in taken),
        peak_mb=statistics.median(one.peak_mb for one in taken),
        status=taken[0].status,
    )


def environment() -> dict[str, str]:
    """Give the environment of a measured command: ours, without what would change how Python starts."""
    kept = {name: value for name, value in os.environ.items() if name not in _CLEARED}
    return {**kept, "PYTHONHASHSEED": "0", "NO_COLOR": "1"}


def _works(counter: Counter) -> bool:
    try:
        return counter.measure([sys.executable, "-c", "pass"], ".") > 0
    except (OSError, ValueError, IndexError):
        return False


def _by_perf(command: Sequence[str], folder: str) -> float:
    said = _said(["perf", "stat", "-x", ",", "-e", "instructions:u", *command], folder)
    line = next(line for line in reversed(said.splitlines()) if "instructions" in line)
    return float(line.split(",")[0])


def _by_callgrind(command: Sequence[str], folder: str) -> float:
    options = ["--tool=callgrind", f"--callgrind-out-file={os.devnull}"]
    said = _said(["valgrind", *options, *command], folder)
    line = next(line for line in said.splitlines() if "Collected" in line)
    return float(line.rpartition(":")[2])


def _by_time(command: Sequence[str], folder: str) -> float:
    return cost(command, folder).cpu


def _said(command: Sequence[str], folder: str) -> str:
    finished = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    return finished.stderr


_PERF = Counter(name="instructions, counted by perf", measure=_by_perf, repeats=True)
_CALLGRIND = Counter(name="instructions, counted by valgrind", measure=_by_callgrind, repeats=True)
CPU = Counter(name="processor time", measure=_by_time, repeats=False)
