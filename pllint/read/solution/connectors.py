"""The custom connectors of a solution: their elements, with the files of their parts."""

from __future__ import annotations

from pllint.read.naming import bare_guid
from pllint.read.solution.parts import ConnectorEntry
from pllint.source import Anchor
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pllint.read.solution.files import SolutionFiles
    from pllint.source import Source
    from pllint.text.xml_text import Element


def connectors(files: SolutionFiles) -> Iterator[ConnectorEntry]:
    """Give the custom connectors; part files that are missing are noted with the files."""
    elements = list(files.listed("Connectors", "Connector"))
    for folder in ("connectors", "connector"):
        for _, element, source in files.own(folder, ".xml", ".yml"):
            if element.tag.lower() == "connector":
                elements.append((element, source))
    for element, source in elements:
        yield _connector(files, element, source)


def _connector(files: SolutionFiles, element: Element, source: Source) -> ConnectorEntry:
    missing: list[str] = []

    def part(tag: str) -> str | None:
        stated = element.value(tag)
        if not stated:
            return None
        found = files.part(stated, ("connectors", "connector"))
        if found is None:
            missing.append(stated)
            holder = element.value("displayname") or element.value("name") or ""
            files.miss(stated, element, source, holder, binary=tag == "iconblob")
        else:
            files.named.add(found)
        return found

    return ConnectorEntry(
        guid=bare_guid(element.value("connectorid") or "") or None,
        name=element.value("name") or "",
        display_name=element.value("displayname") or None,
        element=element,
        source=source,
        at=Anchor(source, (element.ordinal,)),
        definition=part("openapidefinition"),
        parameters=part("connectionparameters"),
        policies=part("policytemplateinstances"),
        script=part("customcodeblobcontent"),
        icon=part("iconblob"),
        script_operations=_script_operations(element.value("scriptoperations")),
        missing=tuple(missing),
    )


def _script_operations(text: str | None) -> tuple[str, ...]:
    from pllint.text import json_text

    try:
        value, _ = json_text.parse((text or "[]").encode())
    except MalformedError:
        return ()
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
