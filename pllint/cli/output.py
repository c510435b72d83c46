"""Where output goes: the standard output in the encoding it has, or files, written whole or not at all."""

from __future__ import annotations

import os
import sys

from pllint.errors import UsageError
from pllint.report import FOR_PEOPLE, RenderOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_NARROWEST, _WIDEST = 40, 120
_LINKING_TERMINALS = frozenset({"iTerm.app", "vscode", "WezTerm", "ghostty", "Hyper", "Tabby"})
_FIRST_LINKING_VTE = 5000


def options_for(stream: TextIO, *, colour: bool | None = None) -> RenderOptions:
    """Say what a stream can show; `colour` is what the command line asks for, if it does."""
    terminal = is_terminal(stream)
    coloured = _wants_colour(stream) if colour is None else colour
    return RenderOptions(
        colour=coloured,
        links=coloured and terminal and _shows_links(),
        width=_width(stream) if terminal else RenderOptions().width,
        ascii_only=not _has_ellipsis(stream),
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody looks at a stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def write(text: str, stream: TextIO, name: str = "text") -> None:
    """Write a format's text: for people in the stream's encoding, with ? for what it lacks; else in UTF-8.

    A reader that has gone away, such as `head`, ends the output quietly. Raises UsageError when the disk is full.
    """
    encoding = (stream.encoding or "utf-8") if name in FOR_PEOPLE else "utf-8"
    content = text.encode(encoding, "replace")
    buffer = getattr(stream, "buffer", None)
    try:
        if buffer is None:  # somebody put a plain text stream in its place
            stream.write(content.decode(encoding))
        else:
            stream.flush()
            buffer.write(content)
        stream.flush()
    except OSError as error:
        # The interpreter flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"cannot write the output: {error.strerror}") from None


def print_line(line: str, stream: TextIO | None) -> None:
    """Print a line for people; nowhere when the stream does not exist."""
    if stream is not None:
        write(line + "\n", stream)


def write_file(path: str, text: str) -> None:
    """Write a file in UTF-8. Raises UsageError."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: str, content: bytes) -> None:
    """Write a file beside its place first, so that nobody ever reads half of it. Raises UsageError."""
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) and not os.path.isfile(target):  # a device or a pipe cannot be replaced
            with open(target, "wb") as file:
                file.write(content)
            return
        unfinished = f"{target}.{os.getpid()}.tmp"
        try:
            with open(unfinished, "xb") as file:
                file.write(content)
            os.replace(unfinished, target)
        except OSError:
            if os.path.exists(unfinished):
                os.unlink(unfinished)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _wants_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if not is_terminal(stream) or os.environ.get("TERM") == "dumb":
        return False
    # The old Windows console shows escape sequences as they are; what replaced it names itself.
    return sys.platform != "win32" or any(
        name in os.environ for name in ("WT_SESSION", "TERM", "ANSICON", "ConEmuANSI")
    )


def _shows_links() -> bool:
    vte = os.environ.get("VTE_VERSION", "")
    return (
        os.environ.get("TERM_PROGRAM") in _LINKING_TERMINALS
        or "WT_SESSION" in os.environ
        or "KITTY_WINDOW_ID" in os.environ
        or (vte.isdecimal() and int(vte) >= _FIRST_LINKING_VTE)
    )


def _width(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    try:
        found = int(columns) if columns.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        found = RenderOptions().width
    return max(_NARROWEST, min(found, _WIDEST)) if found else RenderOptions().width


def _has_ellipsis(stream: TextIO) -> bool:
    try:
        "…".encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
