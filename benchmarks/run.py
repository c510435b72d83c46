"""Measures pllint against the targets of its start-up, speed and memory: `python benchmarks/run.py`.

A wheel is built and installed into a temporary environment, because an editable install starts several milliseconds
later. Every target is a ratio of two things measured in turn, so that the machine cancels out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

import counters
import inputs

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
_EXAMPLE_CONNECTOR = os.path.join(ROOT, "examples", "contoso", "connectors", "parcel-tracking")

_FLOOR = """
import os, sys, PARSER
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.lower().endswith(".json"):
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read().removeprefix(b"\\xef\\xbb\\xbf")
            try:
                PARSER.loads(content)
            except ValueError:
                pass
"""
"""Reads and parses every JSON file below a folder: what no linter of these files can be faster than."""

_RECORD = """
import os, sys
from pllint.text import json_text, xml_text, yaml_text
target, count = sys.argv[1], 0
def recorded(module, ending):
    parse = module.parse
    def parse_and_keep(content, *arguments):
        global count
        count += 1
        with open(os.path.join(target, f"{count:06d}.{ending}"), "wb") as file:
            file.write(content)
        return parse(content, *arguments)
    module.parse = parse_and_keep
for module, ending in ((json_text, "json"), (xml_text, "xml"), (yaml_text, "yaml")):
    recorded(module, ending)
from pllint.cli import main
sys.argv[1:] = ["check", sys.argv[2]]
main()
"""
"""Runs pllint and keeps a copy of every document it parses, those inside archives too."""

_CORPUS_FLOOR = """
import json, os, sys
from xml.parsers import expat
for entry in sorted(os.scandir(sys.argv[1]), key=lambda entry: entry.name):
    with open(entry.path, "rb") as file:
        content = file.read()
    try:
        if entry.name.endswith(".json"):
            json.loads(content.removeprefix(b"\\xef\\xbb\\xbf"))
        elif entry.name.endswith(".xml"):
            expat.ParserCreate().Parse(content, True)
    except (ValueError, expat.ExpatError):
        pass
