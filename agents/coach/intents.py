"""The table of intents: everything the offline coach can do, one row each; the first row that fits wins.

To teach it a verb, add a row. Its phrases are written as `agents.coach.notation` says and match the whole of what was
said, in lower case, without punctuation and courtesies, mistyped keywords put right. What stands in <...> is given to
the row's reader, as is what follows its slash command.
"""

from __future__ import annotations

import re

from agents.coach import import_intents, level_intents, planning, readers, reminder_intents
from agents.coach.account_intents import ACCOUNT
from agents.coach.commands import Command
from agents.coach.details import shed_intention
from agents.coach.intent import Intent, Request
from agents.coach.notation import phrases
from agents.coach.reports import shed_attempt, shed_report
from agents.coach.revision_intents import REVISIONS
from agents.coach.study_intents import ASKING_ROWS, TELLING_ROWS

__all__ = ["BY_NAME", "COMMANDS", "INTENTS", "Command", "Intent", "Request"]

I_HAVE = (
    "[i|ive|im|we|think|have|just|finally|already|also|now|am|was|got|it|yay|so|today|yesterday|earlier|this morning|"
    "last night]*"
)
SHOW_ME = (
    "[show|list|see|check|open|tell|give|get|view|print|me|all|of|what|which|whats|are|is|the|do|i|have|got|any|on]*"
)
GIVE_ME = (
    "!(do you) (i|want|need|id|like|to|do|lets|let|try|solve|have|get|can|give|show|find|suggest|recommend|pick|choose|"
    "send|throw|bring|serve|assign|me|us|at)+"
)
ONE = "(one|problem|problems|question|questions|challenge|exercise|exercises|leetcode)"
DONE = "(done|finished|completed|complete)"
SHALL_I = "(should|shall|can|do|could|must) i"
ABOUT = "(on|in|from|about|with|for|please)"

# A question, a plan or a denial is no report: nothing may be recorded from it.
UNSURE = re.compile(
    r"\b(?:(?:did|have|had|can|could|should|shall|do|am|was|will|if|when|unless) i|havent|have not|hasnt|dont|didnt do|"
    r"wont|will|going to|want to|plan to|hope to|almost|nearly|not (?:done|solved|stuck|finished|yet|really|quite)|"
    r"when|whether)\b"
)


