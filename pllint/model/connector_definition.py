"""What the files of a custom connector say, part by part, whether they lie in a folder or in a solution.

`CustomConnector` is what policies and components see of a connector; this is what its author wrote.
"""

from enum import StrEnum

from pllint.model.custom_connector import CustomConnector, Host
from pllint.record import NamedTuple
from pllint.source import Anchor


class Parameter(NamedTuple):
    """A parameter of an operation; one that several operations share has one place."""

    name: str
    location: str
    """path, query, header, body, formData; empty when not said."""
    at: Anchor
    type: str | None = None
    has_schema: bool = False
    has_items: bool = True
    """False for a list that does not say of what."""
    required: bool = False
    visibility: str | None = None
    titled: bool = False
    """`x-ms-summary`, or of a body the schema's title, gives it a name for people."""
    has_default: bool = False
    untitled_fields: tuple[str, ...] = ()
    """Of a body: the fields makers fill in that have no `x-ms-summary` and no title."""
    fields: int = 0
    """Of a body: how many fields makers fill in."""


class Response(NamedTuple):
    """A response of an operation."""

    status: str
    """As written: 200, default."""
    at: Anchor
    has_schema: bool

    @property
    def succeeds(self) -> bool:
        """Tell whether the response is given when the call went well; `default` stands for any."""
        return self.status.startswith("2") or self.status.lower() == "default"


class DefinedOperation(NamedTuple):
    """An operation as the definition writes it."""

    id: str | None
    method: str
    path: str
    at: Anchor
    summary: str = ""
    description: str = ""
    visibility: str | None = None
    deprecated: bool = False
    replacement: str | None = None
    """Of a deprecated one: what the annotation, or a later revision of the same family, offers instead."""
    trigger: str | None = None
    """`x-ms-trigger` as written; None: an action."""
    polls: bool = False
    """The trigger is said to poll: by its metadata, or by a policy template."""
    notification_url: bool = False
    """Some input takes the address the service shall call."""
    notification_content: bool = False
    agentic_protocol: str | None = None
    parameters: tuple[Parameter, ...] = ()
    responses: tuple[Response, ...] = ()

    @property
    def name(self) -> str:
        """Name the operation for a message: by its id, else by method and path."""
        return self.id or f"{self.method.upper()} {self.path}"

    @property
    def id_at(self) -> Anchor:
        """Give the place of the operation's id, or the operation where it has none."""
        return self.at if self.id is None else self.at / "operationId"

    @property
    def internal(self) -> bool:
        """Tell whether makers never see the operation."""
        return (self.visibility or "").lower() == "internal"


class ReferenceFault(StrEnum):
    """Why a `$ref` leads nowhere; the value ends a sentence."""

    MISSING = "is defined nowhere"
    OUTSIDE = "is outside the file"
    MALFORMED = "is not a reference to a definition, a parameter or a response"
    CIRCLE = "refers to itself without an end"


class BrokenReference(NamedTuple):
    """A `$ref` that cannot be followed, with all the places that use it."""

    target: str
    fault: ReferenceFault
    at: Anchor
    """The first place."""
    uses: int = 1
    nearest: str | None = None
    """A definition of a similar name."""
    through: tuple[str, ...] = ()
    """Of a circle: the definitions it passes."""


class OddKey(NamedTuple):
    """A key or value that is not one of those known, with the nearest of those."""

    word: str
    at: Anchor
    nearest: str | None = None


class DynamicFault(StrEnum):
    """What is wrong with a dynamic list or schema; the value describes the subject."""

    OPERATION = "no operation of the definition"
    NO_OPERATION = "no operation at all"
    ARGUMENT = "no parameter of the operation called"
    NEEDED = "a required parameter of the operation called, without a value"
    REFERENCE = "no parameter of its own operation"
    PATH = "not in the response of the operation called"


class BrokenCall(NamedTuple):
    """A fault of `x-ms-dynamic-values`, `-list`, `-schema` or `-properties`."""

    keyword: str
    fault: DynamicFault
    subject: str
    """The operation, parameter or property meant."""
    operation: str
    """The operation called."""
    at: Anchor
    key: str = ""
    """The setting that names the subject, such as `value-path`."""
    nearest: str | None = None


class HiddenField(NamedTuple):
    """A field of a request body that is internal, required and without a value of its own."""

    name: str
    at: Anchor


