"""The page of a check: a header made from its facts, and the Markdown that lies beside its code."""

import os
from importlib import import_module

from pllint.check import Check


def page_path(check: Check) -> str:
    """Give the file of a check's page, `pages/<name>.md` beside the module the check is in."""
    file = import_module(check.module).__file__ or ""
    return os.path.join(os.path.dirname(file), "pages", f"{check.name}.md")


def body(check: Check) -> str:
    """Give the Markdown people wrote. Raises OSError when the check has no page."""
    with open(page_path(check), encoding="utf-8") as file:
        return file.read()


def page(check: Check) -> str:
    """Give the whole page in Markdown."""
    facts = [
        f"severity: {check.severity}",
        f"family: {check.family}",
        f"status: {check.status}",
        f"since: {check.since}",
    ]
    lines = [f"# {check.id} {check.name}", "", check.summary, "", " | ".join(facts), ""]
    if check.needs:
        lines += [f"Not run when {'; or when '.join(f'{need.value} ({need.remedy})' for need in check.needs)}", ""]
    if check.tags:
        lines += [f"Answers also: {', '.join(check.tags)}", ""]
    if check.source:
        lines += [f"Source: {check.source}", ""]
    return "\n".join(lines) + "\n" + body(check)