"""
"""Reads what pllint parsed and parses it again, with nothing around it; YAML is only read."""

_IN_PROCESS = """
import sys
from pllint import run
from pllint.source import WHOLE_FILE
{change}
from pllint.cli import main
sys.exit(main())
"""
_WITH_PLACES = _IN_PROCESS.format(change="")
_WITHOUT_PLACES = _IN_PROCESS.format(
    change="assert run._spans\nrun._spans = lambda source, paths: [WHOLE_FILE] * len(paths)"
)


class Bench(NamedTuple):
    """Where measuring takes place, and how often."""

    folder: str
    python: str
    pllint: str
    counter: counters.Counter
    runs: int
    corpus: str

    def input(self, name: str, text: str) -> str:
        """Write an input, its folder named first so that nothing else is linted with it, and give its path."""
        return inputs.write(os.path.join(self.folder, "inputs", *name.split("/")), text)

    def ratio(self, command: Sequence[str], base: Sequence[str], *, by: counters.Counter | None = None) -> float:
        """Measure two commands in turn and give the ratio of their medians."""
        counter = by or self.counter
        medians = counters.interleaved(
            {
                "command": lambda: counter.measure(command, self.folder),
                "base": lambda: counter.measure(base, self.folder),
            },
            min(self.runs, 3) if counter.repeats else self.runs,
        )
        return medians["command"] / medians["base"]


class Measured(NamedTuple):
    """A value beside what it should be and what it must not pass."""

    value: float
    target: float
    limit: float
    unit: str

    @property
    def verdict(self) -> str:
        """Say how the value stands."""
        if self.value <= self.target:
            return "met"
        return "above the target" if self.value <= self.limit else "PAST THE LIMIT"


class Target(NamedTuple):
    """A measure by its number in the list of targets."""

    id: str
    title: str
    measure: Callable[[Bench], Measured]


def version(bench: Bench) -> Measured:
    """Target 1: how much starting and saying the version costs above starting Python."""
    return Measured(bench.ratio([bench.pllint, "--version"], _nothing(bench)), 1.2, 1.5, "x `python -c pass`")


def clean_flow(bench: Bench) -> Measured:
    """Target 2: linting one clean flow of 19 KB."""
    flow = bench.input("clean/clean.json", inputs.clean_flow(19_000))
    command = [bench.pllint, "check", flow]
    _expect(bench, command, 0)
    return Measured(bench.ratio(command, _nothing(bench)), 4.5, 6, "x `python -c pass`")


def places(bench: Bench) -> Measured:
    """Target 3: what lines and columns add to a flow of 83 KB with 14 findings."""
    folder = os.path.dirname(bench.input("findings/flow.json", inputs.flow_with_findings(83_000, 14)))
    bench.input("findings/policy.json", inputs.policy_against_http())
    commands = [[bench.python, "-c", program, "check", folder] for program in (_WITH_PLACES, _WITHOUT_PLACES)]
    for command in commands:
        _expect(bench, command, 1)
    measured = bench.ratio(*commands)
    return Measured(measured, 1.10, 1.25, "x the same run without places")


def manifest(bench: Bench) -> Measured:
    """Target 4: linting one governance manifest of 4 KB."""
    path = bench.input("manifest/manifest.yaml", inputs.manifest(16))
    measured = bench.ratio([bench.pllint, "check", path], _nothing(bench), by=counters.CPU)
    return Measured(measured, 4, 6, "x `python -c pass`, processor time")


def connectors(bench: Bench) -> Measured:
    """Target 7: linting many connector definitions."""
    folder = os.path.join(bench.corpus, "microsoft+PowerPlatformConnectors")
    what = "the connectors of the corpus"
    if not os.path.isdir(folder):
        folder, what = os.path.join(bench.folder, "inputs", "connectors"), "300 composed connectors"
        inputs.connectors(_EXAMPLE_CONNECTOR, folder, count=300, operations=30)
    parser = "orjson" if _installs(bench, "orjson") else "json"
    floor = [bench.python, "-c", _FLOOR.replace("PARSER", parser), folder]
    measured = bench.ratio([bench.pllint, "check", folder], floor, by=counters.CPU)
    return Measured(measured, 8, 12, f"x reading and `{parser}.loads`, {what}")


def memory(bench: Bench) -> Measured:
    """Target 14: the peak memory of linting a flow of 3 MB."""
    flow = bench.input("large/large.json", inputs.clean_flow(3_000_000))
    size = os.path.getsize(flow) / 1_000_000
    peak = counters.interleaved(
        {"peak": lambda: counters.cost([bench.pllint, "check", flow], bench.folder).peak_mb}, min(bench.runs, 3)
    )["peak"]
    return Measured(peak, 40 + 12 * size, 64 + 16 * size, f"MB for a flow of {size:.1f} MB")


TARGETS = (
    Target("1", "pllint --version", version),
    Target("2", "one clean flow", clean_flow),
    Target("3", "places of 14 findings", places),
    Target("4", "one manifest", manifest),
    Target("7", "connectors", connectors),
    Target("14", "peak memory", memory),
)


def main() -> int:
    """Measure what was asked for, print a table, and give 1 when something passes its limit."""
    arguments = _arguments()
    wanted = arguments.only.split(",") if arguments.only else [target.id for target in TARGETS] + ["corpus"]
    failed = False
    with tempfile.TemporaryDirectory(prefix="pllint-benchmarks-") as folder:
        bench = _bench(folder, arguments.runs, os.path.abspath(arguments.corpus))
        print(f"counting {bench.counter.name}; medians of {bench.runs} runs, taken in turn\n")
        print(f"{'#':>3} {'measure':24} {'measured':>9} {'target':>8} {'limit':>8}  verdict")
        for target in TARGETS:
            if target.id in wanted:
                measured = target.measure(bench)
                failed |= measured.value > measured.limit
                print(_row(target, measured), flush=True)
        if "corpus" in wanted:
            print("\n" + corpus(bench))
    return int(failed)


def corpus(bench: Bench) -> str:
    """Lint the corpus beside a floor that only parses what pllint parsed, and say how they compare."""
    if not os.path.isdir(bench.corpus):
        return f"no corpus at {bench.corpus}: name one with --corpus"
    recorded = os.path.join(bench.folder, "recorded")
    os.mkdir(recorded)
    counters.cost([bench.python, "-c", _RECORD, recorded, bench.corpus], bench.folder)
    sizes = [entry.stat().st_size for entry in os.scandir(recorded)]
    commands = {
        "pllint": [bench.pllint, "check", bench.corpus],
        "floor": [bench.python, "-c", _CORPUS_FLOOR, recorded],
    }
    costs: dict[str, list[counters.Cost]] = {name: [] for name in commands}
    for _ in range(min(bench.runs, 5)):
        for name, command in commands.items():
            costs[name].append(counters.cost(command, bench.folder))
    rows = [
        f"corpus: {len(sizes)} documents parsed, {sum(sizes) / 1_000_000:.1f} MB",
        f"{'':8} {'wall s':>8} {'cpu s':>8} {'peak MB':>8}",
    ]
    medians = {name: counters.median(taken) for name, taken in costs.items()}
    rows += [f"{name:8} {one.wall:8.2f} {one.cpu:8.2f} {one.peak_mb:8.0f}" for name, one in medians.items()]
    linted, floor = medians["pllint"], medians["floor"]
    rows.append(f"{'ratio':8} {linted.wall / floor.wall:8.2f} {linted.cpu / floor.cpu:8.2f}")
    return "\n".join(rows)


def _row(target: Target, measured: Measured) -> str:
    value, aim, limit, unit = measured
    return f"{target.id:>3} {target.title:24} {value:9.2f} {aim:8.2f} {limit:8.2f}  {measured.verdict}: {unit}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="LIST", help="the targets to measure, such as 1,2,14,corpus")
    parser.add_argument("--runs", type=int, default=11, help="runs of each command (default: 11)")
    parser.add_argument("--corpus", metavar="FOLDER", default=CORPUS, help="real files to lint beside the floor")
    return parser.parse_args()


def _bench(folder: str, runs: int, corpus_folder: str) -> Bench:
    wheels, environment = os.path.join(folder, "wheels"), os.path.join(folder, "venv")
    _quietly([sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", wheels, ROOT])
    _quietly([sys.executable, "-m", "venv", environment])
    scripts = os.path.join(environment, "Scripts" if os.name == "nt" else "bin")
    python = os.path.join(scripts, "python")
    (wheel,) = os.listdir(wheels)
    _quietly([python, "-m", "pip", "install", "--upgrade", "pip"])  # older ones write slower start scripts
    _quietly([python, "-m", "pip", "install", os.path.join(wheels, wheel)])
    return Bench(
        folder=folder,
        python=python,
        pllint=os.path.join(scripts, "pllint"),
        counter=counters.best_counter(),
        runs=runs,
        corpus=corpus_folder,
    )


def _nothing(bench: Bench) -> list[str]:
    return [bench.python, "-c", "pass"]


def _expect(bench: Bench, command: Sequence[str], status: int) -> None:
    given = counters.cost(command, bench.folder).status
    if given != status:
        raise SystemExit(f"{command} gave {given}, not {status}: what is measured would be something else")


def _installs(bench: Bench, package: str) -> bool:
    command = [bench.python, "-m", "pip", "install", "--quiet", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _quietly(command: Sequence[str]) -> None:
    finished = subprocess.run(command, capture_output=True, check=False, text=True, env=counters.environment())
    if finished.returncode:
        raise SystemExit(finished.stdout + finished.stderr)


if __name__ == "__main__":
    sys.exit(main())
