"""Loose YAML files: parts of the governance manifest, data policies, and Pulumi programmes with such policies."""

from __future__ import annotations

from pllint.discover import matches
from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.read.recognise import NOT_OURS
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.read.workspace.gathered import Gathered
    from pllint.read.workspace.survey import LooseFile

_LONE_PART = "a part of a Copilot Studio agent, without the agent's own files beside it"
_SETTINGS_FILES = frozenset({"pllint.yaml", "pllint.yml"})


def read_yaml(file: LooseFile, gathered: Gathered) -> None:
    """Read a YAML file when its bytes promise something; others are skipped."""
    if file.name.rpartition("/")[2] in _SETTINGS_FILES:
        return
    source = file.tree.source(file.name)
    expected = matches(source.path, gathered.settings.governance)
    try:
        content = source.read()
    except (MalformedError, OSError) as error:
        gathered.notes.refuse(source, problem_of(error))
        return
    governs = recognise.may_be_pulumi(content) or recognise.may_be_yaml_policy(content)
    if expected or governs or recognise.may_be_governance(content):
        # Where a policy was before it was damaged, no verdict is sure.
        broken_counts = expected or (governs and recognise.speaks_of_policies(content))
        _read(file, gathered, broken_counts=broken_counts, governs=governs)
    else:
        lone = recognise.may_be_agent_part(file.name, content)
        gathered.notes.skip(source.path, _LONE_PART if lone else NOT_OURS)


def _read(file: LooseFile, gathered: Gathered, *, broken_counts: bool, governs: bool) -> None:
    from pllint.read import governance
    from pllint.read.document import open_yaml

    notes = gathered.notes
    gathered.progress(file.path)
    aside = Notes(notes.limits)
    node = open_yaml(file.tree, file.name, aside)
    if node is not None and governance.recognises(node.value, file.path, gathered.settings.governance):
        gathered.governance.append(node)
        notes.findings.extend(aside.findings)
    elif node is not None and governs and gathered.policy_files.take_yaml(node):
        notes.findings.extend(aside.findings)
    elif node is None and broken_counts:
        notes.findings.extend(aside.findings)
        notes.skipped.extend(aside.skipped)
    else:
        notes.skip(file.path, NOT_OURS)
