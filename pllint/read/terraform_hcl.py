"""Terraform as people write it, one folder of `.tf` files and the `.tfvars` given to it, as far as literals reach.

Nothing is evaluated. A local value, a variable that a `.tfvars` file sets, and the list inside `toset([…])` are
followed; every other expression stays open. Each `.tfvars` file gives the folder once more, as Terraform would.
"""

import os.path
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pllint.model.policy import DataGroup, DlpPolicy, OpenPart, PolicyPart
from pllint.read.document import Notes
from pllint.read.policy_parts import MIXED_UP
from pllint.read.terraform import GROUP_LISTS, POLICY, READ, Found, Module, Resource, policy, read
from pllint.record import NamedTuple
from pllint.text.node import Node
from pllint.text.places import Expression

_PROVIDER = "microsoft/power-platform"
_PATTERNS_MENDED = (3, 9, 1)
"""The first release of the provider that writes URL patterns as the file says them."""
_INPUTS = frozenset(("business_connectors", "non_business_connectors", "blocked_connectors"))
_OWN = frozenset(("source", "version", "providers", "count", "for_each", "depends_on"))
"""What a module call says to Terraform and not to the module."""
_DEPTH = 5
"""How deep calls of modules are followed."""
_CONSTRAINT = re.compile(r"\s*(>=|<=|!=|~>|=|>|<)?\s*v?(\d+(?:\.\d+)*)")


class Folder(NamedTuple):
    """What lies in one folder."""

    path: str
    files: Sequence[Node]
    """Its `.tf` files."""
    variables: Sequence[Node]
    """The `.tfvars` files given to it, in it or in a folder below that has no `.tf` files."""
    lock: Node | None = None


def folders(given: Sequence[Folder], notes: Notes) -> tuple[Found, frozenset[str]]:
    """Read folders; also give the paths of those that declare something pllint reads."""
    aside = Notes(notes.limits)
    reader = _Folders(given, aside)
    parts = [(folder.path, part) for folder in given for part in reader.read(folder)]
    used = {path for path, part in parts if any(part)} | reader.called
    # What does not depend on a variable is the same for every `.tfvars` file.
    notes.findings.extend(dict.fromkeys(aside.findings))
    joined = Found(
        policies=list(dict.fromkeys(each for _, part in parts for each in part.policies)),
        environments=list(dict.fromkeys(each for _, part in parts for each in part.environments)),
        advanced=list(dict.fromkeys(each for _, part in parts for each in part.advanced)),
        isolation=list(dict.fromkeys(each for _, part in parts for each in part.isolation)),
        settings=list(dict.fromkeys(each for _, part in parts for each in part.settings)),
    )
    return joined, frozenset(used)


class _Scope(Module):
    """What the names of one folder stand for, with the variables given to it."""

    def __init__(self, folder: Folder, variables: Mapping[str, Node], *, defaults: bool) -> None:
        self.resources = list(_resources(folder.files))
        super().__init__(self.resources)
        self._by_address = {resource.address: resource for resource in self.resources}
        self._locals = dict(_locals(folder.files))
        self._variables = {**(_defaults(folder.files) if defaults else {}), **variables}

    def value(self, reference: tuple[str, ...]) -> Node | None:
        kind, *rest = reference
        names = {"local": self._locals, "var": self._variables}.get(kind)
        if names is None:
            resource = self._by_address.get(".".join(reference[:2]))
            return None if resource is None or reference[2:] == ("id",) else _followed(resource.body, reference[2:])
        found = names.get(rest[0]) if rest else None
        return None if found is None else _followed(found, rest[1:])

    def closed(self, node: Node) -> Node:
        """Give a value that may leave the folder: its expressions mean nothing elsewhere."""
        node = self.resolved(node)
        return Node(_closed(node.value), node.at)


def _followed(node: Node, names: Sequence[str]) -> Node | None:
    for name in names:
        if not node.is_mapping:
            return None
        node = node[name]
    return node if node.present else None


def _closed(value: object) -> object:
    if isinstance(value, Expression):
        if value.function:
            closed = Expression(value.text, function=value.function)
            closed.arguments = [_closed(argument) for argument in value.arguments]
            return closed
        return Expression(value.text)
    if isinstance(value, dict):
        return {key: _closed(member) for key, member in value.items()}
    return [_closed(item) for item in value] if isinstance(value, list) else value


