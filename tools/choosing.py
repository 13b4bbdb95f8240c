"""Which problems there are to choose from: the student's roadmap, what is solved, and a topic's review problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from learning.mastery import Difficulty
from learning.planner import Candidate, ReviewChoice, review_problem
from store.catalogue.facts import shipped_catalogue
from store.client import ObjectId, Raw
from store.documents.learner import Attempt
from store.documents.level import SeenProblem
from store.documents.problems import Problem, Submission
from store.documents.roadmaps import Importance, Roadmap, RoadmapTopic, RoadmapTopicProblem, UserRoadmapProgress
from tools.context import MentorContext
from tools.learner import LearnerView, read_difficulties
from tools.topics import TopicBook

LOOKED_AT: Final = 40
"""How many of a topic's problems, the most asked first, are weighed against each other."""

_ROADMAPS: Final = 50
_MOST_ASKED: Final = [("interviewFrequencyScore", -1), ("_id", 1)]


@dataclass(frozen=True)
class Place:
    """A problem's place on the roadmap: the topic it stands under and its number, counted over all topics."""

    topic: ObjectId
    topic_name: str
    layer: str | None
    number: int
    importance: Importance


@dataclass(frozen=True)
class Path:
    """The roadmap that the student follows, where each problem stands on it, in order, and all of its topics."""

    name: str
    places: dict[ObjectId, Place]
    topics: tuple[ObjectId, ...] = ()


async def read_path(context: MentorContext) -> Path | None:
    """Return the roadmap in progress, else the official one that most use, or None where there is none.

    Of several that are used as much, the one that the catalogue lists first.
    """
    shared = context.work.shared
    progress = await context.work.of(UserRoadmapProgress).find_one({"status": "in-progress"}, sort=[("updatedAt", -1)])
    roadmap = await shared(Roadmap).get(progress.roadmap_id) if progress else None
    if roadmap is None:
        published = {"isActive": {"$ne": False}, "isPublished": True}
        best = [("isOfficial", -1), ("usageCount", -1), ("_id", 1)]
        foremost = await shared(Roadmap).find(published, sort=best, limit=_ROADMAPS)
        roadmap = min(foremost, key=_by_use, default=None)
    if roadmap is None:
        return None
    topics = await shared(RoadmapTopic).find(
        {"roadmapId": roadmap.id, "isActive": {"$ne": False}}, sort=[("sequenceNumber", 1), ("_id", 1)]
    )
    placed = await shared(RoadmapTopicProblem).find(
        {"roadmapTopicId": {"$in": [topic.id for topic in topics]}, "isActive": {"$ne": False}},
        sort=[("sequenceNumber", 1), ("_id", 1)],
    )
    return Path(roadmap.name, _places(topics, placed), tuple(topic.topic_id for topic in topics))


def _by_use(roadmap: Roadmap) -> tuple[bool, int, int]:
    names = [fact.name for fact in shipped_catalogue().roadmaps]
    rank = names.index(roadmap.name) if roadmap.name in names else len(names)
    return not roadmap.is_official, -roadmap.usage_count, rank


def _places(topics: Sequence[RoadmapTopic], placed: Sequence[RoadmapTopicProblem]) -> dict[ObjectId, Place]:
    places: dict[ObjectId, Place] = {}
    for topic in topics:
        for item in placed:
            if item.roadmap_topic_id == topic.id and item.problem_id not in places:
                importance = item.importance if item.importance in ("must-solve", "important") else "good-to-solve"
                place = Place(topic.topic_id, topic.topic_name or "", topic.layer_name, len(places) + 1, importance)
                places[item.problem_id] = place
    return places


async def solved_unaided(context: MentorContext) -> set[ObjectId]:
    """Return the problems that the student has ever solved without help, wherever that was recorded."""
    query: Raw = {"solved": True, "hintUsed": {"$ne": True}}
    dated = await context.work.of(Submission).references(query, "problemId")
    return dated | await context.work.of(Attempt).references({"at": None, "outcome": "unaided"}, "problemId")


async def seen_problems(context: MentorContext) -> set[ObjectId]:
    """Return the problems that the student knows from elsewhere."""
    return await context.work.of(SeenProblem).references({}, "problemId")


async def tried_since(context: MentorContext, since: datetime) -> set[ObjectId]:
    """Return the problems that the student has attempted since then."""
    return await context.work.of(Attempt).references({"at": {"$gte": since}}, "problemId")


async def problems_of_topic(
    context: MentorContext, book: TopicBook, topic: ObjectId, query: Raw | None = None
) -> list[Problem]:
    """Return a topic's problems that match `query`, the most asked in interviews first."""
    return await context.work.shared(Problem).find(
        {**(query or {}), "topics": {"$in": book.spellings(topic)}},
        sort=_MOST_ASKED,
        limit=LOOKED_AT,
    )


