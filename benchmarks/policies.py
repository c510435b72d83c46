"""Measures the judging of a large estate: components by policies by environments, in one process on one core.

    python benchmarks/policies.py                    # 100,000 components, 30 policies, 500 environments
    python benchmarks/policies.py --components 10000

Nothing is read from files: what is measured is the engine. Every component is judged in every environment; the check
sum says how many of the pairs are violations, so that two runs can be seen to have done the same work.
"""

import argparse
import gc
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [_ROOT, os.path.join(_ROOT, "plugins")]

from pllint.catalogue import Catalogue  # noqa: E402 - found by the line above
from pllint.engine.dlp import PolicySet, Resources  # noqa: E402
from pllint.engine.dlp.matrix import Matrix  # noqa: E402
from pllint.model.component import Call, Component, ComponentKind, ConnectorUse  # noqa: E402
from pllint.model.connector_id import ConnectorKey  # noqa: E402
from pllint.model.environment import Environment, EnvironmentRef  # noqa: E402
from pllint.model.policy import (  # noqa: E402
    ActionRule,
    ActionRules,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    Scope,
    UrlPattern,
)
from pllint.model.verdict import Outcome  # noqa: E402
from pllint.model.workspace import Workspace  # noqa: E402
from pllint.settings import Settings, Target  # noqa: E402
from pllint.source import Anchor, Source  # noqa: E402

_GMAIL = ConnectorKey("shared_gmail")
_AT = Anchor(Source("estate.json", bytes))
# As tenants classify: most of what is used is Business, most of the rest Non-Business, little is Blocked.
_GROUPS = (*[DataGroup.BUSINESS] * 6, *[DataGroup.NON_BUSINESS] * 3, DataGroup.BLOCKED)


class Measured(NamedTuple):
    """What one size cost."""

    components: int
    seconds: float
    peak_mb: float
    rows: int
    kinds: int
    columns: int
    violations: int
    open: int


def estate(components: int, policies: int, environments: int, seed: int = 1) -> Workspace:
    """Make an estate: connectors by popularity, a baseline for all environments, and policies for parts of them."""
    rng = random.Random(seed)  # noqa: S311 - reproducible is what counts
    rows = [row.key for row in Catalogue().rows() if row.kind != "virtual"][:300]
    keys = [*map(ConnectorKey, ("shared_sharepointonline", "shared_office365", "shared_teams", "Http")), *rows]
    weights = [1 / (rank + 1) ** 1.3 for rank in range(len(keys))]
    places = [Environment(name=f"env-{number:03d}", at=None) for number in range(environments)]
    # One flow in fifty calls another one.
    used = [
        Component(
            kind=ComponentKind.CLOUD_FLOW,
            name=f"Flow {number}",
            id=f"{number:032x}",
            at=_AT,
            uses=tuple(
                ConnectorUse(connector=key, custom=False, at=_AT)
                for key in sorted(set(rng.choices(keys, weights, k=rng.choice((1, 2, 2, 3, 3, 4, 6)))))
            ),
            calls_flows=(Call(id=f"{number // 2:032x}", at=_AT),) if number % 50 == 1 else (),
        )
        for number in range(components)
    ]
    return Workspace(
        components=used,
        environments=places,
        policies=[_policy(number, keys, places, rng) for number in range(policies)],
    )


def placed(workspace: Workspace) -> Workspace:
    """Give an estate in which every component belongs to a solution, as many as there are environments."""
    number = len(workspace.environments)
    components = [one._replace(solution=f"Desk{place % number}") for place, one in enumerate(workspace.components)]
    return Workspace(components=components, environments=workspace.environments, policies=workspace.policies)


def placed_settings(workspace: Workspace) -> Settings:
    """Give settings that send each of these solutions to an environment of its own."""
    places = enumerate(workspace.environments)
    return Settings(targets=tuple(Target(f"Desk{number}", (place.name,)) for number, place in places))


def _policy(number: int, keys: list[ConnectorKey], places: list[Environment], rng: random.Random) -> DlpPolicy:
    scope = (Scope.ALL, Scope.EXCEPT, Scope.ONLY)[min(number, 2)]
    listed = [*keys[:20], *rng.sample(keys[20:], 180)]
    some = rng.sample(places, len(places) // 10)
    return DlpPolicy(
        id=f"policy-{number}",
        name=f"Policy {number}",
        at=_AT,
        scope=scope,
        environments=() if scope is Scope.ALL else tuple(EnvironmentRef(name=one.name, at=_AT) for one in some),
        default=rng.choice((DataGroup.NON_BUSINESS, DataGroup.BLOCKED)),
        classified=tuple(
            ClassifiedConnector(key, DataGroup.BUSINESS if rank < 20 else rng.choice(_GROUPS), _AT, key)
            for rank, key in enumerate(listed)
        ),
        actions=(ActionRules(_GMAIL, Behaviour.ALLOW, (ActionRule("SendEmail", Behaviour.BLOCK, _AT),), _AT),)
        if number == 2
        else (),
        patterns=(UrlPattern(1, "*", DataGroup.IGNORE, _AT),),
    )


def measure(workspace: Workspace) -> Measured:
    """Judge every component in every environment."""
    gc.collect()
    begun = time.perf_counter()
    matrix = Matrix(PolicySet(workspace.policies, Catalogue()), Resources(workspace), workspace)
    rows = Counter(map(matrix.row, workspace.components))
    kinds: Counter[Hashable] = Counter()
    one_of: dict[Hashable, int] = {}
    for row, many in rows.items():
        kinds[matrix.kind_of(row)] += many
        one_of.setdefault(matrix.kind_of(row), row)
    columns = Counter(map(matrix.column, workspace.environments))
    outcomes: Counter[Outcome] = Counter()
    for kind, many in kinds.items():
        for column, places in columns.items():
            outcomes[matrix.outcome(one_of[kind], column)] += many * places
    return Measured(
        components=len(workspace.components),
        seconds=time.perf_counter() - begun,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        rows=len(rows),
        kinds=len(kinds),
        columns=len(columns),
        violations=outcomes[Outcome.VIOLATION],
        open=outcomes[Outcome.INDETERMINATE],
    )


def main() -> int:
    """Measure a tenth of the size and the size, and print what each cost and how cost grew."""
    parser = argparse.ArgumentParser(description="Measure the judging of a large estate.")
    parser.add_argument("--components", type=int, default=100_000)
    parser.add_argument("--policies", type=int, default=30)
    parser.add_argument("--environments", type=int, default=500)
    options = parser.parse_args()
    results = []
    for components in (max(options.components // 10, 1), options.components):
        workspace = estate(components, options.policies, options.environments)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = measure(workspace)
        results.append(result)
        pairs = components * options.environments
        print(
            f"{components:>9,} components x {options.policies} policies x {options.environments} environments:"
            f" {result.seconds:6.2f} s, peak {result.peak_mb:,.0f} MB ({before:,.0f} MB is the estate)\n"
            f"{'':>10}{result.rows:,} distinct rows of {result.kinds:,} kinds, {result.columns:,} distinct columns;"
            f" of {pairs:,} pairs {result.violations:,} violations, {result.open:,} open"
        )
    small, large = results
    print(f"{'':>10}growth: {large.seconds / small.seconds:.1f} times the seconds for 10 times the components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
