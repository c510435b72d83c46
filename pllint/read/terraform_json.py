"""Terraform's own JSON: `terraform show -json` of a state or a plan, the state file, and `terraform output -json`."""

from collections.abc import Iterator, Mapping

from pllint.read.document import Notes
from pllint.read.terraform import POLICY, READ, Found, Module, Resource, read
from pllint.source import Anchor, Source
from pllint.text.node import Node
from pllint.text.places import Expression

_POLICIES = "powerplatform_data_loss_prevention_policies"
_ENVIRONMENTS = "powerplatform_environments"
_LISTS = {_POLICIES: ("policies", POLICY), _ENVIRONMENTS: ("environments", "powerplatform_environment")}
"""Data sources that list what is there."""
_KNOWN_AFTER_APPLY = "known after apply"
_MARK = "business_connectors"
_DEPTH = 20
_FIRST = 20
_STATE_VERSION = 4
_NOWHERE = Source("", bytes)


def recognises(value: object) -> bool:
    """Tell whether a document is Terraform's JSON and holds something of the Power Platform that pllint reads."""
    if not isinstance(value, dict):
        return False
    return any(True for _ in _resources(Node(value, Anchor(_NOWHERE)))) or _is_output(value)


def found(node: Node, notes: Notes) -> Found:
    """Read every resource and output of a document."""
    resources = list(_resources(node))
    if not resources:
        resources = list(_in_outputs(node, notes))
    return read(resources, Module(resources), notes)


def _resources(node: Node) -> Iterator[Resource]:
    changes = node["resource_changes"]
    if changes.is_list:
        yield from _changes(changes)
        return
    for name in ("values", "planned_values"):
        yield from _in_module(node[name]["root_module"], _DEPTH)
    if node["version"].integer == _STATE_VERSION and node["resources"].is_list:
        yield from _state(node["resources"])


def _changes(changes: Node) -> Iterator[Resource]:
    for change in changes.elements():
        after = change["change"]["after"]
        if change["type"].text in READ and after.is_mapping and change["mode"].text != "data":
            body = Node(_overlaid(after.value, change["change"]["after_unknown"].value, _DEPTH), after.at)
            yield Resource(type=change["type"].text or "", address=change["address"].text or "", body=body)


def _overlaid(value: object, unknown: object, depth: int) -> object:
    """Put a mark where a plan says that a value is not known yet."""
    if unknown is True:
        return Expression(_KNOWN_AFTER_APPLY)
    if isinstance(value, dict) and isinstance(unknown, dict) and depth:
        return {key: _overlaid(value.get(key), unknown.get(key), depth - 1) for key in {**value, **unknown}}
    if isinstance(value, list) and isinstance(unknown, list) and depth:
        marks = [*unknown, *([None] * (len(value) - len(unknown)))]
        return [_overlaid(item, mark, depth - 1) for item, mark in zip(value, marks, strict=False)]
    return value


def _in_module(module: Node, depth: int) -> Iterator[Resource]:
    for resource in module["resources"].elements():
        yield from _of_type(resource, resource["values"], resource["address"].text or "")
    if depth:
        for child in module["child_modules"].elements():
            yield from _in_module(child, depth - 1)


def _state(resources: Node) -> Iterator[Resource]:
    for resource in resources.elements():
        prefix = f"{resource['module'].text}." if resource["module"].text else ""
        address = f"{prefix}{resource['type'].text}.{resource['name'].text}"
        for instance in resource["instances"].elements():
            yield from _of_type(resource, instance["attributes"], address)


def _of_type(resource: Node, values: Node, address: str) -> Iterator[Resource]:
    kind = resource["type"].text or ""
    if kind in _LISTS and values.is_mapping:
        name, listed = _LISTS[kind]
        for element in values[name].elements():
            yield Resource(type=listed, address=address, body=element, inventory=True)
    elif kind in READ and values.is_mapping and resource["mode"].text != "data":
        yield Resource(type=kind, address=address, body=values)


# Outputs


def _outputs(value: Mapping[object, object]) -> Mapping[object, object]:
    inner = value.get("terraform_output")
    return inner if isinstance(inner, dict) else value


def _is_output(value: Mapping[object, object]) -> bool:
    return any(
        isinstance(output, dict) and {"sensitive", "value"} <= output.keys() and _mentions(output["value"], _DEPTH)
        for output in _outputs(value).values()
    )


def _mentions(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return _MARK in value
    if isinstance(value, dict) and depth:
        return _MARK in value or any(_mentions(inner, depth - 1) for inner in value.values())
    return isinstance(value, list) and depth > 0 and any(_mentions(item, depth - 1) for item in value[:_FIRST])


def _in_outputs(node: Node, notes: Notes) -> Iterator[Resource]:
    outputs = node["terraform_output"] if node["terraform_output"].is_mapping else node
    for name, output in outputs.items():
        if output.is_mapping and output["value"].present:
            yield from _policies(output["value"], f"output.{name}", notes, _DEPTH)


def _policies(node: Node, address: str, notes: Notes, depth: int) -> Iterator[Resource]:
    if not depth:
        return
    if isinstance(node.value, str) and _MARK in node.value:
        inner = _parsed(node.value, notes)
        if inner is None:
            message = "the text of the output is neither JSON nor HCL, so the policy in it is not read"
            notes.find("SRC008", node.at, message, "Write the output again with terraform output -json")
        else:
            yield from _policies(Node(inner, node.at), address, notes, depth - 1)
    elif node.is_list:
        for element in node.elements():
            yield from _policies(element, address, notes, depth - 1)
    elif node.is_mapping:
        # A table of counts has the same names, but numbers in their place.
        if isinstance(node[_MARK].value, list | Expression):
            yield Resource(type=POLICY, address=address, body=node)
            return
        for member in node.values():
            yield from _policies(member, address, notes, depth - 1)


def _parsed(text: str, notes: Notes) -> object:
    """Read JSON, else HCL, kept in a string; None when it is neither."""
    from pllint.text import hcl_text, json_text
    from pllint.text.problem import MalformedError

    try:
        if text.lstrip()[:1] in {"{", "["}:
            return json_text.parse_text(text, notes.limits)[0]
        return hcl_text.parse_text(text, notes.limits)
    except MalformedError:
        return None
