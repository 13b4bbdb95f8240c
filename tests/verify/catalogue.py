"""Is the catalogue whole? Reads its files as plain JSON, without the product's own checks, and holds them together.

`python -m tests.verify catalogue [--folder FOLDER]`. Prints one JSON line: how much there is and how many violations
of each kind; then the violations. Exits 1 if there is one, a missing file included.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from store.catalogue.cards import check_cards, read_cards
from store.catalogue.facts import CatalogueError, read_catalogue
from store.catalogue.hints import check_hints, read_hints
from store.catalogue.records import derive_id

NAMES = ("topics", "problems", "roadmaps", "cards", "hints")
LIST = "PrepMate 75"
RUNGS = ("question", "pattern", "outline")
WITH_PROBLEMS = "DSA"
LEAST = {"topics": 90, "problems": 250, "roadmaps": 5}
_TELLING = 5
"""Words from which a sentence of a later rung that stands in an earlier one gives it away."""

Records = dict[str, list[dict[str, Any]]]
Violations = dict[str, list[str]]


def main(argv: list[str]) -> int:
    """Verify the shipped catalogue or the one in a folder; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify catalogue", description=__doc__)
    parser.add_argument("--folder", type=Path, help="another folder with the five files")
    options = parser.parse_args(argv)
    figures, violations = verify(options.folder or files("store.catalogue"))
    print(json.dumps({**figures, **{kind: len(found) for kind, found in violations.items()}}))
    for kind, found in violations.items():
        for violation in found:
            print(f"{kind}: {violation}", file=sys.stderr)
    return 1 if any(violations.values()) else 0


def verify(folder: Traversable) -> tuple[dict[str, int], Violations]:
    """Return how much the catalogue in a folder has of everything, and what is wrong with it, by kind."""
    records: Records = {}
    missing: list[str] = []
    for name in NAMES:
        path = folder.joinpath(f"{name}.json")
        records[name] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        if not path.is_file():
            missing.append(f"{name}.json")
    if set(missing) & {f"{name}.json" for name in NAMES[:3]}:
        return _count(records), {"missing": missing}
    few = [f"{len(records[name])} of {least} {name}" for name, least in LEAST.items() if len(records[name]) < least]
    violations = {
        "missing": missing + few,
        "ids_repeated": [*_repeated_ids(records)],
        "names_ambiguous": [*_ambiguous_names(records)],
        "urls_malformed": [*_malformed_urls(records)],
        "prerequisites_circular": _circle(records),
        "topics_unknown": [*_unknown_topics(records)],
        "roadmaps_unresolved": [*_unresolved(records)],
        "topics_without_questions": [*_without_questions(records)] if records["cards"] else [],
        "rungs_missing": [*_missing_rungs(records)] if records["hints"] else [],
        "rungs_leaking": [*_leaking_rungs(records)],
        "refused_by_product": _refusals(folder, missing),
    }
    return _count(records), violations


def _count(records: Records) -> dict[str, int]:
    kinds = Counter(card["kind"] for card in records["cards"])
    return {
        **{name: len(records[name]) for name in NAMES},
        "concept_cards": kinds["concept"],
        "recall_cards": kinds["recall"],
        "placed": sum(len(stop.get("problems", ())) for roadmap in records["roadmaps"] for stop in roadmap["topics"]),
        "listed": len(_listed(records)),
    }


def _listed(records: Records) -> list[str]:
    """Return the slugs of the problems on the list of 75."""
    stops = [stop for roadmap in records["roadmaps"] if roadmap["name"] == LIST for stop in roadmap["topics"]]
    return [place["problem"].partition(":")[2] for stop in stops for place in stop["problems"]]


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _references(records: Records) -> list[str]:
    concepts = [card for card in records["cards"] if card["kind"] == "concept"]
    return [f"{p['platform']}:{p['slug']}" for p in records["problems"]] + [f"internal:{c['slug']}" for c in concepts]


def _repeated_ids(records: Records) -> Iterator[str]:
    """Yield what is there twice: every document's key and id, and every number, card and ladder."""
    keys = [f"topic:{topic['name']}" for topic in records["topics"]] + _references(records)
    for roadmap in records["roadmaps"]:
        where = f"roadmap:{roadmap['name']}"
        keys += [where, *(f"{where}/{stop['topic']}" for stop in roadmap["topics"])]
        placed = [place["problem"] for stop in roadmap["topics"] for place in stop.get("problems", ())]
        yield from (f"{where}: {reference}" for reference in _repeated(placed))
    yield from _repeated(keys)
    ids = defaultdict(set)
    for key in keys:
        ids[derive_id(key)].add(key)
    yield from (f"one id for {sorted(same)}" for same in ids.values() if len(same) > 1)
    yield from _repeated(f"{problem['platform']} {problem['number']}" for problem in records["problems"])
    yield from _repeated(f"card {card['slug']}" for card in records["cards"])
    yield from _repeated(f"hints of {hint.get('slug') or hint['topic']}" for hint in records["hints"])


def _ambiguous_names(records: Records) -> Iterator[str]:
    """Yield what could mean two things; a topic may have a problem's title for its name, never for an alias."""
    said = [name.lower() for topic in records["topics"] for name in (topic["name"], *topic["aliases"])]
    yield from _repeated(said)
    titles = [problem["title"].lower() for problem in records["problems"]]
    yield from _repeated(titles)
    yield from set(titles) & {alias for topic in records["topics"] for alias in topic["aliases"]}


