"""Questions for the benchmarks of speed and memory; ``held_out.tsv`` is not touched."""

from __future__ import annotations

from benchmarks.questions import read_set

FIRST_QUESTION = "Why should the US support the ICC?"
"""The question that a starting server is asked; its topic is part of the project's first content."""


def faq_questions(count: int) -> list[str]:
    """Questions that a topic answers, spread over all topics.

    Args:
        count: How many; fewer if the set has fewer.

    Returns:
        In each round one question of each topic, so that the first ones are as different as can be.
    """
    by_topic: dict[str, list[str]] = {}
    for question in read_set("tune"):
        topics = sorted(label for label in question.expected if label.startswith("faq/"))
        if topics:
            by_topic.setdefault(topics[0], []).append(question.text)
    longest = max((len(texts) for texts in by_topic.values()), default=0)
    rounds = [texts[place] for place in range(longest) for texts in by_topic.values() if place < len(texts)]
    return rounds[:count]
