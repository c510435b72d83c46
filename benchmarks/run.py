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
from functools import partial
from typing import NamedTuple

import counters
import estate
import inputs

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.path.join(os.path.dirname(ROOT), "shared", "corpus")
_EXAMPLE_CONNECTOR = os.path.join(ROOT, "examples", "contoso", "connectors", "parcel-tracking")
_SOLUTIONS = 10
"""Of the estate of 5,000 files."""

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

_MIXED_FLOOR = """
import os, sys, PARSER
from xml.etree import ElementTree
from ruamel.yaml import YAML
events = YAML(typ="safe").parse
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
        if name.endswith(".json"):
            PARSER.loads(content)
        elif name.endswith(".xml"):
            ElementTree.fromstring(content)
        elif name.endswith((".yaml", ".yml")):
            for _ in events(content):
                pass
"""
"""Reads and parses every file of a project by the fastest parser of its kind."""

_CROSS_FILE = """
import datetime, gc, os, sys, time
sys.path.insert(0, sys.argv[1])
import policies
from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.run import judge
number = int(sys.argv[2])
workspace = policies.placed(policies.estate(50 * number, number, 2 * number))
context = Context(workspace, policies.placed_settings(workspace), datetime.date(2026, 11, 21), Catalogue())
checks = api.checks()
gc.collect()
begun = time.process_time()
judge(checks, context)
print(time.process_time() - begun)
"""
"""Judges so many policies over twice as many environments and fifty times as many flows, and prints the seconds."""

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


def solution(bench: Bench) -> Measured:
    """Target 5: linting one solution of 200 files."""
    folder = os.path.join(bench.folder, "inputs", "solution")
    estate.solution(folder, 0, estate.parts(_EXAMPLE_CONNECTOR))
    measured = bench.ratio([bench.pllint, "check", folder], _mixed_floor(bench, folder), by=counters.CPU)
    return Measured(measured, 4, 6, f"x reading and parsing, {estate.SOLUTION_FILES} files")


def many_files(bench: Bench) -> Measured:
    """Target 6: linting an estate of 5,000 files."""
    folder, files = _estate(bench, _SOLUTIONS)
    few = bench._replace(runs=min(bench.runs, 5))
    measured = few.ratio([bench.pllint, "check", folder], _mixed_floor(bench, folder), by=counters.CPU)
    return Measured(measured, 6, 9, f"x reading and parsing, {files:,} files")


def twice_the_files(bench: Bench) -> Measured:
    """Target 15: how cost grows with the number of files."""
    commands = [[bench.pllint, "check", _estate(bench, solutions)[0]] for solutions in (_SOLUTIONS, _SOLUTIONS // 2)]
    measured = bench._replace(runs=min(bench.runs, 5)).ratio(*commands, by=counters.CPU)
    return Measured(measured, 2.1, 2.3, "x half of the files, processor time")


def ten_times_the_findings(bench: Bench) -> Measured:
    """Target 16: what each further finding in one file of 1.1 MB costs."""
    few, many = 100, 1_000
    costs: dict[str, Callable[[], float]] = {}
    for findings in (few, many):
        folder = f"findings{findings}"
        flow = bench.input(f"{folder}/flow.json", inputs.flow_with_findings(1_100_000, findings))
        bench.input(f"{folder}/policy.json", inputs.policy_against_http())
        command = [bench.pllint, "check", os.path.dirname(flow)]
        costs[folder] = partial(counters.CPU.measure, command, bench.folder)
    less, more = counters.interleaved(costs, bench.runs).values()
    return Measured((more - less) * 1e6 / (many - few), 30, 100, "microseconds each, 100 to 1,000 findings")


def cross_file(bench: Bench) -> Measured:
    """Target 17: how judging grows with policies, environments and flows."""

    def seconds(number: int) -> float:
        command = [bench.python, "-c", _CROSS_FILE, os.path.dirname(os.path.abspath(__file__)), str(number)]
        done = subprocess.run(command, capture_output=True, check=True, text=True, env=counters.environment())
        return float(done.stdout)

    measures = {"twice": partial(seconds, 40), "once": partial(seconds, 20)}
    twice, once = counters.interleaved(measures, min(bench.runs, 3)).values()
    return Measured(twice / once, 4.2, 5, "x half of the policies, environments and flows")


def connectors(bench: Bench) -> Measured:
    """Target 7: linting many connector definitions."""
    folder = os.path.join(bench.corpus, "microsoft+PowerPlatformConnectors")
    what = "the connectors of the corpus"
    if not os.path.isdir(folder):
        folder, what = os.path.join(bench.folder, "inputs", "connectors"), "300 composed connectors"
        inputs.connectors(_EXAMPLE_CONNECTOR, folder, count=300)
    parser = _parser(bench)
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
    Target("5", "one solution", solution),
    Target("6", "5,000 files", many_files),
    Target("7", "connectors", connectors),
    Target("14", "peak memory", memory),
    Target("15", "twice the files", twice_the_files),
    Target("16", "ten times the findings", ten_times_the_findings),
    Target("17", "policies and environments", cross_file),
)


def main() -> int:
    """Measure what was asked for, print a table, and give 1 when something passes its limit."""
    arguments = _arguments()
    wanted = arguments.only.split(",") if arguments.only else [target.id for target in TARGETS] + ["corpus"]
    failed = False
    with tempfile.TemporaryDirectory(prefix="pllint-benchmarks-") as folder:
        bench = _bench(folder, arguments.runs, os.path.abspath(arguments.corpus))
        print(f"counting {bench.counter.name}; medians of {bench.runs} runs, taken in turn\n")
        print(f"{'#':>3} {'measure':25} {'measured':>9} {'target':>8} {'limit':>8}  verdict")
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
    return f"{target.id:>3} {target.title:25} {value:9.2f} {aim:8.2f} {limit:8.2f}  {measured.verdict}: {unit}"


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


def _estate(bench: Bench, solutions: int) -> tuple[str, int]:
    """Give the folder of an estate and its number of files, made when it is first asked for."""
    folder = os.path.join(bench.folder, "inputs", f"estate{solutions}")
    if os.path.isdir(folder):
        return folder, sum(len(names) for _, _, names in os.walk(folder))
    return folder, estate.estate(folder, solutions, estate.parts(_EXAMPLE_CONNECTOR))


def _mixed_floor(bench: Bench, folder: str) -> list[str]:
    return [bench.python, "-c", _MIXED_FLOOR.replace("PARSER", _parser(bench)), folder]


def _parser(bench: Bench) -> str:
    return "orjson" if _installs(bench, "orjson") else "json"


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