def _malformed_urls(records: Records) -> Iterator[str]:
    for problem in records["problems"]:
        parts = urlsplit(problem["url"])
        if (parts.scheme, parts.netloc, parts.path, parts.query, parts.fragment) != (
            "https", "leetcode.com", f"/problems/{problem['slug']}/", "", "",
        ):  # fmt: skip
            yield problem["url"]
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem["slug"]):
            yield problem["slug"]


def _circle(records: Records) -> list[str]:
    """Return the topics that cannot be reached by learning prerequisites first."""
    left = {topic["name"]: set(topic["prerequisites"]) for topic in records["topics"]}
    while ready := [name for name, needed in left.items() if not needed & left.keys()]:
        for name in ready:
            del left[name]
    return sorted(left)


def _unknown_topics(records: Records) -> Iterator[str]:
    known = {topic["name"] for topic in records["topics"]}
    named = [(topic["name"], name) for topic in records["topics"] for name in topic["prerequisites"]]
    named += [(topic["name"], name) for topic in records["topics"] for name in topic["related_topics"]]
    named += [(problem["slug"], name) for problem in records["problems"] for name in problem["topics"]]
    named += [(problem["slug"], "no topic") for problem in records["problems"] if not problem["topics"]]
    named += [(card["slug"], card["topic"]) for card in records["cards"]]
    named += [("hints", hint["topic"]) for hint in records["hints"] if hint.get("topic")]
    yield from (f"{who} names {name}" for who, name in named if name not in known)


def _unresolved(records: Records) -> Iterator[str]:
    """Yield every stop of a roadmap that leads nowhere or comes too early."""
    topics = {topic["name"]: topic for topic in records["topics"]}
    problems = {f"{problem['platform']}:{problem['slug']}": problem for problem in records["problems"]}
    for roadmap in records["roadmaps"]:
        order = [stop["topic"] for stop in roadmap["topics"]]
        for position, stop in enumerate(roadmap["topics"]):
            topic, where = topics.get(stop["topic"]), f"{roadmap['name']}, {stop['topic']}"
            if topic is None:
                yield f"{where}: no such topic"
                continue
            yield from (f"{where}: before {name}" for name in topic["prerequisites"] if name in order[position:])
            places = stop.get("problems", [])
            if (topic["category"] == WITH_PROBLEMS) != bool(places):
                yield f"{where}: {len(places)} problems"
            for place in places:
                if topic["name"] not in problems.get(place["problem"], {"topics": ()})["topics"]:
                    yield f"{where}: {place['problem']} is not about it or not there"
    if len(set(_listed(records))) != 75:
        yield f"{LIST} has {len(set(_listed(records)))} problems"


def _without_questions(records: Records) -> Iterator[str]:
    """Yield topics without three recall cards and, where no problem is about them, without concept cards."""
    counts = Counter((card["topic"], card["kind"]) for card in records["cards"])
    for topic in records["topics"]:
        if counts[topic["name"], "recall"] != 3:
            yield f"{topic['name']} has {counts[topic['name'], 'recall']} recall cards"
        if topic["category"] != WITH_PROBLEMS and not counts[topic["name"], "concept"]:
            yield f"{topic['name']} has no concept card"


def _missing_rungs(records: Records) -> Iterator[str]:
    own = {hint["slug"]: hint for hint in records["hints"] if hint.get("slug")}
    of_topics = {hint["topic"] for hint in records["hints"] if hint.get("topic")}
    for slug in _listed(records):
        if not all(str(own.get(slug, {}).get(rung, "")).strip() for rung in RUNGS):
            yield slug
    for problem in records["problems"]:
        if problem["slug"] not in own and not of_topics & set(problem["topics"]):
            yield f"{problem['slug']}: neither its own nor of its topics"


def _leaking_rungs(records: Records) -> Iterator[str]:
    for hint in records["hints"]:
        for earlier, later in combinations(RUNGS, 2):
            shown = f" {_words(hint[earlier])} "
            sentences = [_words(part) for part in re.split(r"[.;:?!\n]", hint[later])]
            told = [part for part in sentences if part.count(" ") >= _TELLING - 1 and f" {part} " in shown]
            if _words(hint[later]) in shown or told:
                yield f"{hint.get('slug') or hint['topic']}: the {earlier} says {told or 'all'} of the {later}"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _refusals(folder: Traversable, missing: list[str]) -> list[str]:
    """Return what the product itself finds wrong when it reads the files."""
    try:
        catalogue = read_catalogue(folder)
    except CatalogueError as exc:
        return [*exc.mistakes]
    mistakes: list[str] = []
    if "cards.json" not in missing:
        mistakes += _mistakes_of(lambda: check_cards(read_cards(folder), catalogue.topics))
    if "hints.json" not in missing:
        mistakes += _mistakes_of(lambda: check_hints(read_hints(folder), catalogue))
    return mistakes


def _mistakes_of(check: Callable[[], None]) -> tuple[str, ...]:
    try:
        check()
    except CatalogueError as exc:
        return exc.mistakes
    return ()
