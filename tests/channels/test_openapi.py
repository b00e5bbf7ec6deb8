"""The description of the web API agrees with what it gives."""

import json

import jsonschema
import pytest

from bot.channels.openapi import openapi, schemas
from bot.channels.web_schema import ErrorBody, ErrorResponse, MessageRequest, MessageResponse
from bot.dialogue.reply import Card, Choice, FormStep, Reply
from bot.errors import WEB_ERRORS


def check(name: str, value: object) -> None:
    document = openapi()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)


CHOICE = Choice(label="More", text="Tell me more")
FULL = Reply(
    title="t",
    text="a",
    short_text="s",
    sources=[{"name": "AMICC", "url": "", "as_of": "2015-07"}],
    cards=[Card(title="t", choice=CHOICE)],
    choices=[CHOICE],
    form_step=FormStep(form="f", field="f", step=1, total=2),
    topic=["faq/x"],
)


@pytest.mark.parametrize("reply", [Reply(text="a"), FULL], ids=["least", "full"])
def test_every_reply_fits_the_schema(reply: Reply) -> None:
    check("MessageResponse", MessageResponse(token="t", message_id="m", replies=[reply]).dict())


@pytest.mark.parametrize("code", WEB_ERRORS)
def test_every_error_fits_the_schema(code: str) -> None:
    check("ErrorResponse", ErrorResponse(error=ErrorBody(code=code, text=WEB_ERRORS[code])).dict())


@pytest.mark.parametrize("message_id", ["", "a b", "a\n", "x" * 65, 7, None])
def test_the_schema_refuses_what_the_model_refuses(message_id: object) -> None:
    body = {"message_id": message_id, "message": "hello"}
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own is one
        MessageRequest.parse_obj(body)
    with pytest.raises(jsonschema.ValidationError):
        check("MessageRequest", body)


def test_every_field_is_described() -> None:
    silent = [
        f"{name}.{field}"
        for name, schema in schemas().items()
        for field, shape in schema["properties"].items()
        if not shape["description"]
    ]
    assert [field for field in silent if not field.startswith("Source.")] == []


def test_it_is_json_and_says_its_version() -> None:
    document = json.loads(json.dumps(openapi()))
    assert document["openapi"].startswith("3.1")
    assert document["info"]["version"] == "1"
    assert set(document["paths"]) == {
        "/chat/v1/message",
        "/chat/v1/feedback",
        "/chat/v1/greeting",
        "/chat/v1/topic/{id}",
    }
