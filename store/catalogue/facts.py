"""The starter catalogue as facts: typed records of the three JSON files beside this module, and their checks.

Everything here is pure: nothing touches the database. Names of topics and references of problems
("leetcode:two-sum") tie the files together; `check_catalogue` finds every loose end at once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z0-9-]+$")]
Alias = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)*$", to_lower=True)]
Level = Literal["beginner", "intermediate", "advanced"]

PRACTISED_BY_SOLVING = "DSA"
"""The category of the topics that problems are about; the other topics are practised with questions."""

_PROBLEM_PAGES = {"leetcode": "https://leetcode.com/problems/{slug}/"}


class CatalogueError(ValueError):
    """The catalogue's files contradict themselves or cannot be read; `mistakes` names every one."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("The catalogue has mistakes: " + "; ".join(self.mistakes))


class Fact(BaseModel):
    """One immutable record; an unknown or mistyped field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


F = TypeVar("F", bound=Fact)


class TopicFact(Fact):
    """A topic. `prerequisites` and `related_topics` are names of other topics; hours are a first estimate."""

    name: Name
    category: Literal["DSA", "OS", "DBMS", "CN", "OOPs", "ML", "System Design"]
    description: Name
    difficulty: Level
    estimated_hours: int = Field(ge=1, le=1000)
    prerequisites: tuple[Name, ...] = ()
    related_topics: tuple[Name, ...] = ()
    key_concepts: tuple[Name, ...] = Field(min_length=3, max_length=6)
    aliases: tuple[Alias, ...] = ()


class ProblemFact(Fact):
    """A problem as its platform lists it: facts only, no text of the problem.

    `number` is the platform's own; the first of `topics` is the one it practises most.
    """

    platform: Literal["leetcode"]
    slug: Slug
    number: int = Field(ge=1)
    title: Name
    difficulty: Literal["easy", "medium", "hard"]
    topics: tuple[Name, ...] = Field(min_length=1)
    url: str
    interview_frequency_score: int = Field(ge=0, le=100, alias="interviewFrequencyScore")
    acceptance_rate: float | None = Field(default=None, ge=0, le=100, alias="acceptanceRate")

    @property
    def reference(self) -> str:
        """Return what names the problem everywhere, such as "leetcode:two-sum"."""
        return f"{self.platform}:{self.slug}"


class PlacedProblem(Fact):
    """A problem's place under a topic of a roadmap; the order in the file is the order to solve them in."""

    problem: Reference
    importance: Literal["must-solve", "important", "good-to-solve"]


class PlacedTopic(Fact):
    """A topic's place in a roadmap: its layer, its priority (1 is the highest) and the hours to plan for it.

    A topic that is practised with questions instead of problems lists none here: its concept cards are its problems.
    """

    topic: Name
    layer: Name
    priority: int = Field(ge=1, le=5)
    hours: int = Field(ge=1, le=1000)
    problems: tuple[PlacedProblem, ...] = ()


