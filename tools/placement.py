"""Placement: five taps that say where a student stands, before or beside their attempts.

What they say is written as a prior into the learner's own collections, where attempts go on from it: no attempt, no
submission, no statistic and no revision comes of it. It counts less than doing it, as `learning.placement` says. A
placement that is taken again takes the place of the last one: what that had moved is taken out first, so the same
words do not count twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from learning.mastery import REFERENCE_MEDIUM, TOPIC_VARIANCE, USER_VARIANCE, Belief, Difficulty
from learning.placement import TAPS, Ask, Question, Standing, choose_question
from store.client import ObjectId
from store.documents.learner import LearnerStudent, LearnerTopic
from store.documents.level import BeliefChange, Placement, PlacementAnswer, PlacementQuestion, PlacementRun
from store.documents.problems import Problem, Topic
from tools.context import MentorContext, Receipt, Result, Verb
from tools.errors import ToolFailed, ToolRetry
from tools.learner import LearnerView, read_difficulties
from tools.problems import ProblemBrief, brief
from tools.statistics import refresh_others
from tools.syllabus import Syllabus, read_syllabus

Said = Literal["unaided", "with-help", "not-yet", "skip", "back", "stop", "cancel"]
_LEAST_VARIANCE: Final = 0.01


class PlacementAsk(Result):
    """An open question. `problem` is an example of the topic, `share` the part of the uncertainty that it removes."""

    number: int
    of: int
    topic: str
    problem: ProblemBrief | None
    concept: str | None
    share: float
    why: str


class PlacedTopic(Result):
    """A topic that was asked about; mastery is 0 to 1, before the placement and after it.

    `moved` is what this answer alone did to it: what was said of other topics moves it too.
    """

    topic: str
    answer: str
    before: float
    after: float
    moved: float


class PlacementReceipt(Receipt):
    """Where a placement stands: its open question, or what came of it.

    The receipt is empty until the last answer. `before` and `after` are the chance, 0 to 1, of solving a medium problem
    of the roadmap unaided. `replaced`: an earlier placement was taken out for it. `left`: it was put aside without a
    result; what was `answered` is kept for going on.
    """

    line: str = ""
    ask: PlacementAsk | None
    roadmap: str
    answered: int
    topics: tuple[PlacedTopic, ...] = ()
    before: float
    after: float
    replaced: bool = False
    left: bool = False


@dataclass(frozen=True)
class _Ground:
    """What a placement stands on: the roadmap, and what is believed without any earlier placement."""

    syllabus: Syllabus
    view: LearnerView
    earlier: Placement | None
    standing: Standing

    def after(self, answers: list[PlacementAnswer]) -> Standing:
        """Return what is believed after these answers."""
        standing = self.standing
        for said in answers:
            topic = str(said.topic_id)
            if said.answer != "skip" and topic in standing.topics:
                standing = standing.after(Question("", topic, Difficulty(said.difficulty)), said.answer)
        return standing


async def start_placement(
    context: MentorContext,
    anew: Annotated[bool, Field(description="Begin from the first question even where a placement is open.")] = False,
) -> PlacementReceipt:
    """Begin, or go on with, a placement: five taps that tell PrepMate the student's level.

    Use it for "place me", "find my level", "test my level". Ask its question in the student's language with the three
    answers (1 solve it unaided, 2 with help, 3 not yet; skip, back, stop and cancel are always possible) and give what
    they say to answer_placement. It can be taken again at any time; the new one replaces the old.
    """
    ground = await _read_ground(context)
    run = await _open_run(context)
    if run is not None and not anew:
        return await _asking(context, ground, run)
    first = await _next_question(context, ground, [])
    if first is None:
        raise ToolFailed("There is nothing to place you on: the catalogue has no topic of a roadmap.")
    if run is not None:
        run.asked, run.answers = first, []
    else:
        run = PlacementRun(
            id=context.work.new_id(), user_id=context.student, started_at=context.now(), asked=first, answers=[]
        )
    await context.work.of(PlacementRun).save(run)
    return await _asking(context, ground, run)


async def answer_placement(
    context: MentorContext,
    answer: Annotated[
        Said,
        Field(
            description="What the student says of the open question. skip: none of the three; back: correct the last "
            "answer; stop: place them now by what was said; cancel: leave it without a result, it can go on later."
        ),
    ],
    topic: Annotated[
        str | None, Field(max_length=200, description="The topic of the question that is meant; usually left out.")
    ] = None,
) -> PlacementReceipt:
    """Take the student's answer to the placement's open question, and return the next question or the result.

    Only what the student said: never guess an answer. An answer to a question that is not open any more is not taken:
    the open one is asked again. After the last one the receipt says what changed; undo_last takes the whole placement
    back. Then call next_problem, which chooses by the new level.
    """
    if answer not in get_args(Said):
        raise ToolRetry(
            "The answer must be unaided, with-help, not-yet, skip, back, stop or cancel.", choices=get_args(Said)
        )
    run = await _open_run(context)
    if run is None:
        raise ToolRetry("No placement is open; start_placement begins one.")
    ground = await _read_ground(context)
    if topic is not None and topic.casefold() != ground.syllabus.name_of(run.asked.topic_id).casefold():
        return await _asking(context, ground, run)
    if answer == "cancel":
        return _leave(ground, run)
    if answer == "back":
        return await _step_back(context, ground, run)
    if answer != "stop":
        said = PlacementAnswer(**run.asked.model_dump(), answer=answer, at=context.now())
        run.answers = [*run.answers, said]
    done = answer == "stop" or len(run.answers) >= TAPS
    following = None if done else await _next_question(context, ground, run.answers)
    if following is None:
        return await _finish(context, ground, run.answers)
    run.asked = following
    await context.work.of(PlacementRun).save(run)
    return await _asking(context, ground, run)


def _leave(ground: _Ground, run: PlacementRun) -> PlacementReceipt:
    """Put a placement aside: nothing is changed by it, and it stays open."""
    overall = round(ground.standing.overall, 4)
    return PlacementReceipt(
        ask=None,
        roadmap=ground.syllabus.name,
        answered=_counted(run.answers),
        before=overall,
        after=overall,
        left=True,
    )


async def _step_back(context: MentorContext, ground: _Ground, run: PlacementRun) -> PlacementReceipt:
    """Ask the last question once more; the first one stays where it is."""
    if run.answers:
        *answers, last = run.answers
        run.asked = PlacementQuestion(**last.model_dump(exclude={"answer", "at"}))
        run.answers = answers
        await context.work.of(PlacementRun).save(run)
    return await _asking(context, ground, run)


async def _open_run(context: MentorContext) -> PlacementRun | None:
    """Return the placement under way; of several, one of which an undo brought back, the one begun last."""
    return await context.work.of(PlacementRun).find_one({}, sort=[("startedAt", -1), ("_id", -1)])


async def _read_ground(context: MentorContext) -> _Ground:
    syllabus = await read_syllabus(context)
    earlier = await context.work.of(Placement).find_one({"replacedAt": None}, sort=[("at", -1), ("_id", -1)])
    view = syllabus.view
    moved = {change.topic_id: change for change in earlier.moves} if earlier else {}
    topics = {
        str(topic): _without(view.belief(topic), moved.get(topic), TOPIC_VARIANCE)
        for topic in {*syllabus.weights, *(topic for topic in moved if topic is not None)}
    }
    standing = Standing(
        user=_without(view.user, moved.get(None), USER_VARIANCE),
        topics=topics,
        shifts={topic: view.shift(ObjectId(topic)) for topic in topics},
        weights={str(topic): weight for topic, weight in syllabus.weights.items()},
    )
    return _Ground(syllabus, view, earlier, standing)


def _without(belief: Belief, change: BeliefChange | None, most: float) -> Belief:
    """Return a belief as it would be without what a placement had changed."""
    if change is None:
        return belief
    variance = min(most, max(_LEAST_VARIANCE, belief.variance - change.variance))
    return Belief(belief.mean - change.mean, variance, belief.form)


async def _next_question(
    context: MentorContext, ground: _Ground, answers: list[PlacementAnswer]
) -> PlacementQuestion | None:
    """Return the question that is worth most now; each topic is asked about once."""
    asked = {said.topic_id for said in answers}
    open_topics = [topic for topic in ground.syllabus.weights if topic not in asked]
    examples = {topic: ground.syllabus.examples.get(topic, ()) for topic in open_topics}
    difficulties = await read_difficulties(context, [problem for found in examples.values() for problem in found])
    questions: list[Question] = []
    about: dict[str, ObjectId | None] = {}
    for topic in open_topics:
        # Of examples that are as hard as each other the first on the roadmap says as much as any.
        levels = {round(difficulties[problem.id].value, 2): problem for problem in reversed(examples[topic])}
        for problem in levels.values():
            questions.append(Question(str(problem.id), str(topic), difficulties[problem.id]))
            about[str(problem.id)] = problem.id
        if not levels:
            questions.append(Question(str(topic), str(topic), Difficulty(REFERENCE_MEDIUM)))
            about[str(topic)] = None
    best: Ask | None = choose_question(ground.after(answers), questions)
    if best is None:
        return None
    return PlacementQuestion(
        topic_id=ObjectId(best.question.topic),
        problem_id=about[best.question.key],
        difficulty=best.question.problem.value,
        share=best.share,
    )


async def _asking(context: MentorContext, ground: _Ground, run: PlacementRun) -> PlacementReceipt:
    question = run.asked
    problem = await context.work.shared(Problem).get(question.problem_id) if question.problem_id else None
    topic = await context.work.shared(Topic).get(question.topic_id)
    concepts = topic.metadata.key_concepts if topic and topic.metadata else []
    name = ground.syllabus.name_of(question.topic_id)
    now = ground.after(run.answers)
    ask = PlacementAsk(
        number=len(run.answers) + 1,
        of=TAPS,
        topic=name,
        problem=brief(problem) if problem else None,
        concept=concepts[0] if concepts else None,
        share=round(question.share, 4),
        why=_why(ground, question, name),
    )
    return PlacementReceipt(
        ask=ask,
        roadmap=ground.syllabus.name,
        answered=_counted(run.answers),
        before=round(ground.standing.overall, 4),
        after=round(now.overall, 4),
    )


def _why(ground: _Ground, question: PlacementQuestion, name: str) -> str:
    syllabus = ground.syllabus
    total = sum(syllabus.counts.values())
    here = syllabus.counts.get(question.topic_id, 0)
    part = f", and {here} of its {total} problems are on {name}" if here else ""
    topics = len(syllabus.weights)
    return (
        f"of all that I could ask, this answer tells most: about {question.share:.0%} of what is uncertain about your "
        f"{topics} topics of {syllabus.name}{part}"
    )


def _counted(answers: list[PlacementAnswer]) -> int:
    return sum(said.answer != "skip" for said in answers)


async def _finish(context: MentorContext, ground: _Ground, answers: list[PlacementAnswer]) -> PlacementReceipt:
    """End a placement: what was said becomes the prior, in this one step, which is what undo takes back."""
    runs = context.work.of(PlacementRun)
    for run in await runs.find({}):
        await runs.remove(run)
    count = _counted(answers)
    before = ground.standing
    if not count:
        overall = round(before.overall, 4)
        return PlacementReceipt(ask=None, roadmap=ground.syllabus.name, answered=0, before=overall, after=overall)
    after = ground.after(answers)
    moves = _moves(before, after)
    await _write(context, ground, after, moves)
    if ground.earlier:
        ground.earlier.replaced_at = context.now()
        await context.work.of(Placement).save(ground.earlier)
    placement = Placement(
        id=context.work.new_id(), user_id=context.student, at=context.now(), answers=answers, moves=moves
    )
    await context.work.of(Placement).add(placement)
    return _result(ground, answers, after, count)


def _result(ground: _Ground, answers: list[PlacementAnswer], after: Standing, count: int) -> PlacementReceipt:
    old, new = ground.standing.overall, after.overall
    again = " · in place of the last one" if ground.earlier else ""
    said = "1 answer" if count == 1 else f"{count} answers"
    return PlacementReceipt(
        line=f"placement · {said} · a medium problem of {ground.syllabus.name} unaided: {old:.0%} → {new:.0%}{again}",
        undo_label="placement",
        ask=None,
        roadmap=ground.syllabus.name,
        answered=count,
        topics=tuple(
            _placed(ground, answers, place, after)
            for place, one in enumerate(answers)
            if one.answer != "skip" and str(one.topic_id) in after.topics
        ),
        before=round(old, 4),
        after=round(new, 4),
        replaced=ground.earlier is not None,
    )


def _placed(ground: _Ground, answers: list[PlacementAnswer], place: int, after: Standing) -> PlacedTopic:
    said = answers[place]
    topic = str(said.topic_id)
    until, since = ground.after(answers[:place]), ground.after(answers[: place + 1])
    return PlacedTopic(
        topic=ground.syllabus.name_of(said.topic_id),
        answer=said.answer,
        before=round(ground.standing.mastery(topic), 4),
        after=round(after.mastery(topic), 4),
        moved=round(since.mastery(topic) - until.mastery(topic), 4),
    )


def _moves(before: Standing, after: Standing) -> list[BeliefChange]:
    user = BeliefChange(mean=after.user.mean - before.user.mean, variance=after.user.variance - before.user.variance)
    topics = [
        BeliefChange(
            topic_id=ObjectId(topic),
            mean=belief.mean - before.topics[topic].mean,
            variance=belief.variance - before.topics[topic].variance,
        )
        for topic, belief in after.topics.items()
        if belief != before.topics[topic]
    ]
    return [user, *topics]


async def _write(context: MentorContext, ground: _Ground, after: Standing, moves: list[BeliefChange]) -> None:
    """Store the new beliefs, and bring the stored mastery of the topics that were practised up to date."""
    student = ground.view.student or LearnerStudent(id=context.student, variance=after.user.variance)
    student.mean, student.variance = after.user.mean, after.user.variance
    await context.work.of(LearnerStudent).save(student)
    earlier = ground.earlier.moves if ground.earlier else []
    known = dict(ground.view.topics)
    for topic in dict.fromkeys(change.topic_id for change in (*moves, *earlier) if change.topic_id is not None):
        belief = after.topics[str(topic)]
        item = known.get(topic) or LearnerTopic(
            id=context.work.new_id(), user_id=context.student, topic_id=topic, variance=belief.variance
        )
        item.mean, item.variance = belief.mean, belief.variance
        await context.work.of(LearnerTopic).save(item)
        known[topic] = item
    await refresh_others(context, LearnerView(student, known, ground.view.shifts), set(), context.now())


PLACEMENT = (
    Verb(start_placement, doing="choosing the first question", writes=True),
    Verb(answer_placement, doing="taking your answer down", writes=True),
)
