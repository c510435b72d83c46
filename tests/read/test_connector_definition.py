"""The facts of a connector's definition: what the walk keeps, and what it settles while the document is at hand."""

import pytest

from pllint.model.connector_definition import BrokenCall, DefinedOperation, DynamicFault, ReferenceFault
from pllint.read.connector_definition import DefinitionFacts, facts_of, faulty_paths
from pllint.read.connector_properties import beside, is_secret, odd_keys
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("parcel/apiDefinition.swagger.json", bytes))
OBJECT = {"type": "object"}


def definition(paths: object = None, **parts: object) -> Node:
    return Node({"swagger": "2.0", "paths": paths or {}, **parts}, AT)


def operation(identity: str = "SendParcel", /, **parts: object) -> dict[str, object]:
    return {"operationId": identity, "responses": {"200": {"description": "ok", "schema": OBJECT}}, **parts}


def facts(paths: object = None, **parts: object) -> DefinitionFacts:
    return facts_of(definition(paths, **parts))


def only(found: DefinitionFacts) -> DefinedOperation:
    (defined,) = found.operations
    return defined


def body(schema: object) -> dict[str, object]:
    return {"name": "body", "in": "body", "schema": schema}


def test_an_operation_takes_the_parameters_of_its_path_that_it_does_not_replace() -> None:
    shared = [
        {"name": "id", "in": "path", "type": "string", "required": True},
        {"name": "lang", "in": "query", "type": "string"},
    ]
    own = [{"name": "lang", "in": "query", "type": "integer"}]
    defined = only(facts({"/p/{id}": {"parameters": shared, "get": operation(parameters=own)}}))
    assert [(one.name, one.type) for one in defined.parameters] == [("lang", "integer"), ("id", "string")]


def test_a_shared_parameter_has_the_place_where_it_is_defined() -> None:
    found = facts(
        {"/p": {"get": operation(parameters=[{"$ref": "#/parameters/Key"}])}},
        parameters={"Key": {"name": "key", "in": "header", "type": "string"}},
    )
    (parameter,) = only(found).parameters
    assert (parameter.name, parameter.at.path) == ("key", ("parameters", "Key"))


@pytest.mark.parametrize(
    ("schema", "untitled", "fields"),
    [
        pytest.param({"properties": {"a": {"type": "string"}}}, ("a",), 1, id="a field without a title"),
        pytest.param({"properties": {"a": {"type": "string", "title": "A"}}}, (), 1, id="a title"),
        pytest.param({"properties": {"a": {"type": "string", "x-ms-visibility": "internal"}}}, (), 0, id="hidden"),
        pytest.param({"properties": {"a": {"properties": {"b": {}}}}}, ("a/b",), 1, id="a field inside a field"),
        pytest.param({"$ref": "#/definitions/Order"}, ("to",), 1, id="a reference"),
        pytest.param(
            {"allOf": [{"$ref": "#/definitions/Order"}, {"properties": {"a": {}}}]}, ("a", "to"), 2, id="allOf"
        ),
        pytest.param({"$ref": "#/definitions/Tree"}, ("child" + "/child" * 5,), 1, id="a tree has an end"),
    ],
)
def test_a_body_is_counted_by_the_fields_that_makers_fill_in(
    schema: object, untitled: tuple[str, ...], fields: int
) -> None:
    found = facts(
        {"/p": {"post": operation(parameters=[body(schema)])}},
        definitions={
            "Order": {"properties": {"to": {"type": "string"}}},
            "Tree": {"properties": {"child": {"$ref": "#/definitions/Tree"}}},
        },
    )
    (parameter,) = only(found).parameters
    assert (tuple(sorted(parameter.untitled_fields)), parameter.fields) == (untitled, fields)


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        pytest.param("#/definitions/Parcel", None, id="a definition"),
        pytest.param("#/definitions/Odd~1name", None, id="an escaped name"),
        pytest.param("#/definitions/Two%20words", None, id="a name with a space"),
        pytest.param("#/definitions/Parsel", ReferenceFault.MISSING, id="nothing there"),
        pytest.param("Parcel.json", ReferenceFault.OUTSIDE, id="another file"),
        pytest.param("https://parcels.example/Parcel.json", ReferenceFault.OUTSIDE, id="another host"),
        pytest.param("#/paths/x", ReferenceFault.MALFORMED, id="another part of the file"),
    ],
)
def test_a_reference_is_followed_inside_the_file(target: str, fault: ReferenceFault | None) -> None:
    response = {"200": {"description": "ok", "schema": {"$ref": target}}}
    found = facts(
        {"/p": {"get": operation(responses=response)}},
        definitions={"Parcel": OBJECT, "Odd/name": OBJECT, "Two words": OBJECT},
    )
    assert [one.fault for one in found.references] == ([fault] if fault else [])


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {"properties": {"$ref": {"type": "string"}, "x-ms-vizibility": {"type": "string"}}}
    found = facts({"/p": {"post": operation(parameters=[body(schema)])}})
    assert found.references == ()
    assert found.extensions == ()


