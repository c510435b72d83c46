"""Microsoft365DSC configurations: PowerShell text with one block for each policy, read as text and never run.

They record which environments a policy reaches, its URL patterns and its connector configurations, and never the
groups that its connectors are in.
"""

import re
from collections.abc import Sequence

from pllint.model.environment import EnvironmentRef
from pllint.model.policy import DlpPolicy, OpenPart, PolicyPart, Scope
from pllint.model.tenant import AllowedTenant, TenantIsolation
from pllint.read.dlp_policy import loose_rules
from pllint.read.document import Notes
from pllint.read.policy_rules import LooseRules
from pllint.record import NamedTuple
from pllint.source import WHOLE_FILE, Key, KeyPath, Span
from pllint.text.encoding import decode
from pllint.text.lines import Lines
from pllint.text.node import Node
from pllint.text.places import Expression, Place, Places, resolve
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind, check_size

POLICY = "PPAdminDLPPolicy"
CONFIGURATIONS = "PPDLPPolicyConnectorConfigurations"
PATTERNS = "PPPowerAppPolicyUrlPatterns"
ISOLATION = "PPTenantIsolationSettings"

_START = re.compile(
    rf"^[ \t]*({POLICY}|{CONFIGURATIONS}|{PATTERNS}|{ISOLATION})[ \t]+(\"[^\"\n]*\"|'[^'\n]*'|[^\s{{]+)\s*(?=\{{)",
    re.MULTILINE | re.IGNORECASE,
)
_SPACE = re.compile(r"(?:[\s;,]|`\r?\n|<#.*?#>|#[^\n]*)*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_STRING = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"`]|`.|\"\")*)\"", re.DOTALL)
_BARE = re.compile(r"[^\s;,(){}]+")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_CONSTANTS = {"$true": True, "$false": False, "$null": None}
_FILTERS = {"include": Scope.ONLY, "exclude": Scope.EXCEPT, "none": Scope.ALL, "": Scope.ALL}
_GROUPS = (PolicyPart.BUSINESS, PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED, PolicyPart.DEFAULT)
_NOT_RECORDED = "not recorded by Microsoft365DSC"


