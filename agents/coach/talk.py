"""What the coach says without looking anything up."""

from __future__ import annotations

from typing import Final

from rapidfuzz import fuzz, process

from agents.coach.commands import SERVICE
from agents.coach.intents import COMMANDS
from agents.coach.notation import fits, phrases
from agents.coach.phrase import LONGEST, Phrase, read
from agents.coach.questions import LOG_STUCK, WHAT_LIST, WHEN
from tools.arguments import shown

EXAMPLES = (
    "- `give me a medium graph problem`: what to solve next, and why\n"
    "- `i solved two sum in 12 min with help`: I update your mastery and plan the revision\n"
    "- `plan today` or `i only have 20 minutes`: what fits into your time\n"
    "- `whats due`, `how am i doing` or `how good am i at arrays`: where you stand\n"
    "- `add a task: review heaps by friday`, `my interview is on 3 march`, `undo that`"
)
MENU: Final = ("next", "due", "plan", "log", "progress", "hint", "remind", "help")
"""The commands that come first: a platform's own menu has room for few."""
_AREAS: Final = (
    ("Practice", "start another easier harder seen solution find"),
    ("Revision", "revise answer rate snooze pause unpause catchup cap"),
    ("Tasks", "task tasks done move delete"),
    ("Your level", "mastery placement tap"),
    ("Notes and talks", "note notes editnote removenote conversations new resume rename search"),
    ("You", "profile import confirmimport adjustimport cancelimport undo export forget"),
)


def _name_commands() -> str:
    """Return every command there is: the first ones with what they do, the others by what they are about."""
    known = {command.name: command for command in (*COMMANDS, *SERVICE)}
    first = [f"- /{name}: {known.pop(name).summary}" for name in MENU]
    areas = [(title, [name for name in names.split() if known.pop(name, None)]) for title, names in _AREAS]
    others = [(title, names) for title, names in [*areas, ("This chat", list(known))] if names]
    lines = [f"- {title}: {' '.join(f'/{name}' for name in names)}" for title, names in others]
    return "\n".join([*first, "", "The rest; `/help NAME` tells more about one:", "", *lines])


HELP = (
    "Just say it, typos and all; the offline coach needs no model and no key. For example:\n\n"
    f"{EXAMPLES}\n\nCommands do the same:\n\n{_name_commands()}"
)
CHOICES = ("Give me one", "Import my solves", "Set my interview date")
GREETING = (
    "Hi! I'm PrepMate's offline coach, and I keep track of what you solve so you revise it at the right time. "
    "Pick one, or just tell me what you did:\n\n1. Give me one\n2. Import my solves\n3. Set my interview date"
)
HELLO_AGAIN = (
    "Hi again! `give me one` gets you a problem, `plan today` shows what fits into your time, `whats due` what comes "
    "back. Or just tell me what you did."
)
UNREACHABLE = "The mentor's model can't be reached right now, so this is the offline coach answering."
NOT_UNDERSTOOD = (
    "I'm the offline coach, so I only understand a few things, and this wasn't one of them. What I can do:\n\n"
    + EXAMPLES
)
EMPTY = "There was nothing in that message I can read. Try `give me one`, or `help` for everything I can do."
TOO_LONG = (
    "That's too long for the offline coach: I understand short sentences. "
    "Try `i solved two sum in 12 min with help`, or `help` for everything I can do."
)
NEEDS_MODEL = (
    "I'm the offline coach, and I can't explain that in words of my own. For a problem you work on, `hint two sum` "
    "helps in small steps. I can also give you a problem to practise it (`give me a graph problem`), look one up "
    "(`find dijkstra`) or show how you stand (`how good am i at graphs`)."
)
ONE_AT_A_TIME = (
    "I delete one thing at a time, so that each can be undone: `delete task 1`, `remove note 1`; `my tasks` and "
    "`my notes` show the numbers. To delete all there is about you, say `delete everything about me`."
)
LEFT_ALONE = "All right, I leave everything as it is."
ASK_LIST = f"I show you what I make of it before anything is stored. {WHAT_LIST.text}"
NO_SYNC = f"I can't look into your accounts elsewhere yet, but a list will do. {WHAT_LIST.text}"
STUCK = (
    "That happens to everyone. Say `hint` for a small step, or I can log it, so that it comes back for revision soon. "
    f"{LOG_STUCK.text}"
)
NOT_HERE = "I understood that, but I can't do it here. `help` shows what I can do."
THANKS = "You're welcome! Say `give me one` when you want the next problem."
BYE = "See you! Everything you logged is saved. `whats due` is a good way to start next time."
READY = "Whenever you're ready: `give me one` gets you a problem, `help` shows what I can do."
TASK_BEGUN = "Go ahead! Say `done with task {number}` when it's finished."
CANCELLED = "Okay, I've left everything as it is."
SKIPPED = "Skipped. You can tell me any time: `my interview is on 3 march`."
NO_REMINDER = "All right, no reminders. Say `remind me at 8` when you want one every day."
HINT_AGAIN = (
    "I can't put it in other words, but it often helps to work through the smallest example on paper with it in mind. "
    "Here it is once more:"
)
NO_SOLUTION = "Good, keep at it. `hint` shows you this again whenever you like."
KEEP_GOING = "Then keep at it; I haven't logged anything. Tell me how it went when you're done."

