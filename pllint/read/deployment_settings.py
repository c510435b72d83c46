"""Deployment settings: values of environment variables and connection references for one stage."""

import os.path
import re

from pllint.model.component import Secret
from pllint.model.solution import DeploymentSettings
from pllint.read import literals
from pllint.read.document import Notes, check_schema
from pllint.source import Anchor
from pllint.text.node import Node

_CUSTOM = frozenset(
    (
        "AadGroupCanvasConfiguration",
        "AadGroupTeamConfiguration",
        "ActivateFlowConfiguration",
        "ConnectorShareWithGroupTeamConfiguration",
        "FlowShareWithGroupTeamConfiguration",
        "SolutionComponentOwnershipConfiguration",
        "WebhookUrls",
    )
)
_KIND = r"(?:custom)?(?:deployment[-_]?settings|deployment[-_]?config|environment[-_]?variables)"
_STAGE_FIRST = re.compile(rf"^(.+?)[._-]{_KIND}\.json$", re.IGNORECASE)
_STAGE_LAST = re.compile(rf"^{_KIND}[._-](.+?)\.json$", re.IGNORECASE)
# A settings file without values, which each stage's file is copied from.
_NO_STAGES = frozenset(("template", "base", "default", "sample", "example"))


MASK = "(secret)"
"""Stands for the value of a secret, which is not kept."""


def recognises(value: object) -> bool:
    """Tell whether a document holds deployment settings: both lists, of objects."""
    if not isinstance(value, dict):
        return False
    lists = [value.get("EnvironmentVariables"), value.get("ConnectionReferences")]
    if not all(isinstance(one, list) for one in lists):
        return False
    return not any(isinstance(item, list) for one in lists if isinstance(one, list) for item in one)


def other_form(value: object) -> str | None:
    """Say which look-alike a document is: the ALM Accelerator keeps its own settings beside the platform's."""
    if not isinstance(value, dict):
        return None
    lists = (value.get("EnvironmentVariables"), value.get("ConnectionReferences"))
    if recognises(value) or not (_CUSTOM & value.keys() or all(isinstance(one, list) for one in lists)):
        return None
    return "custom deployment settings of the ALM Accelerator, which hold nothing that pllint asks"


def deployment_settings(node: Node, notes: Notes) -> DeploymentSettings:
    """Read the values for one stage; an empty value is kept, for it overrides nothing but was written."""
    check_schema(node, notes, "deployment-settings")
    variables = _pairs(node["EnvironmentVariables"], "SchemaName", "Value")
    secrets: list[Secret] = []
    for index, (name, value, at) in enumerate(variables):
        kind = literals.secret_in(name, value)
        if kind is not None:
            secrets.append(Secret(kind=kind, at=at, holder=name))
            variables[index] = (name, MASK, at)
    references = node["ConnectionReferences"]
    return DeploymentSettings(
        at=node.at,
        stage=stage_of(node.at.source.path),
        variables=tuple(variables),
        references=tuple(_pairs(references, "LogicalName", "ConnectorId")),
        connections=tuple((name, value) for name, value, _ in _pairs(references, "LogicalName", "ConnectionId")),
        template=_is_template(node.at.source.path),
        secrets=tuple(secrets),
    )


def _is_template(path: str) -> bool:
    file = os.path.basename(path.replace("\\", "/"))
    match = _STAGE_FIRST.match(file) or _STAGE_LAST.match(file)
    return match is not None and match[1].lower() in _NO_STAGES


def stage_of(path: str) -> str | None:
    """Give the stage a file name or its folder below `config` speaks of, in lower case."""
    folder, file = os.path.split(path.replace("\\", "/"))
    match = _STAGE_FIRST.match(file) or _STAGE_LAST.match(file)
    stage = match[1] if match else None
    if stage is None:
        above, name = os.path.split(folder)
        stage = name if os.path.basename(above).lower() == "config" else None
    return stage.lower() if stage and stage.lower() not in _NO_STAGES else None


def _pairs(node: Node, name: str, value: str) -> list[tuple[str, str, Anchor]]:
    return [
        (key, item[value].text or "", item[value].at if item[value].present else item[name].at)
        for item in node.elements()
        if (key := item[name].text)
    ]
