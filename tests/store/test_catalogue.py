"""The starter catalogue's facts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from store.catalogue.facts import CatalogueError, RoadmapFact, read_catalogue, shipped_catalogue, topic_aliases

Records = dict[str, list[dict[str, Any]]]


@pytest.fixture
def records() -> Records:
    """Return a small catalogue without mistakes, as the files hold it."""
    topics = [
        {
            "name": name,
            "category": "DSA",
            "description": f"About {name}.",
            "difficulty": "beginner",
            "estimated_hours": 4,
            "prerequisites": needed,
            "related_topics": [],
            "key_concepts": ["one", "two", "three"],
            "aliases": [alias],
        }
        for name, needed, alias in (("Arrays", [], "array"), ("Graphs", ["Arrays"], "graph"))
    ]
    problems: list[dict[str, Any]] = [
        {
            "platform": "leetcode",
            "slug": slug,
            "number": number,
            "title": slug.replace("-", " ").title(),
            "difficulty": "easy",
            "topics": [topic],
            "url": f"https://leetcode.com/problems/{slug}/",
            "interviewFrequencyScore": 50,
        }
        for number, (slug, topic) in enumerate((("two-sum", "Arrays"), ("clone-graph", "Graphs")), start=1)
    ]
    places = [
        {
            "topic": problem["topics"][0],
            "layer": "Foundation",
            "priority": 1,
            "hours": 2,
            "problems": [{"problem": f"leetcode:{problem['slug']}", "importance": "important"}],
        }
        for problem in problems
    ]
    roadmap = {
        "name": "Short",
        "subject": "DSA",
        "category": "dsa",
        "description": "Two problems.",
        "difficultyLevel": "beginner",
        "estimatedDurationDays": 2,
        "targetRole": "junior",
        "topics": places,
    }
    return {"topics": topics, "problems": problems, "roadmaps": [roadmap]}


def mistakes_of(records: Records, folder: Path) -> str:
    """Return what is wrong with a catalogue written to `folder`."""
    for name, rows in records.items():
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(folder)
    return str(caught.value)


def find_roadmap(name: str) -> RoadmapFact:
    """Return the shipped roadmap of a name."""
    return next(roadmap for roadmap in shipped_catalogue().roadmaps if roadmap.name == name)


def placed_problems(name: str) -> list[str]:
    """Return the references of the problems on a shipped roadmap, in their order."""
    return [place.problem for topic in find_roadmap(name).topics for place in topic.problems]


def test_catalogue_size() -> None:
    """At least 95 topics over seven fields, 250 problems and five roadmaps are shipped."""
    catalogue = shipped_catalogue()
    assert len(catalogue.topics) >= 95
    assert {topic.category for topic in catalogue.topics} == {"DSA", "OS", "DBMS", "CN", "OOPs", "ML", "System Design"}
    assert len(catalogue.problems) >= 250
    assert [roadmap.name for roadmap in catalogue.roadmaps] == [
        "PrepMate 75",
        "PrepMate 150",
        "Core Subjects",
        "System Design",
        "Six-Week Plan",
    ]


def test_sizes_of_the_lists() -> None:
    """The list of 75 has 75 problems; that of 150 has 150, all of the 75 but one among them; the plan has about 45."""
    short, long, plan = map(placed_problems, ("PrepMate 75", "PrepMate 150", "Six-Week Plan"))
    assert len(set(short)) == len(short) == 75
    assert len(set(long)) == len(long) == 150
    assert set(short) - set(long) == {"leetcode:combination-sum-iv"}
    assert 40 <= len(plan) <= 50
    assert set(plan) <= {*short, *long}


def test_difficulties_of_the_75() -> None:
    """The well-known set has 19 easy, 49 medium and 7 hard problems."""
    placed = set(placed_problems("PrepMate 75"))
    problems = [problem for problem in shipped_catalogue().problems if problem.reference in placed]
    assert [sum(p.difficulty == level for p in problems) for level in ("easy", "medium", "hard")] == [19, 49, 7]


def test_difficulties_of_the_150() -> None:
    """The well-known set has 28 easy, 101 medium and 21 hard problems."""
    placed = set(placed_problems("PrepMate 150"))
    problems = [problem for problem in shipped_catalogue().problems if problem.reference in placed]
    assert [sum(p.difficulty == level for p in problems) for level in ("easy", "medium", "hard")] == [28, 101, 21]


def test_questions_stand_for_problems() -> None:
    """The roadmaps of core subjects and system design hold every topic of their fields and list no problem."""
    core = [placed.topic for placed in find_roadmap("Core Subjects").topics]
    design = [placed.topic for placed in find_roadmap("System Design").topics]
    fields = {topic.name: topic.category for topic in shipped_catalogue().topics}
    assert sorted(core) == sorted(name for name, field in fields.items() if field in {"OS", "DBMS", "CN", "OOPs"})
    assert set(design) >= {name for name, field in fields.items() if field == "System Design"}
    assert placed_problems("Core Subjects") == placed_problems("System Design") == []


def test_a_week_a_layer() -> None:
    """The six-week plan has six layers, one a week, with six to nine problems each."""
    weeks = Counter(placed.layer for placed in find_roadmap("Six-Week Plan").topics for _ in placed.problems)
    assert list(weeks) == [f"Week {number}" for number in range(1, 7)]
    assert all(6 <= count <= 9 for count in weeks.values())


def test_prerequisites_are_acyclic() -> None:
    """Topics can be studied in an order in which each comes after all it needs."""
    left = {topic.name: set(topic.prerequisites) for topic in shipped_catalogue().topics}
    while left:
        ready = {name for name, needed in left.items() if not needed & left.keys()}
        assert ready, f"a circle among {sorted(left)}"
        left = {name: needed for name, needed in left.items() if name not in ready}


@pytest.mark.parametrize("roadmap", shipped_catalogue().roadmaps, ids=lambda roadmap: roadmap.name)
def test_layers_do_not_interleave(roadmap: RoadmapFact) -> None:
    """A roadmap's layers follow one another: none comes back after another began."""
    layers = [place.layer for place in roadmap.topics]
    first = list(dict.fromkeys(layers))
    assert layers == sorted(layers, key=first.index)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dp", "Dynamic Programming"),
        ("bfs", "Breadth-First Search"),
        ("linked lists", "Linked Lists"),
        ("graph", "Graphs"),
        ("hash table", "Hashing"),
        ("two pointers", "Two Pointers"),
        ("acid", "Transactions and ACID"),
        ("osi model", "Network Layers"),
        ("semaphores", "Process Synchronization"),
        ("lld", "Object-Oriented Design"),
        ("cap theorem", "Consistency and CAP"),
    ],
)
def test_aliases(said: str, meant: str) -> None:
    """Common short forms and plurals lead to their topic."""
    assert topic_aliases()[said] == meant


