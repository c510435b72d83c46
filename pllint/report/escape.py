r"""Making text from linted files harmless where it is printed.

Terminals obey control characters, log viewers obey commands, and bidirectional overrides show a line in another order
than it is read. What could do so is written as an escape that people can see: `\x1b`, `\u202e`.
"""

import re
from collections.abc import Callable

# C0, DEL, C1; soft marks of direction; zero-width characters but the two that scripts and emoji need; line and
# paragraph separators; overrides and isolates; byte order mark; half surrogates; tag characters.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# Azure Pipelines obeys `##vso[` anywhere in a line, GitHub `##[` anywhere and `::` where a line begins.
_COMMAND = r"(?i)##(?=(?:vso)?\[)"
_COMMAND_AT_START = r"^(\s*)::"
# What means something wherever it stands; what begins a block where a line begins; what makes an address a link.
_MARKDOWN = r"([\\`*_{}\[\]|~$])"
_MARKDOWN_AT_START = r"^( *)([#+=-]|\d+[.)])"
_ADDRESS = r"(?i):(?=//)|(?<=www)\."
# Forges look for people and numbers in what Markdown made of the text: no backslash stops them, a comment does.
_MENTION = r"((?<!\w)@|(?<!&)#)(?=\w)"
_LAST_BYTE = 0xFF
_LAST_OF_FIRST_PLANE = 0xFFFF
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _without_unsafe(replace: Callable[[re.Match[str]], str], text: str) -> str:
    # Nearly all text is printable, and then the pattern is not even compiled.
    return text if text.isprintable() else re.sub(_UNSAFE, replace, text)


def _without_commands(replacement: str, text: str) -> str:
    return re.sub(_COMMAND, replacement, text) if "##" in text else text


def for_terminal(text: str) -> str:
    """Give text on one line that neither a terminal nor the log of a build service obeys."""
    return at_line_start(_without_commands(r"#\\x23", _without_unsafe(_escape, text)))


def at_line_start(text: str) -> str:
    """Give text that a build service does not take for a command where it begins a line."""
    return re.sub(_COMMAND_AT_START, r"\1\\x3a:", text) if "::" in text else text


def for_display(line: str) -> str:
    """Give a source line for a screen with as many characters as it has, so that carets stay under them."""
    return _without_commands("#?", _without_unsafe(_picture, line))


def for_json(text: str) -> str:
    """Give JSON that holds the same values and is safe to print, to send and to show in a build log."""
    return _without_commands(r"#\\u0023", _without_unsafe(_json_escape, text))


def for_sarif(text: str) -> str:
    """Give a SARIF message; lines stay lines, and nothing in it becomes a link."""
    return _by_line(text).replace("](", "] (")


def for_github_message(text: str) -> str:
    """Give the message of a GitHub workflow command; newlines stay newlines there."""
    return _without_commands(r"#\\x23", _by_line(text)).replace("%", "%25").replace("\n", "%0A")


def for_github_property(text: str) -> str:
    """Give a property of a GitHub workflow command."""
    return for_github_message(text).replace(":", "%3A").replace(",", "%2C")


def for_markdown(text: str) -> str:
    """Give text on one line that Markdown and the HTML in it show as it is: no link, no list, nobody called."""
    harmless = re.sub(_MARKDOWN, r"\\\1", _without_unsafe(_escape, text))
    harmless = re.sub(_ADDRESS, r"\\\g<0>", harmless)
    harmless = re.sub(_MARKDOWN_AT_START, _mark_escaped, harmless)
    return re.sub(_MENTION, r"\1<!-- -->", for_html(harmless))


def _mark_escaped(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2][:-1]}\\{match[2][-1]}"


def for_html(text: str) -> str:
    """Give text for an element or a quoted attribute."""
    shown = _without_unsafe(_escape, text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.replace('"', "&quot;").replace("'", "&#39;")


def for_csv(text: str) -> str:
    """Give one cell, quoted, that a spreadsheet does not calculate."""
    harmless = "'" + text if text.startswith(_FORMULA) else text
    return '"' + _without_unsafe(_escape, harmless).replace('"', '""') + '"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    named = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    if named:
        return named
    return (
        f"\\x{code:02x}"
        if code <= _LAST_BYTE
        else f"\\u{code:04x}"
        if code <= _LAST_OF_FIRST_PLANE
        else f"\\U{code:08x}"
    )


def _picture(match: re.Match[str]) -> str:
    return " " if match[0] == "\t" else "?"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in {9, 10, 13}:  # the only ones that a JSON text has outside its strings, where they are harmless
        return match[0]
    if code <= _LAST_OF_FIRST_PLANE:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _by_line(text: str) -> str:
    return "\n".join(_without_unsafe(_escape, line) for line in text.replace("\r\n", "\n").split("\n"))
