"""Results in words, one function each; every figure is the result's. A receipt's own line is shown beside this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from agents.coach import checks, code
from agents.coach.account_wording import ACCOUNT_WORDS
from agents.coach.dialogue import GUESS
from agents.coach.import_wording import IMPORT_WORDS
from agents.coach.intents import BY_NAME, INTENTS, Request
from agents.coach.level_wording import LEVEL_WORDS, NEXT, tell_level
from agents.coach.named import ask_which, titles_in
from agents.coach.outcomes import Outcome, Refusal
from agents.coach.overview import word_plan, word_progress
from agents.coach.questions import (
    AGAIN,
    CHOOSE,
    IMPORT_YES,
    INTRODUCE,
    REVISE_ONE,
    START_IT,
    START_ONE,
    WHAT_LIST,
    WHICH_DAY,
    WHICH_SOLVED,
    number_lines,
)
from agents.coach.reminder_wording import REMINDER_WORDS
from agents.coach.revision_wording import REVISION_WORDS, link
from agents.coach.slots import slot_of
from agents.coach.study import bullets, one_line, tell_hint, tell_note, tell_notes
from agents.coach.talk import NOT_UNDERSTOOD
from tools.arguments import name_some
from tools.context import Result
from tools.dates import say_day
from tools.hints import HintReceipt
from tools.mastery import MasteryExplanation, MasteryOverview, TopicMastery
from tools.notes import NoteList, NoteReceipt
from tools.placement import PlacementReceipt
from tools.planning import TodayPlan
from tools.practice import NONE_STARTED, AttemptReceipt, StartReceipt, TopicChange
from tools.problems import ProblemBrief, ProblemMatches
from tools.profile import Profile, ProfileReceipt
from tools.progress import Progress
from tools.proposals import SeenReceipt
from tools.repeats import SAID as REPEATS
from tools.revision import DueRevision, DueRevisions
from tools.suggestion import NextProblem
from tools.tasklist import TaskBrief
from tools.tasks import TaskList, TaskReceipt
from tools.undo import UndoReceipt

UNREADABLE = "That went through, but I can't read what came back. Please ask again."
_SHOWN: Final = 3
_ASKS_AFTER: Final = {"preview_import": WHAT_LIST, "adjust_import": IMPORT_YES, "confirm_import": IMPORT_YES}
"""What is asked again after a refusal, so that the next message is understood."""
_UNKNOWN: Final = {
    "target_date": "when your interview is",
    "minutes_per_day": "how many minutes a day you have",
    "time_zone": "which city or time zone you are in",
}


def follow_up(outcomes: Sequence[Outcome]) -> Request | None:
    """Return the one more call that a result asks for, if any."""
    last = outcomes[-1]
    if (checked := checks.find_check(outcomes)) and not last.refusal:
        return checks.look_further(checked, last)
    if last.refusal and last.verb == "add_task" and "problem" in last.arguments:
        # What looked like a problem's name was none; the task is wanted all the same.
        return Request(BY_NAME["task"], {name: said for name, said in last.arguments.items() if name != "problem"})
    if last.refusal and last.refusal.sentence.startswith(NONE_STARTED):
        # The problems that it may have been are listed.
        return Request(BY_NAME["plan"], code.LOOK)
    if last.refusal and last.verb == "next_problem" and "topic" in last.arguments:
        # "Give me two sum" names a problem where a topic was looked for.
        return Request(BY_NAME["find"], {"query": last.arguments["topic"], **GUESS})
    if last.refusal and last.verb == "add_note" and "problem" in last.arguments:
        # What is no problem may be a topic.
        about = {"topic": last.arguments["problem"], "text": last.arguments["text"]}
        return Request(BY_NAME["note"], about)
    if isinstance(last.result, SeenReceipt) and last.result.proposed:
        return Request(BY_NAME["another"], {"instead": "another"})
    if isinstance(last.result, PlacementReceipt) and last.result.answered and not (last.result.ask or last.result.left):
        return Request(BY_NAME["next"], {})
    if isinstance(last.result, AttemptReceipt) and last.result.first_ever:
        return Request(BY_NAME["profile"], {})
    return None


def tell(outcomes: Sequence[Outcome]) -> str:
    """Return the answer to a turn whose calls have come back."""
    last = outcomes[-1]
    attempt = next((one.result for one in outcomes if isinstance(one.result, AttemptReceipt)), None)
    if attempt and last.verb == "get_profile":
        missing = last.result.missing if isinstance(last.result, Profile) else ()
        return f"{_changes(attempt)}\n\n{_introduce(missing) or NEXT}"
    placed = next((one for one in outcomes if isinstance(one.result, PlacementReceipt)), None)
    if placed and isinstance(placed.result, PlacementReceipt) and isinstance(last.result, NextProblem):
        level = tell_level(placed.result, stopped=placed.arguments.get("answer") == "stop")
        return f"{level}\n\nYour first problem at that level: {word(last.result)}"
    if last.refusal:
        return refuse(_better(outcomes))
    if (checked := checks.find_check(outcomes)) and not isinstance(last.result, TaskReceipt):
        return checks.tell(checked)
    if isinstance(last.result, ProblemMatches) and GUESS.items() <= last.arguments.items() and not last.result.exact:
        return refuse(outcomes[-2]) if len(outcomes) > 1 else NOT_UNDERSTOOD
    return word(last.result) if last.result is not None else UNREADABLE


def _better(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the refusal to tell: of a name that is neither a problem nor a topic, the one with choices."""
    last = outcomes[-1]
    tried = [one for one in outcomes if one.verb == last.verb == "add_note" and one.refusal and one.refusal.choices]
    return tried[0] if tried else last