class SecurityDefinition(NamedTuple):
    """How the definition says that callers prove who they are."""

    name: str
    kind: str
    """basic, apiKey, oauth2, as written."""
    location: str
    """Of a key: header or query."""
    key_name: str
    at: Anchor


class OAuthSettings(NamedTuple):
    """The OAuth settings of a connection parameter."""

    at: Anchor
    provider: str | None = None
    client_id: str | None = None
    """Empty or None: left out. Never the secret."""
    has_scopes: bool = False
    redirect_mode: str | None = None
    values: tuple[str, ...] = ()
    """The custom parameters that have a value."""
    first_party: bool = False
    managed_identity: bool = False


class ConnectionParameter(NamedTuple):
    """What a connection asks for."""

    name: str
    type: str | None
    at: Anchor
    display_name: str = ""
    oauth: OAuthSettings | None = None
    choice: str | None = None
    """The set of parameters it belongs to, where people may choose."""
    listed: bool = False
    """People choose from given values, which are therefore no secrets."""


class PolicyTemplate(NamedTuple):
    """A policy template in use."""

    id: str
    title: str
    at: Anchor
    operations: tuple[tuple[str, Anchor], ...] = ()
    """None: every operation."""
    parameters: tuple[str, ...] = ()
    """The parameters that have a value."""
    known: bool = True
    nearest: str | None = None
    """Of an unknown template: the known one nearest to it."""
    missing: tuple[str, ...] = ()
    """The parameters it needs and has not."""
    uses: tuple[str, ...] = ()
    """The connection parameters it sends, as written."""
    sends_in: str = ""
    """header or query where it puts a value there."""
    host: str | None = None
    """Of a host template: the host it writes, when it is written out."""


class CommittedSecret(NamedTuple):
    """Where a secret stands in a file. What it is, is kept nowhere."""

    what: str
    at: Anchor


class Script(NamedTuple):
    """The custom code of a connector and the operations it is said to serve."""

    file: str | None = None
    """Path of the code; None: there is none."""
    operations: tuple[tuple[str, Anchor], ...] | None = None
    """None: nothing is said."""
    at: Anchor | None = None
    """Where the operations are listed."""


class ConnectorDefinition(NamedTuple):
    """One set of a connector's files: a folder, or the parts a solution holds."""

    connector: CustomConnector
    at: Anchor
    """The definition, or where it should be."""
    version: str | None = None
    """`swagger` or `openapi` as written; None: not said."""
    missing_parts: tuple[str, ...] = ()
    """Required keys of Swagger 2.0 that are absent, such as `info.title`."""
    faulty_paths: tuple[tuple[str, str, Anchor], ...] = ()
    """(path or base path, what is wrong with it, place)."""
    size: int = 0
    """Bytes of the definition."""
    has_definition: bool = True
    has_properties: bool = True
    """The file with the connection parameters is there, readable or not."""
    properties_known: bool = True
    """It was read."""
    properties_at: Anchor | None = None
    missing_files: tuple[str, ...] = ()
    operations: tuple[DefinedOperation, ...] = ()
    references: tuple[BrokenReference, ...] = ()
    calls: tuple[BrokenCall, ...] = ()
    hidden_fields: tuple[HiddenField, ...] = ()
    visibilities: tuple[OddKey, ...] = ()
    extensions: tuple[OddKey, ...] = ()
    """`x-ms-` keys that no client reads."""
    security: tuple[SecurityDefinition, ...] = ()
    parameters: tuple[ConnectionParameter, ...] = ()
    templates: tuple[PolicyTemplate, ...] = ()
    script: Script = Script()
    secrets: tuple[CommittedSecret, ...] = ()
    host_text: str = ""
    """`host` as written."""
    own_host: Host | None = None
    """What `host` alone says, before any policy template."""
    schemes: tuple[str, ...] = ()
    icon_colour: str | None = None
    icon_colour_at: Anchor | None = None
    publisher: str | None = None
    stack_owner: str | None = None
    properties_keys: tuple[OddKey, ...] = ()
    """Keys of the properties that are none."""
    copies: tuple["ConnectorDefinition", ...] = ()
    """Of a folder: the copies of the same connector inside solutions of the repository that differ from it."""

    @property
    def in_folder(self) -> bool:
        """Tell whether the files lie in a folder of their own rather than in a solution."""
        return self.connector.solution is None
