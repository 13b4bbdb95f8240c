"""What a student is preparing for: the topics of their roadmap, each with its share and with problems still unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from store.client import ObjectId
from store.documents.learner import Attempt
from store.documents.problems import Problem
from tools.choosing import Path, read_path, seen_problems, solved_unaided
from tools.context import MentorContext
from tools.learner import LearnerView, read_learner
from tools.topics import TopicBook, read_topics

_MOST_ASKED: Final = 75


@dataclass(frozen=True)
class Syllabus:
    """The roadmap's topics in order.

    `weights` sum to 1, by the number of problems (`counts`), or equally where there are none; `examples` are a topic's
    problems that the student has neither tried nor seen, in the roadmap's order.
    """

    name: str
    book: TopicBook
    view: LearnerView
    weights: Mapping[ObjectId, float]
    counts: Mapping[ObjectId, int]
    examples: Mapping[ObjectId, tuple[Problem, ...]]

    def name_of(self, topic: ObjectId) -> str:
        """Return a topic's name; of one that is not in the catalogue any more, that it is gone."""
        return self.book.names.get(topic, "a topic that is gone")


async def read_syllabus(context: MentorContext) -> Syllabus:
    """Return what the student's roadmap is made of; without a roadmap, what interviews ask most."""
    book = await read_topics(context)
    path = await read_path(context)
    placed = _placed(path, book) if path else {}
    if not placed and not (path and path.topics):
        placed = await _most_asked(context, book)
    counts: dict[ObjectId, int] = {topic: 0 for topic in path.topics if topic in book.names} if path else {}
    for topic in placed.values():
        counts[topic] = counts.get(topic, 0) + 1
    if placed:
        counts = {topic: count for topic, count in counts.items() if count}
    view = await read_learner(context)
    shifts = await context.work.population.shifts(book.names)
    known = await _known(context)
    open_problems = [problem for problem in placed if problem not in known]
    found = {item.id: item for item in await context.work.shared(Problem).find({"_id": {"$in": open_problems}})}
    examples: dict[ObjectId, tuple[Problem, ...]] = {}
    for problem in open_problems:
        if problem in found:
            topic = placed[problem]
            examples[topic] = (*examples.get(topic, ()), found[problem])
    return Syllabus(
        name=path.name if path else "the problems that interviews ask most",
        book=book,
        view=LearnerView(view.student, view.topics, shifts),
        weights=_shares(counts),
        counts=counts,
        examples=examples,
    )


def _placed(path: Path, book: TopicBook) -> dict[ObjectId, ObjectId]:
    return {problem: place.topic for problem, place in path.places.items() if place.topic in book.names}


async def _most_asked(context: MentorContext, book: TopicBook) -> dict[ObjectId, ObjectId]:
    """Return the problems that are asked most with their main topics."""
    problems = await context.work.shared(Problem).find(
        {}, sort=[("interviewFrequencyScore", -1), ("_id", 1)], limit=_MOST_ASKED
    )
    topics = {problem.id: book.sort_out(problem.topics)[0] for problem in problems}
    return {problem: found[0] for problem, found in topics.items() if found}


async def _known(context: MentorContext) -> set[ObjectId]:
    """Return the problems of which more is known than the student could say: tried, solved or seen elsewhere."""
    tried = await context.work.of(Attempt).references({}, "problemId")
    return tried | await solved_unaided(context) | await seen_problems(context)


def _shares(counts: Mapping[ObjectId, int]) -> dict[ObjectId, float]:
    total = sum(counts.values())
    return {topic: count / total if total else 1 / len(counts) for topic, count in counts.items()}
