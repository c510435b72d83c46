"""DLP241: connectors in use that nobody classified."""

from collections.abc import Sequence

from pllint.model.component import Component
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.policy import DataGroup, DlpPolicy
from pllint.model.verdict import Rule
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Context, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.wording import few, is_judged, listed, name_of

_BY_DEFAULT = {Rule.DEFAULT, Rule.UNBLOCKABLE}
_MOST_PLACES = 10


class _Undecided:
    """Connectors that the same policies leave to their default groups."""

    def __init__(self, policies: Sequence[DlpPolicy]) -> None:
        self.policies = policies
        self.uses: dict[ConnectorKey, Anchor] = {}
        self.places: dict[str, None] = {}


@check(
    id="DLP241",
    name="connector-classified-by-default",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-connector-classification",
    on=Workspace,
    needs=[Need.POLICIES],
)
def connector_classified_by_default(workspace: Workspace, context: Context) -> Outcome:
    """A connector in use is in its data group only because no policy lists it: nobody decided."""
    found: dict[tuple[str, ...], _Undecided] = {}
    known: dict[tuple[ConnectorKey, Environment], bool] = {}
    for component in workspace.components:
        for environment in context.targets(component) if is_judged(component) else ():
            for key, at in _used(component):
                if (key, environment) not in known:
                    known[key, environment] = _is_undecided(key, environment, context)
                if known[key, environment]:
                    policies = context.policies.reaching(environment)
                    undecided = found.setdefault(tuple(policy.id for policy in policies), _Undecided(policies))
                    undecided.uses.setdefault(key, at)
                    undecided.places[environment.name] = None
    for undecided in found.values():
        yield _finding(undecided, context)


def _finding(undecided: _Undecided, context: Context) -> Finding:
    policies, uses = undecided.policies, dict(sorted(undecided.uses.items()))
    names = few(name_of(key, context) for key in uses)
    groups = {policy.default or DataGroup.NON_BUSINESS for policy in policies}
    named = [f"'{policy.name}'" for policy in policies]
    by = "the default groups" if len(named) > 1 else f"the default group {listed(groups)}"
    verb = "decide" if len(named) > 1 else "decides"
    return Finding(
        at=policies[0].default_at or policies[0].at,
        message=f"nobody classified {names}, used in {few(undecided.places, 3)}: only {by} of {listed(named)} {verb}",
        remedy=f"Ask a Power Platform admin to put {'each' if len(uses) > 1 else 'it'} into a data group of"
        f" {listed(named, 'or')} by name",
        environment=next(iter(undecided.places)) if len(undecided.places) == 1 else None,
        policy=policies[0].name if len(policies) == 1 else None,
        connectors=tuple(uses),
        related=tuple(
            Related(message=f"{name_of(key, context)} is used here", at=at)
            for key, at in list(uses.items())[:_MOST_PLACES]
        ),
    )


def _used(component: Component) -> list[tuple[ConnectorKey, Anchor]]:
    return [(use.connector, use.at) for use in component.uses if not use.custom]


def _is_undecided(key: ConnectorKey, environment: Environment, context: Context) -> bool:
    """Tell that a connector can be used in an environment, and that every policy there leaves it to its default."""
    effect = context.policies.effect(key, environment)
    rules = {opinion.classification.rule for opinion in effect.opinions}
    decided = not rules or not rules <= _BY_DEFAULT or context.policies.reach_open(environment)
    return effect.blocked is False and not decided