_TALK: Final = (
    (
        HELP,
        phrases(
            "help [me]",
            "(hilfe|ayuda)",
            "[help] what (can|do|could) you do [...]",
            "what else can you do",
            "(commands|menu|options|usage)",
            "(how does (this|it)|how do you) work",
            "what (can|should) i (say|ask|type) [...]",
            "(who|what) are you",
            "are you (a bot|an ai|ai|real|human|a human|online|offline|there)",
            "what is (this|prepmate)",
        ),
    ),
    (
        GREETING,
        phrases(
            "(hi|hello|hey|hiya|howdy|yo|sup|hola|heya|greetings|good morning|good afternoon|good evening|good day) "
            "[there|coach|mentor|prepmate|again|you|everyone]*",
            "(how are you|hows it going|how is it going|whats up) [...]",
        ),
    ),
    (
        THANKS,
        phrases(
            "[many|ok|great|cool] (thanks|thank you|cheers|appreciated|appreciate it) [...]",
            "[that was|very] (helpful|awesome|perfect)",
        ),
    ),
    (
        BYE,
        phrases(
            "(goodbye|good bye|bye|bye bye|cya|see you|see ya|goodnight|good night|later|thats all|thats it|"
            "quit|exit) [...]",
            "[im] (done|off) for today",
        ),
    ),
    (
        READY,
        phrases(
            "(ok|okay|k|yes|yeah|yep|sure|no|nope|nah|cool|nice|great|good|lol|haha|hm|alright|fine|im fine|got it)"
        ),
    ),
    (CANCELLED, phrases("(cancel|nevermind|never mind|nvm|forget it|forget that|skip|stop)")),
    (
        ONE_AT_A_TIME,
        phrases(
            "(delete|remove|erase|clear|drop|wipe) (all|every) [of|my|the|open|old]* "
            "(task|tasks|note|notes|conversation|conversations|chat|chats|revision|revisions|reminder|reminders)",
            "(delete|remove|erase|clear|drop|wipe) [my|the|old]* (tasks|conversations|chats|reminders|solves|attempts)",
        ),
    ),
    (
        WHEN.text,
        phrases(
            "[i want to|id like to|can i|help me]* (set|add|enter|change|move|update) (my|the) [next|coding]* "
            "(interview|interview date|target date)"
        ),
    ),
    (LEFT_ALONE, phrases("(dont|do not) (undo|delete|remove|change) [it|that|anything|this]*")),
    (NO_SYNC, phrases("[i want to] (sync|connect|link) [...]")),
    (
        STUCK,
        phrases(
            "[i|im|am|got|still|really|so|kinda|a bit|totally|completely]* stuck "
            "[here|again|now|please|help|me|on it|on this|on that|one|problem]*",
        ),
    ),
)
_TITLE_WORDS: Final = 5
_NEAR: Final = 70
"""From this likeness in percent on, an unknown command is taken for a slip: "maestry" and "mastery" are 86."""
_NEVER_PROPOSED: Final = frozenset({"forget", "delete", "removenote", "cancelimport", "undo", "stop", "cancel"})
_FOR_THE_MODEL: Final = phrases(
    "i (need|want) (help|some help) [...]",
    "(explain|teach|describe|define|compare|what|whats|how|hows|why|who|where|when|which|tell|help|review|debug|check|"
    "write|code|implement|analyse|analyze|walk|difference|is|are|does|do|can|could|should|would|will|translate|"
    "summarise|summarize|prove|derive|optimise|optimize|mock|quiz) [...]",
)


def small_talk(phrase: Phrase) -> str | None:
    """Return the reply to a greeting, thanks, a call for help and the like."""
    for candidate in (phrase, phrase.core()):
        for reply, patterns in _TALK:
            if fits(patterns, candidate):
                return reply
    return None


def is_hello(text: str) -> bool:
    """Whether a message is a greeting and nothing else."""
    return len(text) <= LONGEST and small_talk(read(text)) == GREETING


def give_up(phrase: Phrase) -> str:
    """Return the honest reply to what no intent fits."""
    if not phrase:
        return EMPTY
    return NEEDS_MODEL if wants_explaining(phrase) else NOT_UNDERSTOOD


def wants_explaining(phrase: Phrase) -> bool:
    """Return whether something seems to be asked that only a model can answer. Some titles begin so too."""
    return fits(_FOR_THE_MODEL, phrase.core())


def may_be_a_title(phrase: Phrase) -> bool:
    """Whether what no intent fits is short enough to be a problem's name, such as "two sum"."""
    return 0 < len(phrase.words) <= _TITLE_WORDS and not wants_explaining(phrase)


def explain_command(name: str) -> str:
    """Return how a command is written and what it does; the reply to an unknown one where there is none."""
    wanted = name.strip().lower().lstrip("/")
    command = next((command for command in (*COMMANDS, *SERVICE) if command.name == wanted), None)
    return f"`{command.said}`: {command.summary}." if command else unknown_command(name)


def unknown_command(name: str, rest: str = "") -> str:
    """Return the reply to a slash command that does not exist, with one that is really near, or cannot be read.

    One that takes away or ends something is never proposed: it could be tapped by mistake.
    """
    known = {command.name: command for command in (*COMMANDS, *SERVICE)}
    if name in known:
        return f"I can't read {shown(rest)} there. Write it like this: `{known[name].said}`."
    safe = [one for one in known if one not in _NEVER_PROPOSED]
    near = process.extractOne(name, safe, scorer=fuzz.ratio, score_cutoff=_NEAR) if name else None
    if near:
        return f"There is no such command; the nearest is `{known[near[0]].said}`."
    return "There is no such command; /help names those that there are."