@pytest.mark.parametrize(
    ("definitions", "circles"),
    [
        pytest.param({"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"}}, 1, id="names of each other"),
        pytest.param({"A": {"allOf": [{"$ref": "#/definitions/A"}]}}, 1, id="a part of itself"),
        pytest.param(
            {"A": {"required": ["a"], "properties": {"a": {"$ref": "#/definitions/A"}}}}, 1, id="a required property"
        ),
        pytest.param({"A": {"properties": {"a": {"$ref": "#/definitions/A"}}}}, 0, id="an optional property"),
        pytest.param(
            {"A": {"required": ["a"], "properties": {"a": {"items": {"$ref": "#/definitions/A"}}}}}, 0, id="a list"
        ),
        pytest.param(
            {"A": {"$ref": "#/definitions/C"}, "B": {"$ref": "#/definitions/C"}, "C": {"type": "object"}},
            0,
            id="shared",
        ),
    ],
)
def test_only_a_circle_without_an_end_is_one(definitions: object, circles: int) -> None:
    assert [one.fault for one in facts(definitions=definitions).references] == [ReferenceFault.CIRCLE] * circles


def test_the_notification_address_may_lie_in_a_shared_definition() -> None:
    found = facts(
        {"/hooks": {"post": {**operation(parameters=[body({"$ref": "#/definitions/A"})]), "x-ms-trigger": "single"}}},
        definitions={
            "A": {"properties": {"target": {"$ref": "#/definitions/B"}}},
            "B": {"properties": {"url": {"type": "string", "x-ms-notification-url": True}}},
        },
    )
    assert only(found).notification_url


@pytest.mark.parametrize(
    ("field", "reported"),
    [
        pytest.param({"type": "string"}, True, id="a text"),
        pytest.param({"type": "string", "default": "x"}, False, id="with a default"),
        pytest.param({"type": "object", "properties": {}}, False, id="an object, which its fields fill"),
        pytest.param({"type": "string", "x-ms-notification-url": True}, False, id="filled in by the platform"),
    ],
)
def test_a_required_internal_field_needs_a_value_where_it_is_sent(field: dict[str, object], reported: bool) -> None:  # noqa: FBT001
    order = {"required": ["source"], "properties": {"source": {**field, "x-ms-visibility": "internal"}}}
    sent = facts(
        {"/p": {"post": operation(parameters=[body({"$ref": "#/definitions/Order"})])}}, definitions={"Order": order}
    )
    answered = facts(
        {"/p": {"get": operation(responses={"200": {"schema": {"$ref": "#/definitions/Order"}}})}},
        definitions={"Order": order},
    )
    assert [one.name for one in sent.hidden_fields] == (["source"] if reported else [])
    assert answered.hidden_fields == ()


def dynamic(call: dict[str, object], answer: object, keyword: str = "x-ms-dynamic-values") -> tuple[BrokenCall, ...]:
    parameters = [
        {"name": "depot", "in": "query", "type": "string", keyword: call},
        body({"properties": {"street": {"type": "string"}}}),
    ]
    target = operation(
        "ListDepots",
        parameters=[{"name": "country", "in": "query", "type": "string", "required": True}],
        responses={"200": {"schema": answer}},
    )
    return facts({"/p": {"post": operation(parameters=parameters)}, "/d": {"get": target}}).calls


ROWS = {
    "properties": {"value": {"type": "array", "items": {"properties": {"id": {}, "at": {"properties": {"x": {}}}}}}}
}
GIVEN = {"country": "UK"}


