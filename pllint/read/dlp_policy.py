"""Data policies as the admin cmdlets, connectors and REST interface write them, in JSON or YAML."""

import os.path
import re
from collections.abc import Iterator, Mapping

from pllint.model.environment import EnvironmentRef
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, Scope
from pllint.read.document import Notes, check_schema
from pllint.read.policy_parts import (
    FIRST,
    SCOPES,
    WRAPPERS,
    candidates,
    classified_connector,
    environment_ref,
    group_of,
    member,
)
from pllint.read.policy_rules import LooseRules, loose_rules_of, rules_of
from pllint.read.powershell import Cuts, is_cut, unwrapped
from pllint.text.node import Node

_EXPRESSION = re.compile(r"#\{.*\}#|\$\{|\$\(|\{\{|^<.*>$")


def recognises(value: object) -> bool:
    """Tell whether a document holds data policies, or rules of one, in a form this module reads."""
    return any(_form(item) for item in candidates(value))


def policies(node: Node, notes: Notes, typed: object = None) -> list[DlpPolicy]:
    """Read every data policy of a document; what is cut off or breaks the schema, also in loose rules, is noted.

    A document in YAML, whose scalars are text, comes with the value its schema is to see.
    """
    found: list[DlpPolicy] = []
    forms = [(item, _form(item.value)) for item in unwrapped(node, *WRAPPERS)]
    if all(form != "cut" for _, form in forms):
        check_schema(node, notes, "policy", typed)
    for item, form in forms:
        if form == "cut":
            cuts = Cuts()
            cuts.places.append(item.at)
            cuts.note(notes, "the whole policy is")
        elif form == "rest":
            found += _wrapped_policy(item, notes)
        elif form == "v2":
            found.append(_policy(item, item, notes))
    return found


def loose_rules(node: Node, notes: Notes) -> list[LooseRules]:
    """Read the rules of a document that does not hold their policy; `policies` checks their schema."""
    return [loose_rules_of(item, notes) for item in unwrapped(node, *WRAPPERS) if _form(item.value) == "loose"]


def _form(value: object) -> str | None:
    if isinstance(value, str):
        cut = value.startswith("@{")
        return "cut" if cut and ("connectorGroups=" in value or "policyDefinition=" in value) else None
    if not isinstance(value, dict):
        return None
    definition = member(value, "policyDefinition")
    if _is_v2(definition) or (is_cut(definition) and definition):
        return "rest"
    if _is_v2(value):
        return "v2"
    return "loose" if _is_loose(value) else None


def _is_v2(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    groups = member(value, "connectorGroups")
    if isinstance(groups, list) or is_cut(groups) or (isinstance(groups, dict) and "Count" in groups):
        return True
    names = {key.lower() for key in value if isinstance(key, str)}
    return {"defaultconnectorsclassification", "environmenttype"} <= names


def _is_loose(value: Mapping[object, object]) -> bool:
    for name, item_key in (
        ("connectorActionConfigurations", "connectorId"),
        ("endpointConfigurations", "connectorId"),
        ("rules", "customConnectorRuleClassification"),
        ("RuleSet", "customConnectorRuleClassification"),  # as Microsoft365DSC calls it
        ("exemptResources", "type"),
    ):
        part = member(value, name)
        if isinstance(part, dict):
            part = member(part, "value")
        if isinstance(part, list):
            if any(isinstance(item, dict) and member(item, item_key) is not None for item in part[:FIRST]):
                return True
            # The names of the connector configurations say enough by themselves.
            if name.endswith("Configurations") and (not part or is_cut(part[0])):
                return True
    return False


def _wrapped_policy(item: Node, notes: Notes) -> Iterator[DlpPolicy]:
    definition = item.get("policyDefinition")
    if definition.is_mapping:
        yield _policy(definition, item, notes)
    else:
        cuts = Cuts()
        cuts.places.append(definition.at)
        cuts.note(notes, "the whole policy is")


def _policy(item: Node, wrapper: Node, notes: Notes) -> DlpPolicy:
    identity, title = item.get("name"), item.get("displayName")
    name = (title.text or identity.text or "").strip()
    if not name:
        name = os.path.splitext(os.path.basename(item.at.source.path))[0]
    scope_word = (item.get("environmentType").text or "").strip()
    scope = SCOPES.get(scope_word.lower(), Scope.ALL)
    environments, known = _environments(item, scope, notes)
    default = item.get("defaultConnectorsClassification")
    rules = rules_of(wrapper, notes)
    return DlpPolicy(
        id=(identity.text or "").strip() or name,
        name=name,
        at=title.at if title.present else identity.at if identity.present else item.at,
        scope=scope,
        unknown_scope=scope_word if scope_word and scope_word.lower() not in SCOPES else None,
        environments=environments,
        environments_known=known,
        default=group_of(default),
        default_at=default.at if default.present else None,
        classified=_classified(item.get("connectorGroups"), notes),
        patterns=rules.patterns,
        patterns_at=rules.at if rules.patterns is not None else None,
        actions=rules.actions or (),
        endpoints=rules.endpoints or (),
        exempt=rules.exempt or (),
        rules_known=rules.complete,
        open_parts=rules.open_parts,
        legacy=item.get("isLegacySchemaVersion").flag or False,
    )


def _environments(item: Node, scope: Scope, notes: Notes) -> tuple[tuple[EnvironmentRef, ...], bool]:
    """Read the environments a policy names, and whether the file says them all."""
    node = item.get("environments")
    needed = scope is not Scope.ALL
    if not node.present:
        return (), not needed
    cuts = Cuts()
    entries = cuts.items(node)
    if entries is None:
        cuts.note(notes, "the environments of the policy are")
        return (), False
    refs, known = [], True
    for entry in entries:
        ref = environment_ref(entry)
        if ref is None:
            known = False
        elif _EXPRESSION.search(ref.name):
            known = False
            if needed:
                notes.find(
                    "SRC009", ref.at, f"the environment {ref.name} is filled in elsewhere, so the reach stays open"
                )
        else:
            refs.append(ref)
    return tuple(refs), known or not needed


def _classified(node: Node, notes: Notes) -> tuple[ClassifiedConnector, ...] | None:
    if not node.present:
        return None
    cuts = Cuts()
    found: list[ClassifiedConnector] = []
    complete = True
    for group_node in cuts.items(node) or ():
        group = group_of(group_node.get("classification"))
        if group is None or group is DataGroup.IGNORE:
            # The schema reports the word; connectors of a group that nobody knows are not unclassified.
            complete = False
            continue
        entries = (
            classified_connector(entry, group, notes) for entry in cuts.items(group_node.get("connectors")) or ()
        )
        found.extend(entry for entry in entries if entry is not None)
    cuts.note(notes, "the data groups of the policy are")
    return tuple(found) if complete and not cuts.places else None
