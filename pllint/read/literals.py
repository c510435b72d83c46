"""What a step has written into its inputs: secrets, and addresses and ids that belong to one stage.

The values of secrets stay here: what leaves is their kind and their place. Most strings hold nothing, so each is first
searched for the few words that every finding must hold, and patterns are compiled when the first of these is met.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from pllint.model.component import LiteralKind, SecretKind
from pllint.record import NamedTuple
from pllint.source import KeyPath

Raw = Mapping[str, object]


class FoundSecret(NamedTuple):
    """A secret in the text of a step's inputs; `path` leads from the inputs to the string that holds it."""

    kind: SecretKind
    path: KeyPath


class FoundLiteral(NamedTuple):
    """An address or id of one stage in a step's inputs."""

    kind: LiteralKind
    value: str
    path: KeyPath


class Inputs(NamedTuple):
    """What one walk over the inputs of a step found."""

    secrets: tuple[FoundSecret, ...] = ()
    literals: tuple[FoundLiteral, ...] = ()
    computed_secrets: tuple[FoundSecret, ...] = ()
    """Fields for secrets that are filled in when the flow runs."""


_Hop = tuple["_Hop | None", str | int]
"""A key and the hop before it: paths are built for what is found alone."""

# Names end in these when their value is what they say; the rest of the name says whose it is.
_NAMED: tuple[tuple[str, SecretKind], ...] = (
    ("password", SecretKind.PASSWORD),
    ("passwd", SecretKind.PASSWORD),
    ("passphrase", SecretKind.PASSWORD),
    ("apikey", SecretKind.KEY),
    ("apisecret", SecretKind.KEY),
    ("secret", SecretKind.CLIENT_SECRET),
    ("openaikey", SecretKind.KEY),
    ("signingkey", SecretKind.KEY),
    ("encryptionkey", SecretKind.KEY),
    ("secretkey", SecretKind.KEY),
    ("subscriptionkey", SecretKind.KEY),
    ("functionskey", SecretKind.KEY),
    ("functionkey", SecretKind.KEY),
    ("accesskey", SecretKind.KEY),
    ("accountkey", SecretKind.KEY),
    ("storagekey", SecretKind.KEY),
    ("privatekey", SecretKind.KEY),
    ("accesstoken", SecretKind.TOKEN),
    ("refreshtoken", SecretKind.TOKEN),
    ("bearertoken", SecretKind.TOKEN),
    ("authtoken", SecretKind.TOKEN),
    ("sastoken", SecretKind.SIGNATURE),
    ("sharedaccesssignature", SecretKind.SIGNATURE),
)
_EXACT = {
    "pwd": SecretKind.PASSWORD,
    "authorization": SecretKind.TOKEN,
    "xauthtoken": SecretKind.TOKEN,
    "token": SecretKind.TOKEN,
    "sig": SecretKind.SIGNATURE,
}
_LAST_LETTERS = frozenset("tdeyn")
_Meaning = tuple[SecretKind | None, LiteralKind | None]
_NO_MEANING: _Meaning = (None, None)
_meanings: dict[str | int, _Meaning] = {}
"""What the names of fields met so far say: thousands of steps share a few dozen names."""