def test_an_alias_is_no_problem_title(records: Records, tmp_path: Path) -> None:
    """A topic's alias that names one of the problems too is reported; Binary Search alone is both by its own name."""
    titles = {problem.title.lower() for problem in shipped_catalogue().problems}
    assert titles & topic_aliases().keys() == {"binary search"}
    records["topics"][1]["aliases"] = ["clone graph"]
    assert "'clone graph' is the title of a problem and an alias of topic 'Graphs'" in mistakes_of(records, tmp_path)


def test_aliases_cannot_be_changed_for_others() -> None:
    """A caller that changes the aliases it got changes nothing for the next."""
    topic_aliases().clear()
    assert topic_aliases()


def test_one_record_a_line() -> None:
    """Topics and problems are kept one record a line, so that a change shows as one line."""
    folder = Path(__file__).parents[2] / "store" / "catalogue"
    for name in ("topics.json", "problems.json"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        assert lines[0] == "[", name
        assert lines[-1] == "]", name
        assert all(isinstance(json.loads(line.removesuffix(",")), dict) for line in lines[1:-1])


def test_unknown_topics_are_named(records: Records, tmp_path: Path) -> None:
    """A topic that does not exist is reported wherever it is named, all in one error."""
    records["topics"][0]["prerequisites"] = ["Magic"]
    records["problems"][0]["topics"] = ["Arrays", "Luck"]
    records["roadmaps"][0]["topics"][1]["topic"] = "Fate"
    wrong = mistakes_of(records, tmp_path)
    assert "topic 'Arrays' names the unknown topic 'Magic'" in wrong
    assert "problem 'leetcode:two-sum' names the unknown topic 'Luck'" in wrong
    assert "roadmap 'Short' names the unknown topic 'Fate'" in wrong


def test_a_circle_is_named(records: Records, tmp_path: Path) -> None:
    """Prerequisites that lead back to themselves are reported with the way they go."""
    records["topics"][0]["prerequisites"] = ["Graphs"]
    assert "prerequisites go in a circle: " in mistakes_of(records, tmp_path)


def test_duplicates_are_named(records: Records, tmp_path: Path) -> None:
    """A problem, a problem's number, a topic or an alias that is listed twice is reported."""
    records["problems"].append(dict(records["problems"][0]))
    records["topics"][1]["aliases"] = ["array"]
    wrong = mistakes_of(records, tmp_path)
    assert "two problems have the number leetcode 1" in wrong
    assert "problem 'leetcode:two-sum' is listed twice" in wrong
    assert "alias 'array'" in wrong


@pytest.mark.parametrize(
    "url", ["two-sum", "http://leetcode.com/problems/two-sum/", "https://leetcode.com/problems/3sum/"]
)
def test_a_malformed_url_is_named(records: Records, tmp_path: Path, url: str) -> None:
    """A url that is not the problem's own page is reported with the right one."""
    records["problems"][0]["url"] = url
    assert f"malformed url {url!r}; it should be 'https://leetcode.com/problems/two-sum/'" in mistakes_of(
        records, tmp_path
    )


def test_placement_is_checked(records: Records, tmp_path: Path) -> None:
    """A problem that a roadmap places twice, that is unknown, or under a topic it does not practise is reported."""
    first, second = records["roadmaps"][0]["topics"]
    first["problems"] += second["problems"] + [{"problem": "leetcode:nothing", "importance": "important"}]
    second["problems"] = [{"problem": "leetcode:two-sum", "importance": "important"}]
    wrong = mistakes_of(records, tmp_path)
    assert "places 'leetcode:two-sum' twice" in wrong
    assert "names the unknown problem 'leetcode:nothing'" in wrong
    assert "places 'leetcode:clone-graph' under 'Arrays', which it does not practise" in wrong


def test_questions_and_problems_are_not_mixed(records: Records, tmp_path: Path) -> None:
    """A roadmap that lists no problem under a topic of problems, or one under a topic of questions, is reported."""
    records["roadmaps"][0]["topics"][0]["problems"] = []
    assert "must list problems under all topics of DSA and no others; see 'Arrays'" in mistakes_of(records, tmp_path)
    records["topics"][1]["category"] = "OS"
    assert "must list problems under all topics of DSA and no others; see 'Graphs'" in mistakes_of(records, tmp_path)


def test_order_follows_prerequisites(records: Records, tmp_path: Path) -> None:
    """A roadmap that asks for a topic before its prerequisite is reported."""
    records["roadmaps"][0]["topics"].reverse()
    assert "lists 'Graphs' before its prerequisite 'Arrays'" in mistakes_of(records, tmp_path)


def test_a_broken_file_is_named(records: Records, tmp_path: Path) -> None:
    """A wrong value and an unreadable file are reported with the file's name."""
    records["problems"][0]["difficulty"] = "tricky"
    assert "problems.json, 0.difficulty" in mistakes_of(records, tmp_path)
    (tmp_path / "topics.json").write_text("[", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"topics\.json cannot be read"):
        read_catalogue(tmp_path)
