"""The same conversation on each channel, as the platform gets it: the pages in docs/channels/transcripts/.

    .venv-dev/bin/python -m pytest tests/channels/test_transcripts.py --renew-transcripts

writes them anew after a text, a topic or the formatting has changed; read the difference before it is committed.
"""

import re
from typing import Any

import pytest
from platform_on_loopback import tapped, text_of
from world import KINDS, World, play

from bot.runtime.settings import ROOT

FOLDER = ROOT / "docs" / "channels" / "transcripts"
RENEW = ".venv-dev/bin/python -m pytest tests/channels/test_transcripts.py --renew-transcripts"
NAMES = {
    "slack": "Slack",
    "telegram": "Telegram",
    "sms": "text messages (SMS)",
    "whatsapp": "WhatsApp",
    "facebook": "Facebook Messenger",
}
CONVERSATION = (
    "hello",
    "Why should the US support the ICC?",
    "Which papers do you have on drones?",
    "2",
    "How many windows does the Court's building have?",
    "I want to volunteer",
    "yes",
    "Ann Lee",
    "ann.lee@example.org",
    "skip",
    "Denver, Colorado",
    "1",
    "Yes, hand it over",
    "I want to talk to a human",
    "STOP",
)
"""A greeting, a question, papers, the second of them, a question without an answer, a sign-up to its end, a form and
STOP in the middle of it."""


def shown(body: dict[str, Any]) -> str:
    """A message as a block of the page; a reference number is another each time."""
    text = re.sub(r"R-[0-9A-Z]{5}-[0-9A-Z]{5}", "R-XXXXX-XXXXX", text_of(body))
    block = f"```text\n{text}\n```\n"
    titles = tapped(body)
    return block + ("\nTo tap: " + ", ".join(f"`{title}`" for title in titles) + "\n" if titles else "")


def transcript(kind: str, assistant: Any) -> str:
    """The page of one channel."""
    parts = [
        f"# A conversation by {NAMES[kind]}\n" if kind == "sms" else f"# A conversation on {NAMES[kind]}\n",
        "A test has written this page (`tests/channels/test_transcripts.py`): it shows what the platform is sent.\n",
    ]

    async def scene(world: World) -> None:
        if kind == "whatsapp":
            world.with_lists()
        for text in CONVERSATION:
            before = len(world.platform.sent)
            await world.say(text)
            parts.append(f"**Visitor:** {text}\n")
            parts.extend(f"**Assistant:**\n\n{shown(body)}" for body in world.platform.sent[before:])

    play(kind, assistant, scene)
    return "\n".join(parts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_transcript_in_the_docs_is_what_is_sent(kind: str, assistant: Any, request: pytest.FixtureRequest) -> None:
    page, path = transcript(kind, assistant), FOLDER / f"{kind}.md"
    if request.config.getoption("--renew-transcripts"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != page:
        pytest.fail(f"docs/channels/transcripts/{path.name} is out of date. Renew it: {RENEW}", pytrace=False)


def test_every_page_belongs_to_a_channel() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(KINDS)
