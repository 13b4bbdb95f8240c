"""The figures of practising: chances, places, masteries, minutes, hints, notes, the profile."""

from __future__ import annotations

import re
from typing import Final

from tests.fortnight import facts
from tests.fortnight.figures import Shown, percent, rule, say_day

SAID: Final = {"unaided": "solved unaided", "with-help": "solved with help", "stuck": "not solved"}


def tried_in(shown: Shown, topic: str) -> set[str]:
    """Return the problems of a topic with an outcome."""
    return {problem.slug for problem, _ in shown.after.outcomes() if topic in problem.topics}


@rule(r"^(\d+)\. ")
def numbered(match: re.Match[str], shown: Shown) -> list[object]:
    """A list counts its lines."""
    lines = shown.text[: match.start()].split("\n")[:-1]
    above = 0
    for line in reversed(lines):
        if not re.match(r"\d+\. ", line):
            break
        above += 1
    return [above + 1]


@rule(r"(?:would solve (?:it|this one) unaided with a chance of|chance is) (\d+%)")
def chance(match: re.Match[str], shown: Shown) -> list[object]:
    """The chance of an unaided solve."""
    return [percent(shown.after.predict(shown.problem(match)).p)]


@rule(r"number (\d+) of (\d+) on PrepMate 75")
def place(match: re.Match[str], shown: Shown) -> list[object]:
    """A problem's place on the roadmap."""
    places = shown.catalogue.places
    return [places[shown.problem(match).slug][0], len(places)]


@rule(r"your mastery of ([^;.]+) is (\d+%)(, assumed until you try it)?")
def mastery(match: re.Match[str], shown: Shown) -> list[object]:
    """The mastery of a topic, and whether any attempt stands behind it."""
    assumed = [] if shown.after.has_tried(match[1]) else [", assumed until you try it"]
    return [match[1], percent(shown.after.mastery(match[1])), *assumed]


@rule(r"chance of solving that unaided was only (\d+%)")
def was_hard(match: re.Match[str], shown: Shown) -> list[object]:
    """What had been predicted of the problem just tried."""
    return [percent(shown.before.predict(shown.catalogue.problems[shown.tried.problem]).p)]


@rule(r"^- \*\*(.+?)\*\*: mastery (\d+%)(?: → (\d+%)| \(assumed until now: (\d+%)\)); "
      r"comes back on (\d+ \w+) \((.*?)\)$")  # fmt: skip
def changed(match: re.Match[str], shown: Shown) -> list[object]:
    """What an attempt did to a topic, and the interval that its reason names."""
    step = shown.after.steps[match[1]]
    why = match[6]
    if step.interval is not None:
        when = "tomorrow" if step.interval == 1 else f"in {step.interval} days"
        first = "first review" if match[1] not in shown.before.memory else "reviewed"
        recall = percent(shown.after.promised[match[1]])
        why = f"{first}: {re.findall(r': (.*), so', why)[0]}, so your recall falls to {recall} {when}"
    back = f"{step.back.day} {step.back:%b}"
    moved: list[object] = [percent(step.before), percent(step.after)]
    if not shown.before.has_tried(match[1]):
        moved.reverse()
    return [match[1], *moved, back, why]


@rule(r"^✓ (.+) · (solved unaided|solved with help|not solved)(?: in (\S+) min)?(?: · (\d) hints? shown)?"
      r" · next revision of (.+?) (\d+ \w+|today|tomorrow) · undo$")  # fmt: skip
def attempt(match: re.Match[str], shown: Shown) -> list[object]:
    """An attempt's receipt: its minutes, the hints it had, and what comes back first."""
    done = shown.after.attempts[-1]
    day = min(step.back for step in shown.after.steps.values())
    first = [topic for topic, step in shown.after.steps.items() if step.back == day]
    said: list[object] = [done.problem.title, SAID[done.outcome]]
    said += [] if done.minutes is None else [f"{done.minutes:.3g}"]
    said += [shown.after.hints] if shown.after.hints else []
    return [*said, " and ".join(first), say_day(day, shown.today)]


@rule(r"^✓ undone: (.+) · (solved unaided|solved with help|not solved)$")
def undone(match: re.Match[str], shown: Shown) -> list[object]:
    """What was taken back is the last attempt."""
    last = shown.before.attempts[-1]
    assert last not in shown.after.attempts
    return [last.problem.title, SAID[last.outcome]]


