"""The ladders of hints: what is shipped, what is found for a problem, and which mistakes are noticed."""

import json
from pathlib import Path
from typing import Any

import pytest

from store.catalogue.facts import Catalogue, CatalogueError, shipped_catalogue
from store.catalogue.hints import ROADMAP, LadderFact, check_hints, hint_ladder, read_hints, shipped_hints

GOOD: dict[str, Any] = {
    "slug": "two-sum",
    "question": "Which partner would complete the number in front of you?",
    "pattern": "A map from value to index answers that in constant time.",
    "outline": "1. Start empty.\n2. Look up what is lacking.\n3. Store the number.\nTime O(n), space O(n).",
}


def _with(**changes: str) -> LadderFact:
    return LadderFact.model_validate(GOOD | changes)


def _mistakes(hint: LadderFact) -> tuple[str, ...]:
    hints = [other for other in shipped_hints() if other.subject != hint.subject]
    try:
        check_hints([*hints, hint], shipped_catalogue())
    except CatalogueError as exc:
        return exc.mistakes
    return ()


def _listed(catalogue: Catalogue) -> list[str]:
    places = [place for roadmap in catalogue.roadmaps if roadmap.name == ROADMAP for place in roadmap.topics]
    return [problem.problem.removeprefix("leetcode:") for place in places for problem in place.problems]


def test_every_listed_problem_has_its_own_rungs() -> None:
    """All 75 problems of the roadmap have a ladder that is not just their topic's."""
    slugs = _listed(shipped_catalogue())
    own = {hint.slug: hint.ladder for hint in shipped_hints() if hint.slug}
    assert len(set(slugs)) == 75
    assert all(hint_ladder(slug, ()) == own[slug] for slug in slugs)


def test_every_problem_of_the_catalogue_has_a_ladder() -> None:
    """A problem without rungs of its own gets those of its first topic."""
    listed = set(_listed(shipped_catalogue()))
    by_topic = {hint.topic: hint.ladder for hint in shipped_hints() if hint.topic}
    for problem in shipped_catalogue().problems:
        if problem.slug not in listed:
            assert hint_ladder(problem.slug, problem.topics) == by_topic[problem.topics[0]]


def test_the_first_topic_with_rungs_counts() -> None:
    """A problem outside the catalogue gets the rungs of the first of its topics that has any, or none at all."""
    assert hint_ladder(None, ("Spreadsheets", "Heaps", "Arrays")) == hint_ladder(None, ("Heaps",))
    assert hint_ladder("no-such-problem", ()) is None
    assert hint_ladder(None, ("DNS",)) is None


def test_no_two_ladders_share_a_rung() -> None:
    """Each rung was written for its own problem or topic."""
    for rungs in zip(*((hint.question, hint.pattern, hint.outline) for hint in shipped_hints()), strict=True):
        assert len(set(rungs)) == len(rungs)


def test_a_sound_ladder_passes() -> None:
    """The example that the following tests spoil has no mistake itself."""
    assert _mistakes(_with()) == ()


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"question": "Would a map from value to index help?"}, "of its pattern"),
        ({"question": "Is it time to look UP what is LACKING?"}, "of its outline"),
        ({"pattern": "A map, to look up what is lacking."}, "of its outline"),
        ({"question": "Would a hash map help?"}, "names the technique: 'hash'"),
        ({"pattern": "1. Use a map."}, "has steps"),
        ({"outline": "1. Start.\n2. Stop.\nTime O(n), space O(n)."}, "3 to 5 numbered steps"),
        ({"outline": "1. Start.\n3. Go on.\n2. Stop.\nTime O(n), space O(n)."}, "3 to 5 numbered steps"),
        ({"outline": "1. Start.\n2. Go on.\n3. Stop.\nIt is fast."}, "not its time and space"),
        ({"outline": "1. Start.\n2. Read a[i].\n3. Stop.\nTime O(n), space O(n)."}, "has code: 'a[i]'"),
        ({"slug": "no-such-problem"}, "unknown problem 'no-such-problem'"),
    ],
)
def test_a_spoiled_ladder_is_noticed(changes: dict[str, str], mistake: str) -> None:
    """A rung that gives a later one away, names the technique too early or has the wrong form is a mistake."""
    assert any(mistake in found for found in _mistakes(_with(**changes)))


def test_the_name_of_a_problem_may_be_said() -> None:
    """A first rung may use a word that the problem's own name uses."""
    assert _mistakes(_with(slug="implement-trie-prefix-tree", question="What does one node of the trie hold?")) == ()


@pytest.mark.parametrize("left_out", [hint.subject for hint in shipped_hints()[::26]])
def test_a_missing_ladder_is_noticed(left_out: str) -> None:
    """Every listed problem and every topic practised by solving must have a ladder."""
    rest = [hint for hint in shipped_hints() if hint.subject != left_out]
    with pytest.raises(CatalogueError, match="has no hints") as raised:
        check_hints(rest, shipped_catalogue())
    assert left_out in str(raised.value)


def test_a_second_ladder_is_noticed() -> None:
    """A problem has one ladder, so that it is clear which one is shown."""
    with pytest.raises(CatalogueError, match="'two-sum' has 2 ladders"):
        check_hints([*shipped_hints(), _with()], shipped_catalogue())


@pytest.mark.parametrize(
    ("record", "mistake"),
    [
        (GOOD | {"topic": "Arrays"}, "either a problem's slug or a topic"),
        ({key: text for key, text in GOOD.items() if key != "slug"}, "either a problem's slug or a topic"),
        (GOOD | {"question": "Think about partners."}, "question"),
        (GOOD | {"question": "W" * 200 + "?"}, "question"),
        (GOOD | {"pattern": "A map. " * 40}, "pattern"),
        (GOOD | {"outline": "1. " + "x" * 600}, "outline"),
        (GOOD | {"extra": "1"}, "extra"),
    ],
)
def test_a_record_of_the_wrong_shape_is_refused(tmp_path: Path, record: dict[str, str], mistake: str) -> None:
    """Reading names the file and the field that is wrong."""
    (tmp_path / "hints.json").write_text(json.dumps([record]), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"hints\.json") as raised:
        read_hints(tmp_path)
    assert mistake in str(raised.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """Without the file the message says which one cannot be read."""
    with pytest.raises(CatalogueError, match=r"hints\.json cannot be read"):
        read_hints(tmp_path)