def word(result: Result) -> str:
    """Return a result in words."""
    return _WORDS[type(result)](result)


def refuse(outcome: Outcome) -> str:
    """Return why nothing was done, with what could be said instead."""
    refusal = outcome.refusal or Refusal(UNREADABLE)
    intent = next((one for one in INTENTS if outcome.verb in {one.verb, one.bare_verb}), None)
    if outcome.verb in _ASKS_AFTER and not refusal.final:
        return f"{refusal.sentence} {_ASKS_AFTER[outcome.verb].text}"
    if refusal.final or intent is None or refusal.sentence.startswith("I can't take that"):
        return refusal.sentence
    if outcome.verb == "record_attempt" and (several := titles_in(str(outcome.arguments.get("problem", "")))):
        return ask_which(several)
    if refusal.sentence.startswith(NONE_STARTED):
        return f"No problem is started, so I need its title or link. {WHICH_SOLVED.text}"
    if slot_of(Request(intent, outcome.arguments)) is None or refusal.sentence.endswith(WHICH_DAY.text):
        return refusal.sentence
    if not refusal.choices:
        return f"{refusal.sentence} {AGAIN.text}"
    if all(choice.isdecimal() for choice in refusal.choices):
        return f"{refusal.sentence.removesuffix(' Say its number.')}\n\n{CHOOSE.text}"
    # The list says the alternatives; the sentence need not.
    sentence = refusal.sentence.split(" Did you mean ")[0]
    return f"{sentence}\n\n{number_lines(refusal.choices)}\n\n{CHOOSE.text}"


def _next(result: NextProblem) -> str:
    if result.problem is None:
        return f"{result.why} Try another topic or difficulty, or see `whats due`."
    running = f"**{result.running}** is still running; tell me how it went when you're done. " if result.running else ""
    return f"{_line(result.problem)}\n\n{result.why}\n\n{running}{_OTHERS} {START_IT.text}"


_OTHERS: Final = "Rather not this one: say `another`, `easier`, `harder` or `seen it`."


def _start(result: StartReceipt) -> str:
    clock = "The clock is running on" if result.undo_label else "It was running already:"
    how = "When you're done, tell me how it went: `done, took 20 minutes, needed a hint`; `hint` gives you one."
    if not result.notes:
        return f"{clock} {link(result.problem)}. {how}"
    return f"{clock} {link(result.problem)}. Your notes:\n\n{bullets(result.notes)}\n\n{how}"


def _attempt(result: AttemptReceipt) -> str:
    return f"{_changes(result)}\n\n{NEXT}"


def _changes(result: AttemptReceipt) -> str:
    lines = [_change(change) for change in result.topics[:_SHOWN]]
    if len(result.topics) > _SHOWN:
        lines.append(f"- and {len(result.topics) - _SHOWN} more")
    if result.skipped_topics:
        lines.append(f"- {name_some(list(result.skipped_topics))}: not a topic I track, so nothing changed there")
    return "\n".join([_opening(result), *([""] if lines else []), *lines])


def _opening(result: AttemptReceipt) -> str:
    if result.corrected:
        count = "1 hint" if result.hints == 1 else f"{result.hints} hints"
        return f"Well done! You saw {count} for it, so I recorded it as solved with help."
    if result.outcome == "stuck":
        return "That happens to everyone, and now I know what to bring back soon."
    if result.outcome == "with-help":
        return "Good, solving with help is how it gets learned."
    if round(result.predicted, 2) < 0.5:
        return f"Well done! Your chance of solving that unaided was only {result.predicted:.0%}."
    return "Nice, all by yourself."