_MARKED_BY_SIGN: tuple[tuple[str, SecretKind, str], ...] = (
    ("sig=", SecretKind.SIGNATURE, r"[?&;]sig=([A-Za-z0-9%+/_=-]{20,})"),
    ("AccountKey=", SecretKind.KEY, r"AccountKey=([A-Za-z0-9+/]{20,}={0,2})"),
    ("SharedAccessKey=", SecretKind.KEY, r"SharedAccessKey=([A-Za-z0-9+/]{20,}={0,2})"),
    ("code=", SecretKind.KEY, r"\.azurewebsites\.net/[^\s'\"]*[?&]code=([A-Za-z0-9_\-/+=%]{30,})"),
    ("key=", SecretKind.KEY, r"[?&](?:api[-_]?key|subscription-key|key)=([A-Za-z0-9_-]{16,})"),
    ("access_token=", SecretKind.TOKEN, r"[?&]access_token=([A-Za-z0-9_\-.~+/=%]{16,})"),
    ("assword=", SecretKind.PASSWORD, r"(?:Server|Data Source|User Id|Uid)=[^\s]*;\s*Password=([^;\s\"'@{}<>]{4,})"),
)
_MARKED: tuple[tuple[str, SecretKind, str], ...] = (
    ("client_secret", SecretKind.CLIENT_SECRET, r"client_secret\"?\s*[=:]\s*\"?([^&\s\"'@{}<>]{8,})"),
    ("eyJ", SecretKind.TOKEN, r"(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"),
    ("Q~", SecretKind.CLIENT_SECRET, r"(?<![\w.~-])([\w.~-]{3}\dQ~[\w.~-]{31,34})(?![\w.~-])"),
    ("PRIVATE KEY-----", SecretKind.KEY, r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*([A-Za-z0-9+/=]{20,})"),
    ("ghp_", SecretKind.TOKEN, r"(?<!\w)(ghp_[A-Za-z0-9]{36})(?!\w)"),
    ("github_pat_", SecretKind.TOKEN, r"(github_pat_\w{60,})"),
    ("xox", SecretKind.TOKEN, r"(?<!\w)(xox[abpr]-[A-Za-z0-9-]{20,})"),
    ("AKIA", SecretKind.KEY, r"(?<![A-Z0-9])(AKIA[0-9A-Z]{16})(?![A-Z0-9])"),
    ("AIza", SecretKind.KEY, r"(?<!\w)(AIza[\w-]{35})(?![\w-])"),
    ("SG.", SecretKind.KEY, r"(?<!\w)(SG\.[\w-]{16,32}\.[\w-]{16,64})(?![\w-])"),
    ("hooks.slack.com/services/", SecretKind.SIGNATURE, r"hooks\.slack\.com/services/(T\w+/B\w+/\w{16,})"),
    (
        "webhook.office.com/webhookb2/",
        SecretKind.SIGNATURE,
        r"webhook\.office\.com/webhookb2/([\w@-]{36,}/[\w/-]{30,})",
    ),
    ("://", SecretKind.PASSWORD, r"://[^\s/:@'\"{}<>?#]+:([^\s/@'\"{}<>]{4,})@"),
    ("base64('", SecretKind.PASSWORD, r"base64\('([^':@{}<>]+:[^'@{}<>]{4,})'\)"),
)
_PLACEHOLDERS = (
    r"(?i:your|replace|insert|(?<![a-z])(?:enter|here|my)(?![a-z])|change|example|sample|dummy|placeholder|redacted"
    r"|sanitized|removed|todo|fixme|\*\*|\.\.\.|x{4,}|0{8,})"
)
_WORDS = r"(?:secret|client|password|passwd|pwd|passphrase|api|key|token|value|null|none|true|false|test|n/?a|[\W_])+"
_OPENING = frozenset("<{[(%_")
_CLOSING = frozenset(">}])%_")

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SITE = (
    r"https://[a-z0-9-]+\.sharepoint(?:-df|-mil)?\.(?:com|us|de|cn)"
    r"(?:/(?:sites|teams|personal)/[^/\s'\"?#@{}<>|)]+)?"
)
_ORGANISATION = (
    r"https://[a-z0-9-]+\.(?:api\.)?crm\d*\.(?:dynamics\.com|microsoftdynamics\.us|appsplatform\.us|dynamics\.cn)"
)
_TENANT = (
    rf"(?:login\.microsoftonline\.(?:com|us)|login\.windows\.net|sts\.windows\.net)/({_GUID}|[\w.-]+\.onmicrosoft\.com)"
    rf"|[?&]tenantId=({_GUID})"
)
_ENVIRONMENT = rf"(?<![\w-])environments/((?:Default-)?{_GUID})|(?<![\w-])(Default-{_GUID})(?![\w-])"
_ENVIRONMENT_KEYS = frozenset(("environment", "environmentname", "environmentid", "environmentguid"))
_TENANT_KEYS = frozenset(("tenant", "tenantid"))
_NO_TENANT = r"^(?:your|my|the)?-?(?:tenant|company|organi[sz]ation|org|domain|x+)(?:-?name)?$"
_NOT_TEXT = frozenset(("host", "schema", "$schema", "metadata", "retryPolicy"))
_FIELD = r"([\w.-]{2,60}+)[\"']?\s*+[:=]\s*+[\"']?([^\s\"',{}\[\]<>]{6,})"
_LONGEST_LINE = 5_000
"""Of longer lines little is shown, and fields are not looked for."""
_SHORTEST = 20
"""The shortest text that a pattern finds anything in."""
_NOTHING = Inputs()


def search(inputs: object, name: str) -> Inputs:
    """Walk the inputs of one step; `name` is the step's, which says what a lone string is for."""
    findings = _Findings()
    if isinstance(inputs, str):
        findings.take(inputs, name, None)
        return findings.inputs()
    levels: list[tuple[Iterator[tuple[str | int, object]], str, _Hop | None]] = []
    if isinstance(inputs, dict):
        levels.append((iter(inputs.items()), _entry_name(inputs), None))
    elif isinstance(inputs, list):
        levels.append((iter(enumerate(inputs)), name, None))
    while levels:
        items, label, home = levels[-1]
        for key, value in items:
            if isinstance(value, str):
                # `{"name": "ApiKey", "value": "…"}` is how variables, headers and form fields are written.
                findings.take(value, label if label and (key == "value" or isinstance(key, int)) else key, (home, key))
            elif isinstance(value, dict) and key not in _NOT_TEXT:
                levels.append((iter(value.items()), _entry_name(value), (home, key)))
                break
            elif isinstance(value, list):
                levels.append((iter(enumerate(value)), key if isinstance(key, str) else label, (home, key)))
                break
        else:
            levels.pop()
    return findings.inputs()


class _Findings:
    """What was found so far."""

    __slots__ = ("computed", "literals", "secrets")

    def __init__(self) -> None:
        self.secrets: list[FoundSecret] = []
        self.literals: list[FoundLiteral] = []
        self.computed: list[FoundSecret] = []

    def inputs(self) -> Inputs:
        if not (self.secrets or self.literals or self.computed):
            return _NOTHING
        return Inputs(tuple(self.secrets), tuple(self.literals), tuple(self.computed))

    def take(self, text: str, name: str | int, hop: _Hop | None) -> None:
        """Look at one string; `name` says what it is for."""
        meaning = _meanings.get(name) or _meaning_of(name)
        if meaning is _NO_MEANING and len(text) < _SHORTEST:
            return
        kind = meaning[0]
        if kind is not None:
            if is_secret(kind, text):
                self.secrets.append(FoundSecret(kind, _path(hop)))
                return
            if "@" in text and _is_computed(text):
                self.computed.append(FoundSecret(kind, _path(hop)))
        found = _in_text(text)
        if found is not None:
            self.secrets.append(FoundSecret(found, _path(hop)))
        elif "client_secret" in text and ("client_secret=@" in text or "client_secret=', " in text):
            self.computed.append(FoundSecret(SecretKind.CLIENT_SECRET, _path(hop)))
        if meaning[1] is not None or "://" in text or "environments/" in text or "Default-" in text:
            self.literals += [FoundLiteral(what, value, _path(hop)) for what, value in _of_stage(text, meaning[1])]


def _entry_name(value: Raw) -> str:
    name = value.get("name")
    if not isinstance(name, str):
        name = value.get("key")
    return name if isinstance(name, str) and "value" in value else ""


def _path(hop: _Hop | None) -> KeyPath:
    keys: list[str | int] = []
    while hop is not None:
        hop, key = hop
        keys.append(key)
    return tuple(reversed(keys))


def _meaning_of(name: str | int) -> "_Meaning":
    """Tell what a field of that name holds; asked once a name."""
    last = str(name).rpartition("/")[2].lower()
    plain = "".join(filter(str.isalnum, last))
    kind = _EXACT.get(plain)
    if kind is None and plain[-1:] in _LAST_LETTERS:
        kind = next((kind for ending, kind in _NAMED if plain.endswith(ending)), None)
    stage = (
        LiteralKind.ENVIRONMENT if last in _ENVIRONMENT_KEYS else LiteralKind.TENANT if last in _TENANT_KEYS else None
    )
    meaning = (kind, stage) if kind or stage else _NO_MEANING
    _meanings[name] = meaning
    return meaning


def secret_kind(name: str) -> SecretKind | None:
    """Tell which secret a field or variable of that name is for; None when its name speaks of none."""
    return (_meanings.get(name) or _meaning_of(name))[0]


def secret_in(name: str, text: str) -> SecretKind | None:
    """Tell which secret the text of a field or variable of that name is, or holds; None when it is none."""
    kind = secret_kind(name)
    return kind if kind is not None and is_secret(kind, text) else _in_text(text)


def blotted(text: str) -> str:
    """Give a line of a file, or a message about one, with what looks like a secret as stars, each for a character.

    What readers found is blotted out by its place; this is for what stands where no reader looks.
    """
    for mark, kind, pattern in (*_MARKED_BY_SIGN, *_MARKED):
        if mark in text:
            text = re.sub(pattern, partial(_starred, kind, 1), text)
    if len(text) < _LONGEST_LINE and (":" in text or "=" in text):
        text = re.sub(_FIELD, _starred_field, text)
    return text


def _starred_field(match: re.Match[str]) -> str:
    kind = secret_kind(match[1])
    return match[0] if kind is None or not is_secret(kind, match[2]) else _starred(None, 2, match)


def _starred(kind: SecretKind | None, group: int, match: re.Match[str]) -> str:
    if kind is not None and not _is_held(kind, match[group]):
        return match[0]
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return match[0][:start] + "*" * (end - start) + match[0][end:]


def is_secret(kind: SecretKind, text: str) -> bool:
    """Tell whether the text of a field for secrets is one: no expression, no placeholder, no word.

    A password may be anything without spaces. Keys, tokens and client secrets are made by machines: long, and of
    letters and digits, which names, titles and answers are not.
    """
    value = _without_scheme(text)
    if "parameters(" in value or "://" in value:
        return False
    if kind is SecretKind.PASSWORD:
        # Shorter ones are answers, and words alone are titles.
        return len(value) >= 6 and not value.isalpha() and is_credential(value)  # noqa: PLR2004
    return len(value) >= 12 and _is_random(value) and is_credential(value)  # noqa: PLR2004 - the shortest keys in use


def _without_scheme(text: str) -> str:
    value = text.strip()
    scheme, _, rest = value.partition(" ")
    return rest.strip() if rest and scheme.lower() in {"bearer", "basic", "token", "apikey"} else value


def is_credential(text: str) -> bool:
    """Tell whether the text of a field of an authentication is one: no expression and no placeholder."""
    value = _without_scheme(text)
    if len(value) < 4 or value.startswith("@") or "@{" in value or "=@" in value:  # noqa: PLR2004 - `n/a`, `-`
        return False
    if (value[0] in _OPENING and value[-1] in _CLOSING) or "${" in value or "#{" in value or "}}" in value:
        return False
    spaced = any(map(str.isspace, value))
    return not spaced and not re.search(_PLACEHOLDERS, value) and not re.fullmatch(_WORDS, value.lower())


def _is_random(value: str) -> bool:
    has_digit = any(map(str.isdigit, value))
    has_letter = any(map(str.isalpha, value))
    # `abc123abc123` is an example: twelve random characters hold more than five different ones.
    return has_digit and has_letter and len(set(value)) > 5 and not re.search(_PLACEHOLDERS, value)  # noqa: PLR2004


def _is_computed(text: str) -> bool:
    return (text.startswith("@") and not text.startswith("@@")) or "@{" in text


def _in_text(text: str) -> SecretKind | None:
    if "=" in text:
        for mark, kind, pattern in _MARKED_BY_SIGN:
            if mark in text and _holds(kind, pattern, text):
                return kind
    for mark, kind, pattern in _MARKED:
        if mark in text and _holds(kind, pattern, text):
            return kind
    return None


def _holds(kind: SecretKind, pattern: str, text: str) -> bool:
    match = re.search(pattern, text)
    return match is not None and _is_held(kind, match[1])


def _is_held(kind: SecretKind, value: str) -> bool:
    return is_credential(value.rpartition(":")[2]) if kind is SecretKind.PASSWORD else _is_random(value)


def _of_stage(text: str, named: LiteralKind | None) -> Iterator[tuple[LiteralKind, str]]:
    if named is LiteralKind.ENVIRONMENT:
        match = re.fullmatch(rf"(?:Default-)?{_GUID}", text.strip())
        if match:
            yield LiteralKind.ENVIRONMENT, match[0].lower()
            return
    elif named is LiteralKind.TENANT:
        match = re.fullmatch(rf"{_GUID}|[\w.-]+\.onmicrosoft\.com", text.strip())
        if match and not _is_placeholder(match[0].partition(".")[0]):
            yield LiteralKind.TENANT, match[0].lower()
            return
    if "://" in text:
        # A variable may be named after its first value; the step follows the variable.
        text = re.sub(r"parameters\('(?:[^']|'')*'\)", "", text) if "parameters('" in text else text
        # In prose an address is where a reader may go; a step goes where its whole value, or an expression, leads.
        start = text[:9].lstrip().lower()
        address = start.startswith(("https://", "@"))
        if address and "sharepoint" in text:
            yield from _matches(_SITE, text, LiteralKind.SITE)
        if address and ".crm" in text:
            yield from _matches(_ORGANISATION, text, LiteralKind.ORGANISATION)
        if "tenantId=" in text or "login." in text or "sts.windows.net" in text:
            yield from _matches(_TENANT, text, LiteralKind.TENANT)
    if "environments/" in text or "Default-" in text:
        yield from _matches(_ENVIRONMENT, text, LiteralKind.ENVIRONMENT)


def _matches(pattern: str, text: str, kind: LiteralKind) -> Iterator[tuple[LiteralKind, str]]:
    seen: set[str] = set()
    for match in re.finditer(pattern, text, re.IGNORECASE):
        value = next((group for group in match.groups() if group), match[0]).lower()
        label = value.removeprefix("https://").partition(".")[0]
        if value not in seen and not _is_placeholder(label):
            seen.add(value)
            yield kind, value


def _is_placeholder(label: str) -> bool:
    return re.match(_NO_TENANT, label) is not None or set(label) <= set("0-")