@rule(r"(?:Hint|hint) (\d) of (\d)")
def rung(match: re.Match[str], shown: Shown) -> list[object]:
    """Which rung was shown, of three."""
    assert shown.line is not None
    assert isinstance(shown.line.fact, facts.Hinted)
    return [shown.after.rungs[shown.line.fact.problem], 3]


@rule(r"It's note (\d+), and")
def note_number(match: re.Match[str], shown: Shown) -> list[object]:
    """A new note's number."""
    return [len(shown.after.notes)]


@rule(r"You have (\d+) notes? on")
def notes(match: re.Match[str], shown: Shown) -> list[object]:
    """How many notes there are: the script's are all about stacks."""
    return [len(shown.after.notes)]


@rule(r"^- \*\*(\d+)\*\* (.+?): (push .+)$")
def note(match: re.Match[str], shown: Shown) -> list[object]:
    """A note in the list of notes."""
    found = shown.after.notes[int(match[1]) - 1]
    return [match[1], shown.catalogue.problems[found.problem].title, found.text]


@rule(r"`delete note (\d+)`")
def delete_note(match: re.Match[str], shown: Shown) -> list[object]:
    """The example names the first note."""
    return [1]


@rule(r"That leaves (\d+) days")
def days_left(match: re.Match[str], shown: Shown) -> list[object]:
    """Days until the interview."""
    assert shown.after.told is not None
    return [(shown.after.told.interview - shown.today).days]


@rule(r"^✓ profile · interview (.+?) · (\d+) min a day")
def profile(match: re.Match[str], shown: Shown) -> list[object]:
    """What was told about the interview and the time."""
    assert shown.after.told is not None
    return [say_day(shown.after.told.interview, shown.today), shown.after.told.minutes]


@rule(r"^- Interview: (.+?) \((\d+) days left\)$")
def interview(match: re.Match[str], shown: Shown) -> list[object]:
    """When the interview is."""
    told = shown.after.told
    assert told is not None
    return [say_day(told.interview, shown.today), (told.interview - shown.today).days]


@rule(r"^- Time: (\d+) minutes a day$")
def minutes_a_day(match: re.Match[str], shown: Shown) -> list[object]:
    """The minutes a day."""
    assert shown.after.told is not None
    return [shown.after.told.minutes]


@rule(r"medium problem of (.+?) unaided with a chance of (\d+%)\. You tried (\d+) problems? and solved (\d+) unaided")
def how_good(match: re.Match[str], shown: Shown) -> list[object]:
    """How good the student is at a topic, and on what that rests."""
    tried = tried_in(shown, match[1])
    return [match[1], percent(shown.after.mastery(match[1])), len(tried), len(tried & shown.after.solved())]


@rule(r"medium problem of (?P<topic>.+?) unaided .*?The trend is (\w+)\.")
def trend(match: re.Match[str], shown: Shown) -> list[object]:
    """Whether the last attempts went better or worse than predicted."""
    return [match[1], shown.after.trend(match[1])]


@rule(r"medium problem of (.+?) unaided .*?The chance that you remember it now is (\d+%)\.")
def remembered(match: re.Match[str], shown: Shown) -> list[object]:
    """The chance that a topic is remembered."""
    return [match[1], percent(shown.after.recall(match[1], shown.at))]


@rule(r"medium problem of (.+?) unaided .*?Next revision: (.+?)\.$")
def next_revision(match: re.Match[str], shown: Shown) -> list[object]:
    """When a topic comes back."""
    return [match[1], say_day(shown.after.memory[match[1]].day, shown.today)]


@rule(r"^- (you overall|this topic): ([+-]\d+) points")
def points(match: re.Match[str], shown: Shown) -> list[object]:
    """What the student overall and the topic add to a mastery."""
    topic = re.findall(r"medium problem of (.+?) unaided", shown.text)[0]
    you, within = shown.after.points(topic)
    return [match[1], f"{round(you if match[1] == 'you overall' else within, 1):+.0f}"]


@rule(r"^- (.+?): (\d+%) \((\d+) of (\d+) unaided\)$")
def standing(match: re.Match[str], shown: Shown) -> list[object]:
    """A topic among the strongest and the weakest."""
    tried = tried_in(shown, match[1])
    return [match[1], percent(shown.after.mastery(match[1])), len(tried & shown.after.solved()), len(tried)]


@rule(r"Not practised yet: (\d+) topics")
def unpractised(match: re.Match[str], shown: Shown) -> list[object]:
    """The topics that were never tried."""
    return [shown.catalogue.topics - len(shown.after.tried_topics())]