def _change(change: TopicChange) -> str:
    day = date.fromisoformat(change.next_revision)
    year = f" {day.year}" if change.interval_days >= 300 else ""
    moved = f"mastery {change.mastery_before:.0%} → {change.mastery_after:.0%}"
    if change.assumed:  # by which nobody lost anything
        moved = f"mastery {change.mastery_after:.0%} (assumed until now: {change.mastery_before:.0%})"
    return f"- **{change.topic}**: {moved}; comes back on {day.day} {day:%b}{year} ({change.why})"


def _undo(_: UndoReceipt) -> str:
    return "Everything is as it was before. If it only needs correcting, tell me how it really was."


def _explain(result: MasteryExplanation) -> str:
    told = [term for term in result.terms if round(term.points)]
    terms = [f"- {term.name}: {term.points:+.0f} points ({term.words})" for term in told]
    return "\n".join(
        [result.words, "", *terms, *([""] if terms else []), f"To work on it: `give me a problem on {result.topic}`."]
    )


def _overview(result: MasteryOverview) -> str:
    if not result.practised:
        return (
            "You haven't logged any problem yet, so there is nothing to say about your topics. "
            "Say `give me one`, or tell me what you solved: `i solved two sum alone in 20 min`. "
            "`place me` finds your level in five taps."
        )
    shown = [*result.strongest, *reversed(result.weakest)]
    if len({f"{topic.mastery:.0%}" for topic in shown}) == 1:
        # Nothing is stronger or weaker than the rest.
        lines = ["**So far**", "", *map(_topic, shown)]
    else:
        lines = ["**Strongest**", "", *map(_topic, result.strongest)]
        lines += ["", "**Weakest**", "", *map(_topic, result.weakest)]
    weakest = (result.weakest or result.strongest)[0].topic
    return "\n".join(
        [*lines, "", f"Not practised yet: {result.unpractised} topics. To know more: `how good am i at {weakest}`."]
    )


def _topic(topic: TopicMastery) -> str:
    return f"- {topic.topic}: {topic.mastery:.0%} ({topic.solved} of {topic.attempted} unaided)"


def _due(result: DueRevisions) -> str:
    due = result.due
    ahead = [f"{item.topic} {_day(item.due, result.today)}" for item in result.upcoming]
    coming = f"Next: {', '.join(ahead)}." if ahead else ""
    if result.paused_until:
        waiting = f" {result.total_due} wait." if result.total_due else ""
        day = _day(result.paused_until, result.today)
        return f"Your revisions are paused until {day}.{waiting} Say `resume revisions` to go on now."
    if not result.total_due:
        return f"Nothing is due today. {coming or 'Topics come up for revision once you have logged problems.'} {NEXT}"
    if not due:
        return (
            f"You did the {result.daily_cap} revisions of today. {result.total_due} more are due and can wait; "
            "say `revise` for another one, or `help me catch up` to spread them."
        )
    count = "One revision is due" if result.total_due == 1 else f"{result.total_due} revisions are due"
    more = f", the most urgent {len(due)} first" if result.total_due > len(due) else ""
    left = f"{result.left_out} left out for today: you do at most {result.daily_cap} a day." if result.left_out else ""
    lines = number_lines(map(_revision, due))
    return "\n\n".join(part for part in (f"{count}{more}:", lines, left, coming, REVISE_ONE.text) if part)


def _revision(item: DueRevision) -> str:
    late = "today" if item.days_overdue == 0 else f"{_days(item.days_overdue)} overdue"
    recall = f", {item.retention:.0%} chance that you remember it" if item.retention is not None else ""
    problem = f": {link(item.problem)}" if item.problem else ""
    note = f" (your note: “{one_line(item.notes[0])}”)" if item.notes else ""
    return f"{item.topic} ({late}{recall}){problem}{note}"


def _find(result: ProblemMatches) -> str:
    if not result.matches:
        return f"There is no such problem in the catalogue. {AGAIN.text}"
    if result.exact or len(result.matches) == 1:
        return f"{_line(result.matches[0])}\n\n{START_IT.text}"
    return f"These come closest:\n\n{number_lines(map(_line, result.matches))}\n\n{START_ONE.text}"