@pytest.mark.parametrize(
    ("call", "faults"),
    [
        pytest.param({"value-collection": "value", "value-path": "id"}, [], id="found"),
        pytest.param({"value-collection": "value", "value-path": "at/x"}, [], id="found one deeper"),
        pytest.param({"value-collection": "/value", "value-path": "id"}, [], id="a leading slash"),
        pytest.param({"value-collection": "rows", "value-path": "id"}, [DynamicFault.PATH], id="no such list"),
        pytest.param({"value-collection": "value", "value-path": "Id"}, [DynamicFault.PATH], id="another case"),
        pytest.param({"value-collection": "value", "value-path": "at/y"}, [DynamicFault.PATH], id="not one deeper"),
        pytest.param({"value-collection": "value", "value-path": "@{id}"}, [], id="an expression is not judged"),
        pytest.param({"parameters": {}}, [DynamicFault.NEEDED], id="a required parameter left out"),
        pytest.param({"parameters": {**GIVEN, "town": "x"}}, [DynamicFault.ARGUMENT], id="a parameter it has not"),
        pytest.param({"parameters": {"country": {"parameter": "street"}}}, [], id="a field of the own body"),
        pytest.param({"parameters": {"country": {"parameter": "city"}}}, [DynamicFault.REFERENCE], id="no such input"),
        pytest.param({"operationId": "ListDepot"}, [DynamicFault.OPERATION], id="no such operation"),
        pytest.param({"operationId": None}, [DynamicFault.NO_OPERATION], id="no operation named"),
        pytest.param({"operationId": None, "capability": "file-picker"}, [], id="the file picker calls none"),
    ],
)
def test_a_dynamic_list_is_held_against_the_operation_it_calls(
    call: dict[str, object], faults: list[DynamicFault]
) -> None:
    whole = {"operationId": "ListDepots", "parameters": GIVEN, **call}
    assert [one.fault for one in dynamic(whole, ROWS)] == faults


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OBJECT, id="an object of anything"),
        pytest.param({"properties": {"x": {}}, "additionalProperties": True}, id="further properties"),
        pytest.param(
            {"x-ms-dynamic-schema": {"operationId": "ListDepots", "parameters": GIVEN}}, id="a dynamic schema"
        ),
        pytest.param({}, id="nothing said"),
    ],
)
def test_an_open_answer_is_not_judged(answer: object) -> None:
    call: dict[str, object] = {
        "operationId": "ListDepots",
        "parameters": GIVEN,
        "value-collection": "rows",
        "value-path": "id",
    }
    assert dynamic(call, answer) == ()


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/parcels/{id}", None),
        ("parcels", "does not start with /"),
        ("/parcels/{id", "has a brace without its other half"),
        ("/parcels?x=1", "holds a ?"),
        ("/parcels/*", "holds a *"),
        ("x-ms-paths", None),
    ],
)
def test_a_path_has_to_be_one(path: str, fault: str | None) -> None:
    assert [one[1] for one in faulty_paths(definition({path: {}}))] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("q8Rt4Zp0Lm3Vx7", True),
        ("Bearer eyJhbGciOiJIUzI1NiJ9", True),
        ("3f1c~Qw8.aBcDeFgHiJkLmNoP", True),
        (None, False),
        ("", False),
        ("short", False),
        ("YOUR_CLIENT_SECRET", False),
        ("[[CLIENT_SECRET]]", False),
        ("<client secret>", False),
        ("@connectionParameters('api_key')", False),
        ("${CLIENT_SECRET}", False),
        ("xxxxxxxxxxxx", False),
        ("********", False),
        ("client-secret", False),
        ("application/json; charset=utf-8", False),
    ],
)
def test_a_secret_is_told_from_what_stands_for_one(text: str | None, secret: bool) -> None:  # noqa: FBT001
    assert is_secret(text) is secret


def test_no_secret_is_kept_in_the_model() -> None:
    secret = "q8Rt4Zp0Lm3Vx7"  # noqa: S105 - made up for this test
    parameters = {"token": {"type": "oauthSetting", "oAuthSettings": {"clientSecret": secret, "clientId": "desk"}}}
    templates = [
        {
            "templateId": "setheader",
            "parameters": {"x-ms-apimTemplateParameter.name": "X-Api-Key", "x-ms-apimTemplateParameter.value": secret},
        }
    ]
    found = beside(Node(parameters, AT), Node(None, AT), Node(templates, AT))
    assert len(found.secrets) == 2
    assert secret not in repr(found)


def test_choices_of_connection_parameters_are_kept_apart() -> None:
    sets = {
        "values": [
            {"name": "key", "parameters": {"api_key": {"type": "securestring"}}},
            {"name": "oauth", "parameters": {"token": {"type": "oauthSetting", "oAuthSettings": {}}}},
        ]
    }
    found = beside(Node(None, AT), Node(sets, AT), Node(None, AT))
    assert [(one.choice, one.name, one.oauth is not None) for one in found.parameters] == [
        ("key", "api_key", False),
        ("oauth", "token", True),
    ]


@pytest.mark.parametrize(
    ("template", "missing", "known"),
    [
        pytest.param({"templateId": "SetHeader", "parameters": {}}, ("name", "value"), True, id="any case"),
        pytest.param(
            {
                "templateId": "setheader",
                "parameters": {"x-ms-apimTemplateParameter.name": "A", "x-ms-apimTemplateParameter.value": ""},
            },
            (),
            True,
            id="an empty header is a value",
        ),
        pytest.param({"templateId": "setheaders", "parameters": {}}, (), False, id="unknown"),
    ],
)
def test_a_policy_template_says_what_it_lacks(template: object, missing: tuple[str, ...], known: bool) -> None:  # noqa: FBT001
    (found,) = beside(Node(None, AT), Node(None, AT), Node([template], AT)).templates
    assert (found.missing, found.known) == (missing, known)


def test_a_key_in_another_case_is_odd_and_says_how_it_is_written() -> None:
    keys = odd_keys(Node({"stackowner": "Contoso", "publisher": "Contoso", "colour": "#fff"}, AT))
    assert [(one.word, one.nearest) for one in keys] == [("stackowner", "stackOwner"), ("colour", None)]
