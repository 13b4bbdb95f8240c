"""The rows about the student's conversations and their data: export and erasure."""

from __future__ import annotations

import re
from typing import Final

from agents.coach.details import Arguments
from agents.coach.intent import Intent
from agents.coach.notation import phrases
from agents.coach.phrase import Phrase

_TALK: Final = "(conversation|conversations|chat|chats|thread|threads|talk|talks)"
_MY: Final = "[my|our|the|all|of|past|old|earlier|previous|recent|this|current]*"
_DATA: Final = (
    "(data|information|info|account|history|records|everything|it all|things|stuff|"
    "everything (you (know|have|store|stored|keep|kept|saved)|about me|of mine))"
)
_ABOUT_ME: Final = "[about me|on me|of mine|you (have|know|store|keep|stored|saved)|that you have|here|now|completely]*"


def read_subject(rest: Phrase) -> Arguments:
    """Read what a new conversation is about, and what it is called."""
    text = rest.text
    if re.search(r"\bmock interview\b|\binterview feedback\b", text):
        return {"purpose": "mock-interview-feedback"}
    if named := re.match(r"(?:called|named|titled) ", text):
        return {"title": rest.part((named.end(), len(text))).typed}
    lead = re.match(r"(?:(?:about|on|for|regarding|to talk about|the|topic|problem)(?: |$))+", text)
    trail = re.search(r" (?:problem|topic)$", text)
    subject = rest.part((lead.end() if lead else 0, trail.start() if trail else len(text)))
    return {"about": subject.typed} if subject.typed else {}


def read_conversation(rest: Phrase) -> Arguments:
    """Read which conversation: its number, or words of its title."""
    lead = re.match(
        r"(?:(?:the|my|our|conversation|chat|thread|number|no|about|with|on|to|one|called)(?: |$))+", rest.text
    )
    which = rest.part((lead.end() if lead else 0, len(rest.text))).typed.lstrip("#")
    return {"which": which} if which else {}


def read_words(rest: Phrase) -> Arguments:
    """Read what to look for."""
    lead = re.match(r"(?:(?:for|about|the word|the words|messages|with|on)(?: |$))+", rest.text)
    words = rest.part((lead.end() if lead else 0, len(rest.text))).typed
    return {"text": words} if words else {}


def read_name(rest: Phrase) -> Arguments:
    """Read a new name, and of which conversation: "2 to graphs", "graphs"."""
    numbered = re.match(r"(?:(?:number|no) )?([0-9]{1,3}) (?:to|as|into) ", rest.text)
    start = numbered.end() if numbered else 0
    if not numbered and (lead := re.match(r"(?:to|as|into) ", rest.text)):
        start = lead.end()
    title = rest.part((start, len(rest.text))).typed
    return ({"title": title} if title else {}) | ({"which": numbered[1]} if numbered else {})


def read_code(rest: Phrase) -> Arguments:
    """Read the number that confirms an erasure."""
    code = re.search(r"(?<!\S)[0-9]{4}(?!\S)", rest.text)
    return {"code": code[0]} if code else {}


