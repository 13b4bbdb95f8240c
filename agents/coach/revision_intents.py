"""The rows of the table about revising: what the offline coach takes for a revision, its rating, a delay, a plan."""

from __future__ import annotations

import re

from agents.coach import revision_readers
from agents.coach.intent import Intent
from agents.coach.notation import phrases

QUESTION = re.compile(r"\b(?:(?:should|shall|do|did|can|could|must|will|have) i|dont|not|havent|when|whether|if)\b")
WANT = "[lets|let|me|us|i|we|want|need|like|would|to|go|im|ready|ill|its|time|help|now|with|just|and|then|the|for]*"

REVISIONS: tuple[Intent, ...] = (
    Intent(
        name="revise",
        verb="start_revision",
        phrases=phrases(
            f"{WANT} (start|begin|do|run|take|have|continue) [a|an|my|the|todays|first|next|another|one|of]* "
            "(revision|review|recall) [<...>]",
            f"{WANT} (revise|review|revisit|brush up|refresh|recap) !(... (code|solution|resume|cv|answer|pr)) [<...>]",
            "(quiz|test) me [<...>]",
            "(revision|review) (time|now|please)",
        ),
        read=revision_readers.read_revised,
        named="topic",
        unless=QUESTION,
        command=("revise", "[TOPIC]", "revise a topic: three questions from memory, then one problem"),
    ),
    Intent(
        name="recall",
        verb="answer_recall",
        phrases=(),
        read=revision_readers.read_answer,
        needs="answer",
        command=("answer", "TEXT", "answer a revision's questions; after them plain words do the same"),
    ),
    Intent(
        name="rate",
        verb="rate_revision",
        phrases=phrases(
            "(rate|grade) <...>",
            "(that|it|this|that one|the revision|the review|that revision|that review|thats) "
            "[was|is|felt|seemed|went|a bit|pretty|very|really|so|quite|rather|actually|kinda|way|for me]* "
            "<(easy|hard|difficult|tough|tricky|simple|trivial|effortless)> [for me]",
            "i found (that|it|this) [a bit|pretty|very|really|so|quite|rather]* <...>",
            "i <(forgot|blanked)> [on] [it|that|this|everything|all of it]",
        ),
        read=revision_readers.read_rating,
        needs="grade",
        named="topic",
        unless=QUESTION,
        command=("rate", "again|hard|good|easy [TOPIC]", "correct how today's review of a topic went"),
    ),
    Intent(
        name="pause",
        verb="pause_revisions",
        phrases=phrases(
            "(pause|suspend|freeze|stop|hold|skip) [all|my|the|of]* (revisions|reviews|revising|revision) [<...>]",
            "no [more] (revisions|reviews) [<...>]",
            "(pause|pause everything) [<(until|till|for) ...>]",
            "[im|i am|ill be|i will be|going|we are]* (on holiday|on holidays|on vacation|away|travelling|traveling) "
            "<(until|till|for) ...>",
        ),
        read=revision_readers.read_pause,
        needs="until",
        named="until",
        unless=QUESTION,
        command=("pause", "DAY", "pause all revisions until a day; `resume revisions` ends it"),
    ),
    Intent(
        name="snooze",
        verb="snooze_revision",
        phrases=phrases(
            "(snooze|postpone|delay|defer|push back|push) [<...>]",
            "put (it|that|this|this one|the revision) off <...>",
            "put off <...>",
        ),
        read=revision_readers.read_snooze,
        needs="until",
        named="topic",
        unless=QUESTION,
        command=("snooze", "[TOPIC] 1h|tonight|tomorrow|DAY", "put one revision off"),
    ),
    Intent(
        name="resume",
        verb="resume_revisions",
        phrases=phrases(
            "(resume|unpause|restart|continue|go on with|carry on with) [all|my|the]* (revisions|reviews|revising)",
            "(unpause|resume) [please|now]*",
            "end [the|my] (pause|break) [now]",
        ),
        unless=QUESTION,
        command=("unpause", "", "end the pause of revisions"),
    ),
    Intent(
        name="catch up",
        verb="plan_catch_up",
        phrases=phrases(
            "[...] catch [me] up [<...>]",
            "[...] (spread|distribute) [out] [my|the|all|of]* "
            "(backlog|revisions|reviews|overdue revisions|overdue reviews|overdue topics|everything) [out] [<...>]",
            "catchup [<...>]",
        ),
        read=revision_readers.read_days,
        unless=QUESTION,
        command=("catchup", "[DAYS]", "spread what is overdue over some days"),
    ),
    Intent(
        name="revision cap",
        verb="set_revision_cap",
        phrases=phrases(
            "[at most|max|maximum|no more than|not more than|only|limit me to|limit it to|i want|i can do|just|up to|"
            "give me|do|set|cap at]* <(#|one|two|three|four|five|six|seven|eight|nine|ten)> "
            "(revisions|revision|reviews|review) (a day|per day|each day|every day|daily)",
        ),
        read=revision_readers.read_cap,
        needs="per_day",
        unless=QUESTION,
        command=("cap", "NUMBER", "how many revisions a day at most"),
    ),
)
