"""How files name flows and other components: GUIDs in any spelling, and file names that hold one."""

import re

_FLOW_FILE = r"(?i)^(.*)-([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})$"


def named_by_file(name: str) -> tuple[str, str]:
    """Give the name and the id that a definition's file name holds: exports write `Name-GUID.json`."""
    stem = name.rpartition("/")[2]
    if stem.lower().endswith(".json"):
        stem = stem[: -len(".json")]
    match = re.match(_FLOW_FILE, stem)
    return (match[1], match[2].lower()) if match else (stem, stem)


def bare_guid(text: str) -> str:
    """Give a GUID in lower case, without braces."""
    return text.strip().strip("{}").lower()