ACCOUNT: Final[tuple[Intent, ...]] = (
    Intent(
        name="forget",
        verb="erase_me",
        bare_verb="ask_to_erase_me",
        phrases=(
            re.compile(
                r"(?:(?:please|yes|ok) )?(?:delete|erase|forget|confirm) (?:everything |all )?(?P<rest>[0-9]{4} )"
            ),
            *phrases(
                f"(delete|erase|remove|wipe|destroy|clear) [all|of]* [my|the]* {_DATA} {_ABOUT_ME}",
                "(delete|erase|remove|wipe|forget) me [completely|please|now|from here|from your memory|entirely]*",
                f"forget [all|of]* [my|the]* {_DATA} {_ABOUT_ME}",
                "forget (everything|all) [about me|you know about me|you know]",
                "(close|delete|cancel) my account",
                "i want to be forgotten",
                "how (do|can) i (delete|erase|remove) (me|my data|my account|everything) [...]",
                "(right to be forgotten|gdpr delete|gdpr erase)",
            ),
        ),
        read=read_code,
        command=("forget", "", "delete everything about you, after a question"),
    ),
    Intent(
        name="export",
        verb="export_me",
        phrases=phrases(
            f"(export|download|dump|backup|back up|archive) [me|a copy of|all|of]* [my|the]* {_DATA} {_ABOUT_ME}",
            f"(give|send|get|show|hand|make) [me] [a copy of|an export of|a backup of|a dump of|a file of|all|of]* my "
            f"(data|information|records) {_ABOUT_ME}",
            f"(give|send|get|make) [me] (a copy|an export|a backup|a dump) of [all|my]* {_DATA} {_ABOUT_ME}",
            f"(export|download) {_MY} (progress|conversations|solves|attempts|messages|notes|tasks)",
            "(export|export me|data export|gdpr export)",
            "how (do|can) i (export|download|get|save) my data [...]",
        ),
        command=("export", "", "save everything about you as one file"),
    ),
    Intent(
        name="rename-conversation",
        verb="rename_conversation",
        phrases=phrases(
            f"(rename|name|call|title) [the|my|this|our|current]* {_TALK} [to|as] <...>",
            f"(rename|name|call) [the|my] {_TALK} <[number|no] # (to|as|into) ...>",
            "rename <[number|no] # (to|as|into) ...>",
            f"(change|set) the (name|title) of [the|my|this|our]* {_TALK} to <...>",
        ),
        read=read_name,
        needs="title",
        command=("rename", "NAME", "give this conversation a name"),
    ),
    Intent(
        name="conversations",
        verb="list_conversations",
        bare_verb=None,
        phrases=phrases(
            "[show|list|see|check|open|tell|give|get|view|me|all|what|which|whats|are|is|do i have|have i]* "
            f"{_MY} (conversations|chats|threads|conversation history|chat history|talks) [do i have|are there]*",
            "what (did|have) (we|i) [talk|talked|spoken|speak|discuss|discussed]* about [so far|before|lately]*",
        ),
        command=("conversations", "", "list your conversations"),
    ),
    Intent(
        name="search-conversations",
        verb="search_conversations",
        phrases=phrases(
            f"(search|look|find|check|grep|go) [through|in|inside] {_MY} "
            "(conversations|conversation|chats|chat|chat history|messages|talks|history|threads) <(for|about) ...>",
            f"(search|find|look for|look up) <...> in {_MY} "
            "(conversations|conversation|chats|chat|chat history|messages|talks|history|threads)",
            f"(search|search through|look through) {_MY} (conversations|chats|messages|talks|threads) <...>",
            "(when|where|what) did (we|i|you) [last|ever] (talk|speak|chat|discuss|say|talked|said) [about] <...>",
            "(did|have) we [ever] (talk|talked|speak|spoken|discussed|discuss|chatted|chat) [about] <...>",
        ),
        read=read_words,
        needs="text",
        command=("search", "WORDS", "find what was said, in any conversation"),
    ),
    Intent(
        name="new-conversation",
        verb="new_conversation",
        phrases=phrases(
            f"[i want to|i need to|lets|let us] [start|begin|open|create|make|have|need] [a|an|another]* "
            f"(new|fresh|another|clean) {_TALK} [<...>]",
            f"(start|begin|open) a {_TALK} <(about|on) ...>",
            "[lets] (start over|start afresh|begin afresh|change the subject|new subject)",
        ),
        read=read_subject,
        named="about",
        command=("new", "[TOPIC or PROBLEM]", "begin a new conversation; the old one is kept"),
    ),
    Intent(
        name="resume-conversation",
        verb="resume_conversation",
        phrases=phrases(
            "resume !([my|the|all]* (revision|revisions|review|reviews|practice)) <...>",
            f"(continue|reopen|open|switch to|go back to|back to|return to|pick up|switch) {_MY} {_TALK} <...>",
            "(continue|reopen|switch to|go back to|back to|return to) <[number|no] #>",
        ),
        read=read_conversation,
        needs="which",
        named="which",
        command=("resume", "NUMBER", "go back to an earlier conversation"),
    ),
)
