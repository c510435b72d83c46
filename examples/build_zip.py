"""Builds the solution zip of the example from the folder a person can read: same folder, same zip."""

import os
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "contoso-src", "ParcelDesk")
TARGET = os.path.join(HERE, "contoso", "solutions", "ParcelDesk_1_4_0_2.zip")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold: when the file was built is nobody's business, and would change its bytes."""


def members(source: str = SOURCE) -> dict[str, bytes]:
    """Give the content of every file below a folder by its path with `/`, sorted."""
    found: dict[str, bytes] = {}
    for folder, _, names in os.walk(source):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, source).replace(os.sep, "/")] = file.read()
    return dict(sorted(found.items()))


def build(source: str = SOURCE, target: str = TARGET) -> None:
    """Write the zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members(source).items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # what the platform's own exports say, whoever builds this
            archive.writestr(member, content)


if __name__ == "__main__":
    build()
