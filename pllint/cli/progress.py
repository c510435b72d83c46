"""A line that says what a long run is at: on a terminal only, after a second only, and gone at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

from pllint.cli.output import is_terminal
from pllint.report.escape import for_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self, TextIO

_PATIENCE = 1.0
_INTERVAL = 0.1
_WIDTH = 78


class Progress:
    """Called with the path being read. Use it in a `with` block, which erases the line."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._next = clock() + _PATIENCE if is_terminal(self._stream) else None
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._shown:
            self._write("")

    def __call__(self, path: str) -> None:
        """Show a path, unless the last one is too recent to have been read."""
        if self._next is None or self._clock() < self._next:
            return
        self._next = self._clock() + _INTERVAL
        text = f"pllint: {for_terminal(path)}".encode("ascii", "replace").decode()
        self._write(text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}...")

    def _write(self, text: str) -> None:
        # Spaces, not a control sequence: every terminal knows them.
        self._stream.write("\r" + text.ljust(self._shown) + ("" if text else "\r"))
        self._stream.flush()
        self._shown = len(text)
