"""Arguments of commands: argparse, with errors of one line that say what was probably meant."""

import argparse
import os
from collections.abc import Iterable, Sequence
from typing import NoReturn

from pllint.errors import UsageError
from pllint.nearest import nearest


class Parser(argparse.ArgumentParser):
    """Parses the arguments of one command. Raises UsageError; only `--help` ends the process."""

    def __init__(self, command: str, description: str) -> None:
        super().__init__(prog=f"pllint {command}", description=description, allow_abbrev=False)

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse options and paths in any order."""
        self._refuse_unknown(arguments)
        parsed, extra = self.parse_known_intermixed_args(arguments)
        if extra:
            raise UsageError(f"{extra[0]} is one argument too many; see `{self.prog} --help`")
        return parsed

    def error(self, message: str) -> NoReturn:
        """Tell a mistake that argparse found; its words begin `argument --name:`."""
        option, colon, rest = message.removeprefix("argument ").partition(": ")
        told = f"{option} {rest}" if colon else message
        raise UsageError(f"{told}; see `{self.prog} --help`")

    def _refuse_unknown(self, arguments: Sequence[str]) -> None:
        # Before argparse, which would take the value of an unknown option for a path.
        known = self._option_string_actions
        for argument in arguments:
            if argument == "--":
                return
            option = argument.partition("=")[0]
            if argument.startswith("-") and option != "-" and option not in known:
                meant = nearest(option, known)
                hint = f"did you mean {meant}?" if meant else f"see `{self.prog} --help`"
                raise UsageError(f"unknown option {option}; {hint}")


def one_of(word: str, known: Iterable[str], what: str) -> str:
    """Give the word if it is known. Raises UsageError with the nearest known one."""
    words = list(known)
    if word in words:
        return word
    meant = nearest(word, words)
    hint = f"did you mean {meant}?" if meant else f"there are {', '.join(words)}"
    raise UsageError(f"unknown {what} '{word}'; {hint}")


def existing(paths: Iterable[str]) -> None:
    """Raise UsageError for the first path that is not there."""
    for path in paths:
        if not os.path.exists(path):
            raise UsageError(f"no file or folder '{path}'")