def weigh(view: LearnerView, book: TopicBook, problem: Problem, difficulty: Difficulty, order: int) -> Candidate:
    """Return a problem outside the roadmap as a candidate; `order` is its place among the others."""
    topics, _ = book.sort_out(problem.topics)
    main = topics[0] if topics else None
    return Candidate(
        problem=str(problem.id),
        predicted=view.predict(topics, difficulty).p,
        order=order,
        topic=book.names[main] if main else "",
        topic_mastery=view.mastery(main) if main else 0.5,
    )


async def choose_review(
    context: MentorContext, view: LearnerView, book: TopicBook, topic: ObjectId, *, done: ObjectId | None = None
) -> tuple[Problem, ReviewChoice] | None:
    """Choose the problem of a topic's next review: the one last failed in it, else an unseen one that fits.

    `done` is the problem that was solved unaided just now, if any, whose attempt is not stored yet.
    """
    return (await choose_reviews(context, view, book, [topic], done=done))[topic]


async def choose_reviews(
    context: MentorContext,
    view: LearnerView,
    book: TopicBook,
    topics: Sequence[ObjectId],
    *,
    done: ObjectId | None = None,
) -> dict[ObjectId, tuple[Problem, ReviewChoice] | None]:
    """Choose as `choose_review` does, for several topics at once."""
    tried = await _attempts_in(context, topics)
    failed: dict[ObjectId, ObjectId] = {}
    for topic, attempts in tried.items():
        last = next((item for item, outcome in attempts.items() if outcome != "unaided" and item != done), None)
        if last is not None:
            failed[topic] = last
    open_topics = [topic for topic in topics if topic not in failed]
    known = await seen_problems(context)
    unseen = await _unseen(context, book, {topic: {*tried[topic], done, *known} for topic in open_topics})
    for topic in open_topics:
        if not tried[topic] and not unseen[topic]:
            # A problem known from elsewhere is the next best thing to a new one.
            unseen |= await _unseen(context, book, {topic: {done}})
    # Where everything was solved once, the oldest solve is the one that is forgotten most.
    oldest = {topic: next(reversed(tried[topic]), done) for topic in open_topics if not unseen[topic]}
    wanted = [item for item in {*failed.values(), *oldest.values()} if item is not None]
    named = {item.id: item for item in await context.work.shared(Problem).find({"_id": {"$in": wanted}})}
    difficulties = await read_difficulties(context, [problem for found in unseen.values() for problem in found])
    chosen: dict[ObjectId, tuple[Problem, ReviewChoice] | None] = {}
    for topic in topics:
        if topic in failed and failed[topic] in named:
            chosen[topic] = named[failed[topic]], ReviewChoice(str(failed[topic]), "last-failed")
        elif unseen.get(topic):
            chosen[topic] = _best_unseen(view, book, unseen[topic], difficulties)
        else:
            last = oldest.get(topic)
            again = named.get(last) if last is not None else None
            chosen[topic] = (again, ReviewChoice(str(again.id), "nearest-difficulty")) if again else None
    return chosen


def _best_unseen(
    view: LearnerView, book: TopicBook, unseen: Sequence[Problem], difficulties: Mapping[ObjectId, Difficulty]
) -> tuple[Problem, ReviewChoice] | None:
    candidates = [weigh(view, book, problem, difficulties[problem.id], i) for i, problem in enumerate(unseen)]
    choice = review_problem(None, candidates)
    problems = {str(problem.id): problem for problem in unseen}
    return (problems[choice.problem], choice) if choice else None


async def _unseen(
    context: MentorContext, book: TopicBook, seen: Mapping[ObjectId, set[ObjectId | None]]
) -> dict[ObjectId, list[Problem]]:
    """Return the problems of each topic without those that were seen, the most asked in interviews first."""
    if not seen:
        return {}
    if len(seen) == 1:
        ((topic, out),) = seen.items()
        return {topic: await problems_of_topic(context, book, topic, {"_id": {"$nin": list(out)}})}
    everywhere = list({problem for out in seen.values() for problem in out})
    found: dict[ObjectId, list[Problem]] = {topic: [] for topic in seen}
    for problem in await context.work.shared(Problem).find({"_id": {"$nin": everywhere}}, sort=_MOST_ASKED):
        for topic in book.sort_out(problem.topics)[0]:
            if topic in found and len(found[topic]) < LOOKED_AT:
                found[topic].append(problem)
    return found


async def _attempts_in(context: MentorContext, topics: Sequence[ObjectId]) -> dict[ObjectId, dict[ObjectId, str]]:
    """Return the last outcome at each problem of each topic, the last attempted first."""
    rows = await context.work.of(Attempt).aggregate(
        {"topicIds": {"$in": list(topics), "$type": "array"}},
        {"$sort": {"at": -1, "_id": -1}},
        {
            "$group": {
                "_id": "$problemId",
                "outcome": {"$first": "$outcome"},
                "at": {"$first": "$at"},
                "topics": {"$first": "$topicIds"},
            }
        },
        {"$sort": {"at": -1, "_id": -1}},
    )
    known = [row for row in rows if isinstance(row["_id"], ObjectId)]
    return {topic: {row["_id"]: row["outcome"] for row in known if topic in row["topics"]} for topic in topics}