def _task(result: TaskReceipt) -> str:
    task = result.task
    if result.change == "completed":
        again = f" It comes again on {_weekday(result.next_due)}." if result.next_due else ""
        return f"One less to do!{again} `my tasks` shows what is left."
    if result.change == "deleted":
        return "It's off your list. `my tasks` shows what is left."
    if result.change == "moved":
        return f"It's number {task.number} on your list now."
    day = ", from its day on" if task.due else ""
    itself = f" It ticks itself off when you log {task.problem}{day}." if task.problem else ""
    again = " Each time you finish it, it comes again." if task.repeat else ""
    return (
        f"It's number {task.number} on your list.{itself}{again} Say `done with task {task.number}` when it's finished."
    )


def _tasks(result: TaskList) -> str:
    kind = "" if result.status == "all" else f"{result.status} "
    if not result.tasks:
        return f"You have no {kind}tasks. Add one: `add a task: review heaps by friday`."
    count = f"1 {kind}task" if result.total == 1 else f"{result.total} {kind}tasks"
    lines = [_task_line(task, result.today) for task in result.tasks]
    if result.total > len(lines):
        lines.append(f"- and {result.total - len(lines)} more")
    first = next((task.number for task in result.tasks if task.number), None)
    closing = ["", f"Say `done with task {first}` when it's finished."] if first else []
    return "\n".join([f"You have {count}:", "", *lines, *closing])


def _task_line(task: TaskBrief, today: str) -> str:
    number = f"**{task.number}** " if task.number else "✓ "
    late = " (overdue)" if task.status == "overdue" else ""
    due = f" · due {_day(task.due, today)}{late}" if task.due else ""
    minutes = f" · {task.minutes:g} min" if task.minutes is not None else ""
    again = f" · {REPEATS[task.repeat]}" if task.repeat else ""
    return f"- {number}{' '.join(task.title.split())}{due}{again}{minutes}"


def _profile(result: Profile) -> str:
    lines = [f"- Name: {result.name}"]
    if result.target_date:
        lines.append(f"- Interview: {_day(result.target_date, result.today)}{_left(result.days_left)}")
    if result.minutes_per_day is not None:
        lines.append(f"- Time: {result.minutes_per_day} minutes a day")
    if result.time_zone_known:
        lines.append(f"- Time zone: {result.time_zone}")
    if result.target_companies:
        lines.append(f"- Companies: {', '.join(result.target_companies)}")
    closing = _introduce(result.missing) or "Tell me when something changes: `my interview is on 3 march`."
    return "\n".join(["This is what I know about you:", "", *lines, "", closing])


def _changed(result: ProfileReceipt) -> str:
    if not result.changed:
        return "That is what I had already."
    left = result.profile.days_left
    days = f"That leaves {_days(left)}. " if "target_date" in result.changed and left is not None and left > 0 else ""
    if result.offers_reminder:
        return f"Noted. {days}I can bring you what is due every day: say when, such as `remind me at 8`."
    return f"Noted. {days}{_introduce(result.profile.missing) or NEXT}"


def _introduce(missing: Sequence[str]) -> str:
    """Return the one line that asks for what is not known about the student; "" when everything is."""
    unknown = [words for name, words in _UNKNOWN.items() if name in missing]
    return f"To plan around you I'd like to know {name_some(unknown)}. {INTRODUCE.text}" if unknown else ""


def _line(problem: ProblemBrief) -> str:
    return " · ".join([link(problem), problem.difficulty, *([", ".join(problem.topics)] if problem.topics else [])])


def _day(day: str, today: str) -> str:
    return say_day(date.fromisoformat(day), date.fromisoformat(today))


def _weekday(day: str) -> str:
    return f"{date.fromisoformat(day):%A %-d %b}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _left(days: int | None) -> str:
    return f" ({_days(days)} left)" if days is not None and days > 0 else ""


_WORDS: Final[dict[type[Result], Callable[[Any], str]]] = {
    Profile: _profile,
    ProfileReceipt: _changed,
    ProblemMatches: _find,
    NextProblem: _next,
    **LEVEL_WORDS,
    StartReceipt: _start,
    AttemptReceipt: _attempt,
    UndoReceipt: _undo,
    MasteryExplanation: _explain,
    MasteryOverview: _overview,
    DueRevisions: _due,
    **REVISION_WORDS,
    TaskList: _tasks,
    TaskReceipt: _task,
    HintReceipt: tell_hint,
    NoteReceipt: tell_note,
    NoteList: tell_notes,
    TodayPlan: word_plan,
    Progress: word_progress,
    **ACCOUNT_WORDS,
    **IMPORT_WORDS,
    **REMINDER_WORDS,
}