class _Folders:
    def __init__(self, given: Sequence[Folder], notes: Notes) -> None:
        self._given = {folder.path: folder for folder in given}
        self._notes = notes
        self.called = {
            target for folder in given for _, call in _calls(folder.files) if (target := self._target(folder, call))
        }

    def _target(self, folder: Folder, call: Node) -> str | None:
        """Give the folder that a module call names, when it was read."""
        source = call["source"].text or ""
        if not source.startswith(("./", "../")):
            return None
        path = os.path.normpath(os.path.join(folder.path, source)).replace(os.sep, "/")
        path = "" if path == "." else path
        return path if path in self._given else None

    def read(self, folder: Folder) -> Iterator[Found]:
        automatic = [node for node in folder.variables if _is_automatic(node)]
        chosen = [node for node in folder.variables if not _is_automatic(node)]
        base = {name: value for node in automatic for name, value in node.items()}
        if not folder.files:
            for node in folder.variables:
                yield from self._alone(node)
            return
        for node in chosen:
            yield from self._instance(folder, {**base, **dict(node.items())}, _DEPTH, defaults=True)
        if not chosen and (automatic or folder.path not in self.called):
            yield from self._instance(folder, base, _DEPTH, defaults=bool(automatic))

    def _alone(self, node: Node) -> Iterator[Found]:
        """Read a `.tfvars` file whose module is not there."""
        if any(isinstance(node[name].value, list | Expression) for name in _INPUTS):
            rest = None if _is_whole(node) else "left to the module that the file is given to"
            resource = Resource(type=POLICY, address=os.path.basename(node.at.source.path), body=node)
            yield Found([policy(resource, Module(), self._notes, rest=rest)], [], [], [], [])

    def _instance(
        self, folder: Folder, variables: Mapping[str, Node], depth: int, *, defaults: bool
    ) -> Iterator[Found]:
        scope = _Scope(folder, variables, defaults=defaults)
        found = read(scope.resources, scope, self._notes)
        yield found._replace(policies=[self._checked(each, folder) for each in found.policies])
        for name, call in _calls(folder.files) if depth else ():
            inputs = {key: scope.closed(value) for key, value in call.items() if key not in _OWN}
            target = self._target(folder, call)
            made = _made(call)
            if target is not None:
                for inner in self._instance(self._given[target], inputs, depth - 1, defaults=True):
                    yield inner._replace(policies=[_made_by(each, made) for each in inner.policies])
            elif inputs.keys() & _INPUTS:
                yield self._remote(name, call, inputs, made)

    def _remote(self, name: str, call: Node, inputs: Mapping[str, Node], made: OpenPart | None) -> Found:
        """Read the call of a module that is not there: what is passed in counts, the rest is the module's."""
        body = {name: Expression(name, reference=("input", name)) for name in inputs}
        source = call["source"].text or "a module"
        resource = Resource(type=POLICY, address=f"module.{name}", body=Node(body, call.at), made=made)
        rest = f"left to the module {source}"
        return Found([policy(resource, _Passed(inputs), self._notes, rest=rest)], [], [], [], [])

    def _checked(self, each: DlpPolicy, folder: Folder) -> DlpPolicy:
        """Leave the patterns open that an old provider writes otherwise than the file says."""
        patterns = each.patterns or ()
        groups = {pattern.group for pattern in patterns}
        if len(patterns) < 2 and not groups & {DataGroup.BUSINESS, DataGroup.NON_BUSINESS}:  # noqa: PLR2004 - an order
            return each
        found = _old_provider(folder)
        if found is None:
            return each
        at, version = found
        self._notes.find(
            "SRC008",
            at.at,
            f"the URL patterns of the data policy '{each.name}' may reach the tenant in another order and with Business"
            f" and Non-Business exchanged: the provider {_PROVIDER} did so before 3.9.1, and {version} is in use here",
            "Raise the provider to 3.9.1 or later and apply the policy again",
        )
        part = OpenPart(PolicyPart.PATTERNS, at.at, f"{MIXED_UP} {version} of the provider")
        return each._replace(patterns=None, patterns_at=None, open_parts=(*each.open_parts, part))


