"""Data policies of all files, each given once, with the rules that can only be meant for it."""

import os.path
import re
from collections.abc import Sequence

from pllint.finding import Related
from pllint.model.policy import ActionRules, DataGroup, DlpPolicy, EndpointRules, PolicyPart, UrlPattern
from pllint.read.document import Notes
from pllint.read.policy_parts import CUT_OFF, MIXED_UP
from pllint.read.policy_rules import LooseRules

_SINGULAR = frozenset((str(PolicyPart.DEFAULT), str(PolicyPart.SCOPE), str(PolicyPart.EXISTENCE)))
_SHOWN = 6
"""How many open parts of a policy a message names."""
# Words that say what a file holds and not which policy it is about.
_COMMON_WORDS = frozenset(
    (
        "action",
        "actions",
        "apps",
        "config",
        "configuration",
        "configurations",
        "connector",
        "connectors",
        "custom",
        "data",
        "definition",
        "dlp",
        "endpoint",
        "endpoints",
        "environment",
        "exempt",
        "export",
        "exported",
        "group",
        "groups",
        "json",
        "pattern",
        "patterns",
        "policies",
        "policy",
        "power",
        "powerapp",
        "powerapps",
        "resource",
        "resources",
        "rule",
        "rules",
        "url",
        "urls",
    )
)


def join(policies: Sequence[DlpPolicy], loose: Sequence[LooseRules], notes: Notes) -> tuple[DlpPolicy, ...]:
    """Give each policy once, with the rules of other files that can only be meant for it.

    A file of rules belongs to the policy that its name (else its folder) names, or that lies alone in its folder.
    Rules that fit no policy, or several, are noted.
    """
    joined = _united(policies, notes)
    for rules in loose:
        owner = _owner(rules, joined)
        if owner is None and rules.policy is not None:
            message = f"the rules name the data policy '{rules.policy}', which no file holds"
            notes.find("SRC008", rules.at, message, "Commit the export of that policy, or correct the name")
        elif owner is None:
            notes.find(
                "SRC008",
                rules.at,
                "the file does not say which data policy its rules belong to, and its name fits no single policy",
                "Name it after the policy's file, such as baseline.url-patterns.json beside baseline.json,"
                " or put it in a folder where that policy is the only one",
            )
        else:
            joined[owner] = _with_rules(joined[owner], rules, notes)
    for policy in joined:
        _note_open(policy, notes)
    return tuple(joined)


def _note_open(policy: DlpPolicy, notes: Notes) -> None:
    """Note once for a policy what of it is computed where no file shows it; other gaps have findings of their own."""
    parts = [part for part in policy.open_parts if part.how != CUT_OFF and not part.how.startswith(MIXED_UP)]
    if not parts:
        return
    ways: dict[str, list[str]] = {}
    for part in parts:
        named = ways.setdefault(part.how, [])
        if str(part.part) not in named:
            named.append(str(part.part))
    words = [f"its {', '.join(named)} {_verb(named)} {how}" for how, named in ways.items()]
    shown = ", ".join(words[:_SHOWN])
    more = f", and {len(words) - _SHOWN} more parts" if len(words) > _SHOWN else ""
    notes.find(
        "SRC009",
        parts[0].at,
        f"the data policy '{policy.name}' is not whole here, so verdicts that depend on the rest stay open: "
        + shown
        + more,
        "Commit the policy as the tenant has it, from `terraform show -json` or Get-DlpPolicy",
    )
    related = tuple(Related(f"its {part.part}", part.at) for part in parts[1:_SHOWN])
    notes.findings[-1] = notes.findings[-1]._replace(related=related)


def _united(policies: Sequence[DlpPolicy], notes: Notes) -> list[DlpPolicy]:
    """Give one policy for each id: the list call's answer, which has no groups, gives way to the whole policy."""
    united: list[DlpPolicy] = []
    by_id: dict[str, int] = {}
    # Terraform code has no ids: it and the state made of it are told to be one policy by their name.
    ids = {policy.name.lower(): policy.id.lower() for policy in policies if policy.id.lower() != policy.name.lower()}
    for policy in policies:
        identity = policy.id.lower()
        place = by_id.setdefault(ids.get(identity, identity) if policy.open_parts else identity, len(united))
        if place == len(united):
            united.append(policy)
            continue
        other = united[place]
        if _says_more(policy, other):
            united[place] = policy
        elif _says_more(other, policy):
            pass
        elif other.classified is None and policy.classified is not None:
            united[place] = policy
        elif policy.classified is not None and _facts(policy) != _facts(other):
            # Code with open parts may be given to several tenants, once for each of its `.tfvars` files.
            if not (policy.open_parts and other.open_parts):
                notes.find(
                    "SRC011",
                    policy.at,
                    f"the data policy '{policy.name}' is also in {other.at.source.path}, and says something else there",
                    "Keep one export of each policy",
                )
                notes.findings[-1] = notes.findings[-1]._replace(related=(Related("the other one", other.at),))
            united.append(policy)
    return united


def _verb(named: Sequence[str]) -> str:
    return "is" if len(named) == 1 and named[0] in _SINGULAR else "are"


