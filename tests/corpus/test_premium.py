"""The tier of every component of the corpus has to follow from its connectors and the catalogue, worked out anew."""

import datetime
import json
import os
from functools import cache
from pathlib import Path

import pytest

import pllint.catalogue
from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.model.component import Component, ComponentKind
from pllint.model.workspace import Workspace
from pllint.settings import Settings

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


@cache
def workspace() -> Workspace:
    return api.read([str(CORPUS)], Settings())


@cache
def tiers() -> dict[str, str | None]:
    rows = json.loads((Path(pllint.catalogue.__file__).parent / "connectors.json").read_bytes())["connectors"]
    return {row["id"]: row["tier"] for row in rows}


def is_premium_flow(flow: Component) -> bool:
    """Judge a flow by the plain rule: one premium or custom connector, a gateway or a desktop flow is enough."""
    used = [use for use in flow.uses if not (use.steps and all(step.ai_builder for step in use.steps))]
    by_connector = any(use.custom or use.gateway or tiers().get(use.connector) == "Premium" for use in used)
    return by_connector or bool(flow.calls_desktop_flows)


def test_every_flow_is_what_its_connectors_make_it() -> None:
    context = Context(workspace(), Settings(), datetime.date(2026, 11, 21), Catalogue())
    flows = [component for component in workspace().components if component.kind is ComponentKind.CLOUD_FLOW]

    judged = {flow.at: context.licensing.premium(flow).verdict for flow in flows}

    assert len(flows) > 400
    assert judged == {flow.at: "yes" if is_premium_flow(flow) else "no" for flow in flows}


def test_no_foreign_yaml_file_is_taken_for_a_manifest() -> None:
    assert workspace().governance is None