class RoadmapFact(Fact):
    """A roadmap: topics in the order of study, every one after its prerequisites."""

    name: Name
    subject: Literal["DSA", "OS", "DBMS", "Networks", "SystemDesign"]
    category: Literal["dsa", "os", "dbms", "networking", "system_design"]
    description: Name
    difficulty_level: Level = Field(alias="difficultyLevel")
    estimated_duration_days: int = Field(ge=1, le=1000, alias="estimatedDurationDays")
    target_role: Literal["junior", "mid-level", "senior", "intern"] = Field(alias="targetRole")
    topics: tuple[PlacedTopic, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    """Everything the catalogue knows, checked."""

    topics: tuple[TopicFact, ...]
    problems: tuple[ProblemFact, ...]
    roadmaps: tuple[RoadmapFact, ...]


@cache
def shipped_catalogue() -> Catalogue:
    """Return the catalogue that comes with the product. Raises: CatalogueError."""
    return read_catalogue(files("store.catalogue"))


def read_catalogue(folder: Traversable) -> Catalogue:
    """Read and check `topics.json`, `problems.json` and `roadmaps.json` in a folder. Raises: CatalogueError."""
    catalogue = Catalogue(
        topics=_read(folder, "topics.json", TypeAdapter(tuple[TopicFact, ...])),
        problems=_read(folder, "problems.json", TypeAdapter(tuple[ProblemFact, ...])),
        roadmaps=_read(folder, "roadmaps.json", TypeAdapter(tuple[RoadmapFact, ...])),
    )
    check_catalogue(catalogue)
    return catalogue


def topic_aliases() -> dict[str, str]:
    """Return every lower-case way to say a topic, its own name included, with the topic's name."""
    topics = shipped_catalogue().topics
    return {said: topic.name for topic in topics for said in _ways_to_say(topic)}


def check_catalogue(catalogue: Catalogue) -> None:
    """Find every loose end. Raises: CatalogueError with all of them."""
    mistakes = [
        *_topic_mistakes(catalogue.topics),
        *_problem_mistakes(catalogue),
        *_roadmap_mistakes(catalogue),
    ]
    if mistakes:
        raise CatalogueError(mistakes)


def _read(folder: Traversable, name: str, records: TypeAdapter[tuple[F, ...]]) -> tuple[F, ...]:
    try:
        return records.validate_python(json.loads(folder.joinpath(name).read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as exc:
        raise CatalogueError([f"{name} cannot be read: {exc}"]) from exc
    except ValidationError as exc:
        wrong = [f"{name}, {'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors()]
        raise CatalogueError(wrong) from exc


def _ways_to_say(topic: TopicFact) -> tuple[str, ...]:
    return (topic.name.lower(), *topic.aliases)


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _topic_mistakes(topics: tuple[TopicFact, ...]) -> Iterator[str]:
    names = {topic.name for topic in topics}
    for name in _repeated(topic.name for topic in topics):
        yield f"topic {name!r} is listed twice"
    for said in _repeated(said for topic in topics for said in _ways_to_say(topic)):
        yield f"the alias {said!r} leads to two topics or is listed twice"
    for topic in topics:
        for other in (*topic.prerequisites, *topic.related_topics):
            if other not in names:
                yield f"topic {topic.name!r} names the unknown topic {other!r}"
            if other == topic.name:
                yield f"topic {topic.name!r} names itself"
    try:
        TopologicalSorter(_prerequisites(topics)).prepare()
    except CycleError as exc:
        yield "prerequisites go in a circle: " + " → ".join(exc.args[1])


def _prerequisites(topics: tuple[TopicFact, ...]) -> Mapping[str, tuple[str, ...]]:
    return {topic.name: topic.prerequisites for topic in topics}


def _problem_mistakes(catalogue: Catalogue) -> Iterator[str]:
    names = {topic.name for topic in catalogue.topics}
    for reference in _repeated(problem.reference for problem in catalogue.problems):
        yield f"problem {reference!r} is listed twice"
    for number in _repeated(f"{problem.platform} {problem.number}" for problem in catalogue.problems):
        yield f"two problems have the number {number}"
    yield from _title_mistakes(catalogue)
    for problem in catalogue.problems:
        page = _PROBLEM_PAGES[problem.platform].format(slug=problem.slug)
        if problem.url != page:
            yield f"problem {problem.reference!r} has the malformed url {problem.url!r}; it should be {page!r}"
        for name in problem.topics:
            if name not in names:
                yield f"problem {problem.reference!r} names the unknown topic {name!r}"
        for name in _repeated(problem.topics):
            yield f"problem {problem.reference!r} names the topic {name!r} twice"


def _title_mistakes(catalogue: Catalogue) -> Iterator[str]:
    titles = [problem.title.lower() for problem in catalogue.problems]
    for title in _repeated(titles):
        yield f"two problems have the title {title!r}"
    for topic in catalogue.topics:
        for alias in set(topic.aliases).intersection(titles):
            yield f"{alias!r} is the title of a problem and an alias of topic {topic.name!r}"


def _roadmap_mistakes(catalogue: Catalogue) -> Iterator[str]:
    for name in _repeated(roadmap.name for roadmap in catalogue.roadmaps):
        yield f"roadmap {name!r} is listed twice"
    for roadmap in catalogue.roadmaps:
        yield from _placement_mistakes(roadmap, catalogue)


def _placement_mistakes(roadmap: RoadmapFact, catalogue: Catalogue) -> Iterator[str]:
    topics = {topic.name: topic for topic in catalogue.topics}
    problems = {problem.reference: problem for problem in catalogue.problems}
    where = f"roadmap {roadmap.name!r}"
    order = [place.topic for place in roadmap.topics]
    for name in _repeated(order):
        yield f"{where} lists the topic {name!r} twice"
    for reference in _repeated(place.problem for topic in roadmap.topics for place in topic.problems):
        yield f"{where} places {reference!r} twice"
    for position, placed in enumerate(roadmap.topics):
        if placed.topic not in topics:
            yield f"{where} names the unknown topic {placed.topic!r}"
            continue
        for needed in topics[placed.topic].prerequisites:
            if needed in order[position:]:
                yield f"{where} lists {placed.topic!r} before its prerequisite {needed!r}"
        yield from _practice_mistakes(where, placed, topics[placed.topic], problems)


def _practice_mistakes(
    where: str, placed: PlacedTopic, topic: TopicFact, problems: Mapping[str, ProblemFact]
) -> Iterator[str]:
    if bool(placed.problems) != (topic.category == PRACTISED_BY_SOLVING):
        yield f"{where} must list problems under all topics of {PRACTISED_BY_SOLVING} and no others; see {topic.name!r}"
    for place in placed.problems:
        if place.problem not in problems:
            yield f"{where} names the unknown problem {place.problem!r}"
        elif topic.name not in problems[place.problem].topics:
            yield f"{where} places {place.problem!r} under {topic.name!r}, which it does not practise"
