"""What words say of what is wanted."""

import pytest

from bot.content.text import folded
from bot.nlu.encoder import SentenceEncoder
from bot.nlu.wording import about_a_case, about_charges, asks_for_reading, asks_what_was

READ = [
    "drones paper",
    "anything on drones?",
    "something about Ukraine",
    "anything longer on Mr. Bashir",
    "a piece on crimea",
    "analysis of why it failed",
    "have you written on Colombia",
    "what did amicc publish",
    "where can I read about deferrals",
    "can we read it",
    "your research",
    "the one about Obama",
    "where is the aggression one",
    "link to the thing",
    "an artcle",
    "analisys kenya",
    "PUBLICATON",
]
OTHERS = [
    "",
    "what is the ICC",
    "article 16",
    "Article III courts",
    "articles 5 to 21",
    "a piece of cake",
    "I want to report a crime",
    "write to my congress person",
    "I read that it failed",
    "bible study group",
    "was he punished",
    "is anything going on near houston",
    "a history of us policy for my paper",
    "a warrant is a piece of paper",
    "has anyone been arrested",
]


@pytest.mark.parametrize(("text", "asks"), [*((text, True) for text in READ), *((text, False) for text in OTHERS)])
def test_who_asks_for_something_to_read(encoder: SentenceEncoder, text: str, asks: bool) -> None:
    assert asks_for_reading(folded(text).split(), encoder.knows) == asks


@pytest.mark.parametrize(
    ("text", "case", "charges", "past"),
    [
        ("has any american been charged", True, True, True),
        ("can bush be charged", True, True, False),
        ("what became of him", True, False, False),
        ("obama war crimes", False, True, False),
        ("who was handed over", True, False, True),
        ("if he was tried", False, True, False),
        ("obama birthday", False, False, False),
        ("", False, False, False),
    ],
)
def test_cases_charges_and_facts(text: str, case: bool, charges: bool, past: bool) -> None:
    words = text.split()
    assert (about_a_case(words), about_charges(words), asks_what_was(words)) == (case, charges, past)
