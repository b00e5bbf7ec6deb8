"""Messages whose meaning needs no guessing: a title or label word for word, no words at all, or far too many."""

# No `from __future__ import annotations`: Rasa reads the types of graph components at run time.

import re
import unicodedata
from typing import Any, Dict, List, Optional, Type

from rapidfuzz import distance
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.store import shared_store
from bot.content.text import has_words, normalized
from bot.nlu.parse import FALLBACK, UNREADABLE, set_intent, set_named, set_topic

MAX_CHARACTERS = 1000
"""Longer messages are not understood: the encoder reads 128 word pieces, about 500 characters, and a guess from the
first half of a long text would be wrong with confidence."""

SHORTEST_TITLE = 10
"""Characters from which a paper's title is recognized in spite of slips of the hand ..."""
SLIPS = 0.75
"""... and how similar each of its words must be: one slip in four letters."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ExactMatcher(GraphComponent):
    """Overrides the classifier where the text alone decides. Stands last in the pipeline.

    Titles come from the content that is served now, so an edited title works without training.
    """

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """None."""
        return []

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ExactMatcher":
        """Makes the component."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent of each message that is decided by its text."""
        for message in messages:
            self._match(message, message.get(TEXT) or "")
        return messages

    def _match(self, message: Message, text: str) -> None:
        if not has_words(text):
            _refuse(message, "no_words")
        elif len(text) > MAX_CHARACTERS:
            _refuse(message, "too_long")
        elif _mostly_other_script(text):
            set_intent(message, "other_language", 1.0)
        else:
            self._match_name(message, normalized(text))

    def _match_name(self, message: Message, name: str) -> None:
        content = shared_store().content
        key: Optional[str] = content.by_name.get(name)
        if key:
            set_named(message, key, 1.0)
        elif name in content.by_title:
            set_topic(message, f"faq/{content.by_title[name]}", 1.0)
        else:
            titles = (title for title, paper in content.by_name.items() if paper.startswith("paper/"))
            nearest = next((title for title in titles if _nearly_the_same(name, title)), None)
            if nearest:
                set_named(message, content.by_name[nearest], SLIPS)


def _nearly_the_same(text: str, title: str) -> bool:
    """Whether a text is a title with slips of the hand: the same words in the same order, each nearly right."""
    if text.count(" ") != title.count(" ") or len(text) < SHORTEST_TITLE:
        return False
    words, right = text.split(), title.split()
    return all(distance.OSA.normalized_similarity(*pair) >= SLIPS for pair in zip(words, right))


def _refuse(message: Message, reason: str) -> None:
    """Marks a message that cannot be read; ``action_fallback`` answers it with ``utter_<reason>``."""
    set_intent(message, FALLBACK, 1.0)
    message.set(UNREADABLE, reason, add_to_output=True)


def _mostly_other_script(text: str) -> bool:
    """Whether most letters are not Latin: Arabic, Chinese, Russian, Hindi and so on."""
    if text.isascii():
        return False
    letters = [character for character in re.sub(r"\W", "", text) if character.isalpha()]
    other = sum(
        1 for letter in letters if not unicodedata.name(letter, "").startswith(("LATIN", "MODIFIER", "FULLWIDTH LATIN"))
    )
    return bool(letters) and other > len(letters) / 2