class _Passed(Module):
    """The inputs of a module call, each with its own place."""

    def __init__(self, inputs: Mapping[str, Node]) -> None:
        super().__init__()
        self._inputs = inputs

    def value(self, reference: tuple[str, ...]) -> Node | None:
        return self._inputs.get(reference[1]) if reference[:1] == ("input",) else None


def _made_by(each: DlpPolicy, made: OpenPart | None) -> DlpPolicy:
    return each if made is None else each._replace(open_parts=(*each.open_parts, made))


def _is_automatic(node: Node) -> bool:
    name = os.path.basename(node.at.source.path)
    return name in {"terraform.tfvars", "terraform.tfvars.json"} or ".auto.tfvars" in name


def _is_whole(node: Node) -> bool:
    """Tell whether a `.tfvars` file says everything: a module can only pass that on."""
    lists = [node[name] for name, _, _ in GROUP_LISTS]
    patterns = node["custom_connectors_patterns"]
    return (
        all(each.is_list and each.value for each in lists)
        and all(node[name].text is not None for name in ("default_connectors_classification", "environment_type"))
        and any(pattern["host_url_pattern"].text == "*" for pattern in patterns.elements())
    )


def _resources(files: Iterable[Node]) -> Iterator[Resource]:
    for file in files:
        for kind, named in file["resource"].items():
            if kind in READ:
                for name, bodies in named.items():
                    for body in bodies.listed():
                        if body.is_mapping and body["count"].integer != 0:
                            yield Resource(type=kind, address=f"{kind}.{name}", body=body, made=_made(body))


def _made(body: Node) -> OpenPart | None:
    for name in ("count", "for_each"):
        node = body[name]
        if node.present and node.integer is None:
            shown = node.value.shown if isinstance(node.value, Expression) else node.text or "…"
            return OpenPart(PolicyPart.EXISTENCE, node.at, f"decided by {name} = {shown}")
    return None


def _locals(files: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for file in files:
        for body in file["locals"].listed():
            yield from body.items()


def _defaults(files: Iterable[Node]) -> dict[str, Node]:
    found = {}
    for file in files:
        for name, bodies in file["variable"].items():
            for body in bodies.listed():
                if body.is_mapping and "default" in body.value:  # type: ignore[operator]
                    found[name] = body["default"]
    return found


def _calls(files: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for file in files:
        for name, bodies in file["module"].items():
            for body in bodies.listed():
                if body.is_mapping:
                    yield name, body


# The provider's version


def _old_provider(folder: Folder) -> tuple[Node, str] | None:
    """Give what holds the provider below the release that writes URL patterns rightly, and the version it allows."""
    if folder.lock is not None:
        for name, bodies in folder.lock["provider"].items():
            if name.endswith(_PROVIDER):
                version = next(bodies.listed(), bodies)["version"]
                return (version, version.text or "") if _below(_numbers(version.text or "")) else None
    for file in folder.files:
        for terraform in file["terraform"].listed():
            for providers in terraform["required_providers"].listed():
                for provider in providers.values():
                    if provider["source"].text == _PROVIDER and (text := provider["version"].text):
                        version = provider["version"]
                        return (version, text) if _never_mended(text) else None
    return None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text.partition("-")[0])[:3])


def _below(version: tuple[int, ...]) -> bool:
    return bool(version) and version + (0,) * (3 - len(version)) < _PATTERNS_MENDED


def _never_mended(constraint: str) -> bool:
    """Tell whether no release that a constraint allows writes URL patterns rightly."""
    for term in constraint.split(","):
        found = _CONSTRAINT.match(term)
        if found is None:
            continue
        operator, numbers = found[1] or "=", _numbers(found[2])
        if operator in {"=", "<="} and _below(numbers):
            return True
        if operator == "<" and numbers + (0,) * (3 - len(numbers)) <= _PATTERNS_MENDED:
            return True
        if operator == "~>" and len(numbers) > 1:
            upper = (*numbers[:-2], numbers[-2] + 1)
            if upper + (0,) * (3 - len(upper)) <= _PATTERNS_MENDED:
                return True
    return False