class Found(NamedTuple):
    """What a configuration says."""

    policies: list[DlpPolicy]
    rules: list[LooseRules]
    isolation: list[TenantIsolation]


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[dict[str, object], list[Problem]]:
    """Give the blocks of interest by their type; raise MalformedError for a block that cannot be read."""
    check_size(content, limits)
    text, problem = decode(content)
    return _Reader(text, limits).run(), [problem] if problem else []


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass: of values their text, of objects and lists their key."""
    text = decode(content)[0]
    reader = _Reader(text, DEFAULT_LIMITS)
    try:
        document = reader.run()
    except MalformedError:
        return [WHOLE_FILE] * len(paths)
    lines = Lines(text)
    return [resolve(text, lines, document, Places(reader.places), path) for path in paths]


def found(node: Node, notes: Notes) -> Found:
    """Read every block of a configuration."""
    present = [block for block in node[POLICY].elements() if not _is_absent(block)]
    rules = [
        each._replace(policy=block.get("PolicyName").text, at=block.get("PolicyName").at)
        for kind in (CONFIGURATIONS, PATTERNS)
        for block in node[kind].elements()
        if not _is_absent(block)
        for each in loose_rules(block, notes)
    ]
    return Found(
        policies=[_policy(block) for block in present],
        rules=rules,
        isolation=[_isolation(block) for block in node[ISOLATION].elements() if not _is_absent(block)],
    )


def _is_absent(block: Node) -> bool:
    return (block.get("Ensure").text or "").lower() == "absent"


def _policy(block: Node) -> DlpPolicy:
    title, identity, word = block.get("DisplayName"), block.get("PolicyName"), block.get("FilterType")
    parts = [OpenPart(part=part, at=identity.at, how=_NOT_RECORDED) for part in _GROUPS]
    scope = _FILTERS.get((word.text or "").strip().lower(), Scope.ALL)
    if isinstance(word.value, Expression):
        scope = Scope.ONLY
        parts.append(OpenPart(part=PolicyPart.SCOPE, at=word.at, how=f"computed by {word.value.shown}"))
    listed = block.get("Environments")
    written = [(item.at, (item.text or "").strip()) for item in listed.listed()]
    refs = tuple(EnvironmentRef(name=text, at=at) for at, text in written if text)
    known = all(item.text is not None for item in listed.listed())
    if not known and isinstance(listed.value, Expression):
        parts.append(OpenPart(part=PolicyPart.ENVIRONMENTS, at=listed.at, how=f"computed by {listed.value.shown}"))
    filter_word = (word.text or "").strip()
    return DlpPolicy(
        id=(identity.text or title.text or "").strip(),
        name=(title.text or identity.text or "").strip(),
        at=title.at if title.present else identity.at,
        scope=scope,
        unknown_scope=filter_word if filter_word.lower() not in _FILTERS else None,
        environments=refs if scope is not Scope.ALL else (),
        environments_known=scope is Scope.ALL or (known and word.text is not None),
        classified=None,
        open_parts=tuple(parts),
    )


def _isolation(block: Node) -> TenantIsolation:
    switch, rules = block.get("Enabled"), block.get("Rules")
    allowed = [_allowed(rule) for rule in rules.listed()]
    whole = None not in allowed and not block.get("RulesToInclude").present and not block.get("RulesToExclude").present
    return TenantIsolation(
        at=switch.at if switch.present else block.at,
        enabled=switch.flag,
        allowed=tuple(entry for entry in allowed if entry is not None) if whole else None,
    )


def _allowed(rule: Node) -> AllowedTenant | None:
    tenant, word = rule.get("TenantName"), rule.get("Direction")
    if tenant.text is None or word.text is None:
        return None
    both = word.text.strip().lower() == "both"
    return AllowedTenant(
        tenant=tenant.text.strip(),
        inbound=both or word.text.strip().lower() == "inbound",
        outbound=both or word.text.strip().lower() == "outbound",
        at=tenant.at,
    )


class _Reader:
    """Reads literal values; whatever else stands where a value is due is an expression."""

    def __init__(self, text: str, limits: Limits) -> None:
        self._text = text
        self._limits = limits
        self.places: dict[int, dict[Key, Place]] = {}

    def run(self) -> dict[str, object]:
        document: dict[str, object] = {}
        names = {kind.lower(): kind for kind in (POLICY, CONFIGURATIONS, PATTERNS, ISOLATION)}
        at = 0
        while (start := _START.search(self._text, at)) is not None:
            if "#" in self._text[self._text.rfind("\n", 0, start.start(1)) + 1 : start.start(1)]:
                at = start.end()
                continue
            blocks = document.setdefault(names[start[1].lower()], [])
            block, at = self._body(start.end(), 1)
            if isinstance(blocks, list):
                self._place(document, names[start[1].lower()], (start.start(1), start.end(1)), start.start(1), at)
                self._place(blocks, len(blocks), (start.start(1), start.end(2)), start.start(1), at)
                blocks.append(block)
        return document

    def _place(self, holder: object, key: Key, named: tuple[int, int], start: int, end: int) -> None:
        self.places.setdefault(id(holder), {})[key] = Place(key=named[0], key_end=named[1], start=start, end=end)

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _refuse(self, at: int, message: str, kind: ProblemKind = ProblemKind.UNREADABLE) -> MalformedError:
        span = Lines(self._text).span(min(at, len(self._text)), min(at + 1, len(self._text)))
        return MalformedError(Problem(kind, message, span))

    def _too_deep(self, at: int) -> MalformedError:
        message = f"the text is nested more than {self._limits.nesting} levels deep"
        return self._refuse(at, message, ProblemKind.LIMIT)

    def _body(self, at: int, depth: int) -> tuple[dict[str, object], int]:
        """Read `{ key = value; … }` from its bracket on."""
        if depth > self._limits.nesting:
            raise self._too_deep(at)
        body: dict[str, object] = {}
        at = self._space(at + 1)
        while at < len(self._text) and self._text[at] != "}":
            name = _WORD.match(self._text, at)
            after = self._space(name.end()) if name else at
            if name is None or self._text[after : after + 1] != "=":
                raise self._refuse(at, "a configuration block needs a name, an equals sign and a value here")
            start = self._space(after + 1)
            value, end = self._value(start, depth)
            body[name[0]] = value
            self._place(body, name[0], name.span(), start, end)
            at = self._space(end)
        if at >= len(self._text):
            raise self._refuse(at, "the text ends inside a configuration block")
        return body, at + 1

    def _value(self, at: int, depth: int) -> tuple[object, int]:
        if self._text.startswith("@(", at):
            return self._list(at, depth)
        string = _STRING.match(self._text, at)
        if string is not None:
            return self._string(string), string.end()
        word = _WORD.match(self._text, at)
        if word is not None and self._text[(opened := self._space(word.end())) : opened + 1] == "{":
            return self._body(opened, depth + 1)
        if self._text.startswith("@{", at):
            return self._body(at + 1, depth + 1)
        return self._bare(at)

    def _bare(self, at: int) -> tuple[object, int]:
        """Read a word, a number or a computed value."""
        bare = _BARE.match(self._text, at)
        if bare is None:
            raise self._refuse(at, "a value is missing")
        end = self._line(bare.end()) if bare[0].startswith("$") else bare.end()
        written = self._text[at:end].strip()
        if written.lower() in _CONSTANTS:
            return _CONSTANTS[written.lower()], end
        return int(written) if written.isdecimal() else Expression(" ".join(written.split())), end

    def _line(self, at: int) -> int:
        """Give the end of a computed value: of its line, brackets balanced."""
        level = 0
        while at < len(self._text):
            mark = self._text[at]
            level += (mark in "({[") - (mark in ")}]")
            if level < 0 or (level == 0 and mark in ";\n,"):
                break
            at += 1
        return at

    def _list(self, at: int, depth: int) -> tuple[list[object], int]:
        if depth > self._limits.nesting:
            raise self._too_deep(at)
        items: list[object] = []
        at = self._space(at + 2)
        while at < len(self._text) and self._text[at] != ")":
            value, end = self._value(at, depth + 1)
            self._place(items, len(items), (at, at), at, end)
            items.append(value)
            at = self._space(end)
        if at >= len(self._text):
            raise self._refuse(at, "the text ends inside a list")
        return items, at + 1

    def _string(self, found: "re.Match[str]") -> object:
        single, double = found.groups()
        if single is not None:
            return single.replace("''", "'")
        if re.search(r"(?<!`)\$[\w({:]", double):
            return Expression(found[0])
        plain = re.sub(r"`(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), double, flags=re.DOTALL)
        return plain.replace('""', '"')