def _says_more(policy: DlpPolicy, other: DlpPolicy) -> bool:
    """Tell whether one policy is whole and the other, the same one, has parts that are computed elsewhere."""
    return (
        bool(other.open_parts)
        and not policy.open_parts
        and policy.classified is not None
        and not _contradicts(other, policy)
    )


def _contradicts(partial: DlpPolicy, whole: DlpPolicy) -> bool:
    """Tell whether what is written of a policy says something else than its export."""
    if not partial.may_not_reach and partial.scope is not whole.scope:
        return True
    if partial.default not in {None, whole.default}:
        return True
    groups = {(entry.connector, entry.group) for entry in whole.classified or ()}
    return any((entry.connector, entry.group) not in groups for entry in partial.classified or ())


def _facts(policy: DlpPolicy) -> tuple[object, ...]:
    """Give what a policy says, without where it says it."""
    return (
        policy.scope,
        frozenset(ref.name.lower() for ref in policy.environments),
        policy.default,
        frozenset((entry.connector, entry.group, entry.environment) for entry in policy.classified or ()),
        tuple((rule.order, rule.pattern, rule.group) for rule in policy.patterns or ()),
        _action_facts(policy.actions),
        _endpoint_facts(policy.endpoints),
    )


def _action_facts(actions: Sequence[ActionRules]) -> frozenset[object]:
    return frozenset(
        (rules.connector, rules.default, frozenset((rule.operation.lower(), rule.behaviour) for rule in rules.rules))
        for rules in actions
    )


def _endpoint_facts(endpoints: Sequence[EndpointRules]) -> frozenset[object]:
    return frozenset(
        (rules.connector, tuple((rule.order, rule.endpoint, rule.behaviour) for rule in rules.rules))
        for rules in endpoints
    )


def _words(name: str) -> tuple[str, ...]:
    """Split a name into the words that tell policies apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.split(r"[^0-9a-z]+", spaced.lower())
    return tuple(word for word in words if word and word not in _COMMON_WORDS)


def _owner(rules: LooseRules, policies: Sequence[DlpPolicy]) -> int | None:
    """Find the one policy that rules belong to, as an index; None when none or several fit."""
    if rules.policy is not None:
        wanted = rules.policy.lower()
        fitting = [place for place, each in enumerate(policies) if wanted in {each.id.lower(), each.name.lower()}]
        return fitting[0] if len(fitting) == 1 else None
    folder, file = os.path.split(rules.at.source.path)
    folders = [os.path.dirname(policy.at.source.path) for policy in policies]
    named = _named(_words(os.path.splitext(file)[0]), policies)
    beside = [place for place, other in enumerate(folders) if other == folder]
    for fitting in (
        named,
        [place for place in named if folders[place] == folder],
        [] if named else beside,
        [] if named or beside else _named(_words(os.path.basename(folder)), policies),
    ):
        if len(fitting) == 1:
            return fitting[0]
    return None


def _named(words: tuple[str, ...], policies: Sequence[DlpPolicy]) -> list[int]:
    if not words:
        return []
    files = [policy.at.source.path for policy in policies]
    return [
        place
        for place, policy in enumerate(policies)
        if words in {_words(policy.name), _words(policy.id)}
        or (files.count(files[place]) == 1 and words == _words(os.path.splitext(os.path.basename(files[place]))[0]))
    ]


def _with_rules(policy: DlpPolicy, rules: LooseRules, notes: Notes) -> DlpPolicy:
    """Add the rules of another file to a policy; what the policy already says stays, and a difference is noted."""
    if _differs(policy, rules):
        notes.find(
            "SRC011",
            rules.at,
            f"these rules of the data policy '{policy.name}' differ from those in {policy.at.source.path}",
            "Keep one export of the rules",
        )
    patterns_new = policy.patterns is None and rules.patterns is not None
    given = {part.part for part in rules.open_parts}
    given.update([PolicyPart.PATTERNS] if patterns_new else [])
    given.update([PolicyPart.EXEMPTIONS] if rules.exempt is not None else [])
    return policy._replace(
        patterns=rules.patterns if patterns_new else policy.patterns,
        patterns_at=rules.at if patterns_new else policy.patterns_at,
        actions=policy.actions or rules.actions or (),
        endpoints=policy.endpoints or rules.endpoints or (),
        exempt=policy.exempt or rules.exempt or (),
        rules_known=policy.rules_known and rules.complete,
        open_parts=(*(part for part in policy.open_parts if part.part not in given), *rules.open_parts),
    )


def _differs(policy: DlpPolicy, rules: LooseRules) -> bool:
    def shown(patterns: tuple[UrlPattern, ...]) -> list[tuple[int, str, DataGroup]]:
        return [(rule.order, rule.pattern, rule.group) for rule in patterns]

    if policy.patterns is not None and rules.patterns is not None and shown(policy.patterns) != shown(rules.patterns):
        return True
    if policy.actions and rules.actions and _action_facts(policy.actions) != _action_facts(rules.actions):
        return True
    return bool(
        policy.endpoints and rules.endpoints and _endpoint_facts(policy.endpoints) != _endpoint_facts(rules.endpoints)
    )