INTENTS: tuple[Intent, ...] = (
    *reminder_intents.ROWS,
    *import_intents.ROWS,
    *ASKING_ROWS,
    *level_intents.ROWS,
    *planning.ROWS,
    *ACCOUNT,
    Intent(
        name="task",
        verb="add_task",
        phrases=phrases(
            "[i need to|i want to] (add|create|make|put|note|set up|new|save) [me] [a|an|the|another|one] [new|more] "
            "(task|reminder|todo) [<...>]",
            "(remind me|remember) [<...>]",
            "task (add|to|new) <...>",
            "(todo|reminder) !(list) <...>",
            "i (need to|have to|must|should) <... (by|before|until) ...>",
            "(add|put|save|note) <...> as [a|my] [new] (task|todo)",
            "(add|put) <...> (to|on|in) [my|the] (list|tasks|task list|todo list)",
            "[add|create|make|set up] [a|an] <(daily|weekly) [task|reminder|todo] (to|for) ...>",
            "<(every|each) (day|weekday|week|working day|morning|evening|night|monday|tuesday|wednesday|thursday|"
            "friday|saturday|sunday) ...>",
        ),
        read=readers.read_task,
        needs="title",
        named="due",
        command=("task", "add TITLE [by DAY] [every day|every weekday|every week]", "write a task down"),
    ),
    Intent(
        name="done",
        verb="complete_task",
        phrases=phrases(
            f"{I_HAVE} (done|finished|finish|completed|complete|did|close|closed|tick|check|mark|cross) [with|off|out] "
            "[my|the] <(task|todo) ...>",
            f"<[my|the] (task|todo) ...> [is|was|as] {DONE}",
            f"(mark|tick|check|cross) [off] !(... solved) <...> [off] [is|as] [{DONE}]",
            f"{I_HAVE} (done|finished|finish|completed|complete|did) [with] [my|the] <...> task",
            f"<[number|no] #> [is] {DONE}",
            f"{I_HAVE} {DONE} [with] <[number|no] #>",
        ),
        read=readers.read_which,
        needs="which",
        named="which",
        command=("done", "TASK", "tick a task off, by its number or words of its title"),
    ),
    Intent(
        name="log",
        verb="record_attempt",
        phrases=phrases(
            f"{I_HAVE} (solved|finished|completed|done|cracked|nailed|aced|submitted) [<...>]",
            f"{I_HAVE} passed !(my|an|the) [<...>]",
            f"{I_HAVE} (able to solve|managed to solve|ac|ac on|accepted|accepted on) [<...>]",
            f"{I_HAVE} did !(i|you|we) [<...>]",
            "(log|record) [that] [i] [solved|did|finished] [<...>]",
            "mark <...> [as] solved",
            "!(am|are|is|was|were|have|how|what|which|when) <...> [is|was] (solved|finished|completed|done)",
        ),
        read=readers.read_problem,
        sheds=shed_report,
        unless=UNSURE,
        needs="outcome",
        named="problem",
        command=("log", "[PROBLEM] unaided|with-help|stuck [MINUTES]", "record how a problem went"),
    ),
    Intent(
        name="tasks",
        verb="list_tasks",
        phrases=phrases(
            f"{SHOW_ME} <[my|open|overdue|late|completed|finished|pending|started|done|all|every|of|the]* "
            "(tasks|task list|task|todo|todo list|to do list|list)> [do i have|are there|left|today|for today|again]*",
            f"{SHOW_ME} [my] <tasks [are|that are] (overdue|late|open|due|done|completed|left|pending)> [...]",
            "what do i (have|need) to do [today]",
            "(anything|whats|what is) on my (list|plate) [today]",
        ),
        read=readers.read_status,
        command=("tasks", "[open|overdue|completed|all]", "list your tasks"),
    ),
    Intent(
        name="undo",
        verb="undo_last",
        phrases=phrases(
            "[leave|skip|keep] [it|that|this] [one] [and] [then] (undo|take back|revert) "
            "<[the] (one|change|thing) before [that|it|this] [one]>",
            "!(how|dont|do not|what|why|is|does) [...] (undo|revert|roll back|rollback) [...]",
            "(take|put) (that|it|this|the last one) back",
            "take back ...",
            "scratch that",
            "(that|it|this|thats) [was|is] (wrong|a mistake|an error|not right|incorrect)",
            "my mistake",
            "i didnt mean (that|to) [...]",
            "(delete|remove|cancel) (that|the last one|the last entry)",
        ),
        read=readers.read_undo,
        command=("undo", "[the one before]", "take back the last thing you did"),
    ),
    Intent(
        name="profile",
        verb="set_profile",
        bare_verb="get_profile",
        phrases=phrases(
            f"{SHOW_ME} [my] (profile|settings|account|details)",
            "who am i",
            "what do you know about me",
            "(when|whens|what|whats) [is] my (interview|interview date|target date|time zone|timezone|name|goal)",
            "how (many days|long|much time) [do i have|are|is|left]* (until|till|to|before) [my|the] interview [is]",
        ),
        read=readers.read_introduction,
        command=("profile", "[DATE] [MINUTES a day] [CITY]", "see or change what I know about you"),
    ),
    *REVISIONS,
    Intent(
        name="due",
        verb="list_due_revisions",
        phrases=phrases(
            f"{SHOW_ME} [there|anything|something|what|whats|topics|stuff|things|my]* due [...]",
            f"{SHOW_ME} [my|due|todays|upcoming|next|pending|overdue|the|for]* "
            "(revision|revisions|review|reviews|revision list|revision schedule|revision plan) "
            "[are|is|do i|have|today|due|now|this week|for today|overdue|left|for me|pending]*",
            "(what|which|anything|something|is there anything) [topic|topics|problem|problems] "
            "(should|shall|must|can|do|need|have|to|i|we|there|is)+ (revise|review|revisit|repeat|brush up) [...]",
            "anything to (revise|review) [...]",
            "what am i forgetting",
            "am i (behind|overdue) [...]",
        ),
        command=("due", "", "list the revisions that are due"),
    ),
    Intent(
        name="mastery",
        verb="explain_mastery",
        bare_verb="list_mastery",
        phrases=phrases(
            "how (good|strong|well|bad|weak|confident|solid|far|great) (am|do|are|did|have) i "
            "[doing|going|know|understand|at|in|on|with|about|master|mastered|come|really|overall]* [<...>]",
            "(how|hows) [am i|is my|are my|do i|have i] (my|doing|been doing|going|progressing|at|in|on|"
            "with)+ [<...>] "
            "[going|doing|looking|coming along]",
            "(how|hows) (is|are) my <...>",
            "how do i do (at|in|on|with) <...>",
            "am i [any|very|really] (good|strong|bad|weak|ok|okay|better|improving|confident) [at|in|on|with] [<...>]",
            "[explain|show|tell|give|check|see|what|is|whats|me|about|a|the|view]* [my] "
            "(mastery|level|score|skill|skills|stats|statistics|progress|strength|strengths|weaknesses|rating|"
            "knowledge) "
            "[of|in|at|on|for|with|about]* [<...>]",
            "[why is|explain|show|show me|whats|what is|tell me] my !(weakest|strongest|best|worst) <...> "
            "(mastery|level|score|skill|skills|stats|progress|strength|knowledge|rating) [is] [so] "
            "[low|high|bad|weak|good]",
            "why (is|am|are) [my|i] [mastery|level|score|progress] [so|that|this|too|very|still]* "
            "(low|high|bad|weak|good)",
            "why (is|am|are) [my|i] [so] [low|bad|weak|good] [mastery] [at|in|on|of] <...> [mastery] [so|that|this] "
            "(low|high|bad|weak|good)",
            "[what|which|whats|are|is|show|me|list|tell|my|the|topics|topic]* (weakest|strongest|weak|strong|"
            "best|worst) "
            "[topic|topics|spot|spots|point|points|area|areas|side|sides|ones|am i|in|are|subjects|and|"
            "strongest|weakest]*",
            "what [topic|topics] am i (bad|good|weak|strong|worst|best|weakest|strongest) (at|in|on)",
            "where am i (weak|strong|weakest|strongest)",
            "(what|how many|how many problems|which problems) (have|did) i "
            "(solved|done|practised|practiced|solve|do) [so far]",
        ),
        read=readers.read_topic,
        named="topic",
        command=("mastery", "[TOPIC]", "how good you are at a topic, and why; without one, your strongest and weakest"),
    ),
    Intent(
        name="log",
        verb="record_attempt",
        phrases=phrases(
            "[i|ive|im|am|we|have|was]* [solve|do|finish|try|tried|complete|attempted|struggled with] "
            "!(how|what|whats|why|when|where|who|which|can|could|should|explain|find me|find a|find an|find "
            "some|add a|add an|add my|add the|add some|add task|give|"
            "show|start|undo|teach|tell|need|want|i need|i want|is it|is this|is that|is the|is there|is my|are|do i|"
            "remind) [<...>]",
        ),
        read=readers.read_problem,
        sheds=shed_attempt,
        needs="outcome",
        named="problem",
        unless=UNSURE,
        only_with="outcome",
    ),
    *TELLING_ROWS,
    Intent(
        name="next",
        verb="next_problem",
        phrases=phrases(
            "[what|whats|what is] [the|my] next [one|problem|question|up|step|thing] [<(on|in|for|about) ...>]",
            f"(what|which) [<...>] [problem|one|question|topic] {SHALL_I} "
            "(do|solve|try|work on|practise|practice|tackle|attempt|learn|study|code|start with) [next|now|"
            "today|first]*",
            "what (now|to do|to solve|to do next|to solve next|else)",
            "(bored|im ready|ready|lets go|go|more|again|another)",
            f"{GIVE_ME} <[...] {ONE} [...]>",
            f"{GIVE_ME} <something [...]>",
            f"[{GIVE_ME}] <(a|an|some|another|any) [...] {ONE} [...]>",
            f"[{GIVE_ME}] {ONE} [<{ABOUT} ...>]",
            "(give|suggest|recommend|throw|serve|hit) [me] [up] <...>",
            "[i|want|need|to|lets|let|me|should|would|like|id]* "
            "(practise|practice|train|drill|study|work on|focus on|improve|do some|"
            "get better at|more) !(my code|my solution|this|code) <...>",
            "<[a|an|some] (easy|medium|hard|difficult|tough|harder|easier|simple) [...]>",
            "<something [...]>",
            "!(what|how|why|when|who|is|are|do|does|can|should|the|this|that|i|im) <...> (problem|question)",
            "[i|want|need|to|lets|let me]* (practise|practice|train|drill|study) [now|today]",
            "[i|want|id|like|to|lets|let|me|us|can|could|we]* (start|begin|go) [off|out|me|us|today|first] (with|on) "
            "<(something|anything) [...]>",
            "[i|want|id|like|to|lets|let|me|us|can|could|we]* (start|begin|go) [off|out|me|us|today|first] (with|on) "
            f"<[a|an|some|the] (easy|medium|hard|simple|easier) {ONE}>",
        ),
        read=readers.read_wish,
        named="topic",
        command=("next", "[TOPIC] [easy|medium|hard]", "the problem to solve next, and why"),
    ),
    Intent(
        name="start",
        verb="start_problem",
        sheds=shed_intention,
        phrases=phrases(
            "[i|im|want|to|will|ill|lets|let|me|us|going|now|can]* !(do you) "
            "(start|begin|starting|started|begun|solve|do|attempt|try|tackle|open|work on|take) "
            "[on|with|working on|doing|solving] [<...>]",
            "(start|begin) [the] (timer|clock) [for|on] [<...>]",
        ),
        read=readers.read_problem,
        needs="problem",
        named="problem",
        command=("start", "PROBLEM", "start a problem and its clock"),
    ),
    Intent(
        name="find",
        verb="find_problem",
        phrases=phrases(
            "(find|search|lookup|look up|look for|locate|show|link to|link for|url of|url for|where is|whats "
            "the link to|get) "
            "[me] [<...>]",
            "(do you have|do you know|is there|have you got) [a|an|any|the] [problem] [called|named] <...>",
        ),
        read=readers.read_query,
        needs="query",
        named="query",
        command=("find", "PROBLEM", "look a problem up; typos are fine"),
    ),
)

BY_NAME = {intent.name: intent for intent in reversed(INTENTS)}

COMMANDS: tuple[Command, ...] = (
    *(
        Command(name=intent.command[0], usage=intent.command[1], summary=intent.command[2], intent=intent.name)
        for intent in INTENTS
        if intent.command
    ),
    Command(name="help", usage="[NAME]", summary="see what I can do", intent="help"),
)
