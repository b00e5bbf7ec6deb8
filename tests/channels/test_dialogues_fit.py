"""Every dialogue of tests/dialogues is also held on messaging channels: no message breaks a documented limit."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from conftest import say
from platform_on_loopback import check_facebook, check_slack, check_telegram, check_twilio, sms_segments

from bot.channels import facebook, slack, telegram, twilio
from bot.channels.capabilities import CAPABILITIES, FACEBOOK, SLACK, SMS, TELEGRAM, WHATSAPP, Capabilities
from bot.channels.formatting import Outgoing, format_turn
from bot.dialogue.reply import Reply
from bot.runtime.settings import ROOT

FILES = sorted((ROOT / "tests" / "dialogues").rglob("*.yml"))
ALIKE = ((SMS,), (SLACK, TELEGRAM), (WHATSAPP, FACEBOOK))
"""A dialogue is held on one channel of each group, in turn, and what is said there has to fit all of the group."""
INTRO = "AMICC's automated assistant. HELP for help, STOP to end."


def check(channel: Capabilities, message: Outgoing) -> None:
    """Holds a message against what the platform documents, as the adapter would send it."""
    if channel is SLACK:
        check_slack(slack.body_of(message))
    elif channel is TELEGRAM:
        check_telegram({"chat_id": 1, **telegram.body_of(message)})
    elif channel is FACEBOOK:
        check_facebook({"messaging_type": "RESPONSE", "recipient": {"id": "1"}, "message": facebook.body_of(message)})
    else:
        mark = "whatsapp:" if channel is WHATSAPP else ""
        fields = {"From": f"{mark}+15005550001", "To": f"{mark}+15005550006"}
        if message.buttons:
            check_twilio({**fields, "ContentSid": "HX", "ContentVariables": twilio.list_variables(message)})
        else:
            check_twilio({**fields, "Body": message.text})


def fits(turn: list[Reply], channel: Capabilities) -> None:
    """Formats a turn for a channel until nothing is left to say."""
    in_form = any(reply.form_step for reply in turn)
    replies, intro = turn, INTRO
    while replies:
        formatted = format_turn(replies, channel, intro)
        assert 1 <= len(formatted.messages) <= channel.max_messages
        for message in formatted.messages:
            check(channel, message)
            if channel is SMS:
                assert sms_segments(message.text) <= (10 if in_form else 5)
        # What MORE gives must fit too, and come to an end: each time there is less of it.
        assert len(formatted.rest) < sum(len(str(reply.dict())) for reply in replies)
        last = turn[-1].options
        replies, intro = [Reply(text=formatted.rest, choices=last)] if formatted.rest else [], ""


@pytest.mark.parametrize(("number", "path"), list(enumerate(FILES)), ids=lambda value: getattr(value, "stem", ""))
def test_no_message_of_a_dialogue_breaks_a_limit(number: int, path: Path, assistant: Any) -> None:
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))["conversation"]
    texts = [step["user"] for step in steps if "user" in step]
    assert texts
    for alike in ALIKE:
        visited = alike[number % len(alike)].name
        conversation = uuid4().hex
        for text in texts:
            turn = say(assistant, conversation, text, channel=visited)
            for channel in alike:
                fits(turn, channel)


def test_there_are_dialogues_for_all_channels() -> None:
    assert len(FILES) > 30
    assert {channel.name for alike in ALIKE for channel in alike} == set(CAPABILITIES)
