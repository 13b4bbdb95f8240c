"""A student's text as the coach reads it: words to match, beside the very words that were typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

# Longer texts are prose, code or an attack; none of them is an intent.
LONGEST = 1000
MOST_WORDS = 80


def words_of(*lines: str) -> tuple[str, ...]:
    """Return the words of some lines, in order."""
    return tuple(" ".join(lines).split())


# What a mistyped word may be taken for. Months and weekdays too: a due date is read from them.
KEYWORDS = words_of(
    "solved finished completed failed stuck alone myself unaided without hint hints help helped needed peeked looked",
    "solution editorial attempt attempts third second minutes minute hours hour seconds half",
    "task tasks todo remind reminder complete mark overdue friday monday tuesday wednesday thursday saturday sunday",
    "tomorrow today january february march april june july august september october november december",
    "next give another suggest recommend problem problems question practice practise something easy medium hard",
    "start begin started find search lookup undo revert review revise revision revisions reviews",
    "mastery weakest strongest progress strengths weaknesses profile interview timezone time zone",
    "what whats should good explain hello thanks done show just yesterday couldnt",
    "reschedule postpone delete weekday weekdays streak",
)
# Real words, many of them from titles of problems, that stand one slip away from a keyword.
KNOWN = frozenset(
    words_of(
        "stack stacks heap heaps least there these three tree trees order ordered word words state states hard harder",
        "fine stock stocks hand hands text starts stairs stream string strings single sudoku dont does doing gone",
        "gave lets list lists match matrix median merge meeting minimum maximum missing palindromic path paths",
        "product reverse reverses reversed reviewer robber rotate rotated sorted sum sums times timed finds",
        "mine mind tank zones tone reminders topic topics profit profiles house houses hit hits halve",
        "graph graphs grid greedy sort sorting this that then than them they have here were where when with",
        "would could solve solves solving finish finishes fail fails finding helps helping starting searching explains",
        "complement compete competes number numbers sunny marks marked shown problem questions given process solver",
        "heard postponed rescheduled delayed deferred moved pushed preponed",
        "too seen skip easier simpler different und",
        "processes talk talks chat chats conversation conversations export erase rename resume forget",
    )
)
_ALIASES = {
    "u": "you",
    "ur": "your",
    "pls": "please",
    "plz": "please",
    "wat": "what",
    "wats": "whats",
    "prob": "problem",
    "probs": "problems",
    "gimme": "give me",
    "lemme": "let me",
    "hav": "have",
    "wanna": "want to",
    "gonna": "going to",
    "thx": "thanks",
    "ty": "thanks",
    "tmr": "tomorrow",
    "tmrw": "tomorrow",
    "dunno": "dont know",
    "ad": "add",
    "todos": "tasks",
    "to-dos": "tasks",
    "to-do": "todo",
    "med": "medium",
    "w/": "with",
    "w": "with",
    "w/o": "without",
    "wiht": "with",
    "onyl": "only",
    "wo": "without",
}
_LEADS = re.compile(
    r"(?:(?:please|hey|hi|hello|ok|okay|so|well|now|and|then|um|uh|hm|hmm|yo|yes|yeah|yep|great|cool|nice|oh|ah|btw|coach|mentor|"
    r"prepmate|actually|sorry|alright|oops|(?:can|could|would|will) you|(?:can|could|may) i|i want you to|"
    r"(?:i would|id) like(?: you)? to|i want to see|i want to know)\s)+"
)
_PUNCTUATION = " \t.,!?;:\"'`()[]{}<>“”‘’«»—–-"
_NUMBER = re.compile(r"[0-9][0-9:.]*(?!\S)")
_DAY = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)?")
_AFTER_DAY = re.compile(r"20[0-9]{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*")
_TRAILS = re.compile(r"(?:\s(?:please|thanks|thank you|coach|mentor|lol|haha|mate|for me))+")


@dataclass(frozen=True)
class Phrase:
    """Words in pairs: `raw` as typed, `words` lower case, without punctuation, mistyped keywords put right."""

    raw: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return what patterns are matched against."""
        return " ".join(self.words)

    @property
    def typed(self) -> str:
        """Return the words as typed, without the punctuation around them; a number keeps its sign."""
        said = " ".join(self.raw)
        bare = said.strip(_PUNCTUATION)
        signed = re.search(rf"[-–](?={re.escape(bare)})", said) if _NUMBER.match(bare) else None
        return f"{signed[0]}{bare}" if signed else bare

    def __bool__(self) -> bool:
        return bool(self.words)

    def part(self, span: tuple[int, int]) -> Phrase:
        """Return the words that begin within a span of `text`."""
        kept = [index for index, start in enumerate(self._starts()) if span[0] <= start < span[1]]
        return self._pick(kept)

    def without(self, span: tuple[int, int]) -> Phrase:
        """Return the words that begin outside a span of `text`."""
        kept = [index for index, start in enumerate(self._starts()) if not span[0] <= start < span[1]]
        return self._pick(kept)

    def cut(self, pattern: re.Pattern[str]) -> tuple[re.Match[str] | None, Phrase]:
        """Return the first match of a pattern and the phrase without it."""
        match = pattern.search(self.text)
        return (match, self.without(match.span())) if match else (None, self)

    def core(self) -> Phrase:
        """Return the phrase without the courtesies around it; a phrase of nothing else stays whole."""
        lead = _LEADS.match(self.text)
        inner = self.without(lead.span()) if lead else self
        trails = list(_TRAILS.finditer(inner.text))
        if trails and trails[-1].end() == len(inner.text):
            inner = inner.part((0, trails[-1].start()))
        return inner

    def clauses(self) -> list[Phrase]:
        """Return the pieces between commas, full stops, exclamation marks and the word "and"."""
        pieces: list[list[int]] = [[]]
        for index, (raw, word) in enumerate(zip(self.raw, self.words, strict=True)):
            if word == "and":
                pieces.append([])
                continue
            pieces[-1].append(index)
            if raw[-1] in ",;.!" and not self._goes_on(index):
                pieces.append([])
        return [self._pick(piece) for piece in pieces if piece]

    def _goes_on(self, index: int) -> bool:
        """Whether the mark after a number stands inside a date: "march 15, 2027", "15. march"."""
        following = self.words[index + 1] if index + 1 < len(self.words) else ""
        return bool(_DAY.fullmatch(self.words[index]) and _AFTER_DAY.fullmatch(following))

    def _starts(self) -> list[int]:
        starts, at = [], 0
        for word in self.words:
            starts.append(at)
            at += len(word) + 1
        return starts

    def _pick(self, kept: list[int]) -> Phrase:
        return Phrase(tuple(self.raw[index] for index in kept), tuple(self.words[index] for index in kept))


def read(text: str) -> Phrase:
    """Return any text as a phrase; of a text longer than `LONGEST` only the beginning."""
    raw, words = [], []
    for token in clean(text)[:LONGEST].split():
        word = _word(token)
        if word:
            raw.append(token)
            words.append(_put_right(word))
    return Phrase(tuple(raw), tuple(words))


def clean(text: str) -> str:
    """Return the text without control characters, invisible marks and surrogates, quotes straightened."""
    straight = unicodedata.normalize("NFKC", text.encode("utf-8", "ignore").decode("utf-8"))
    straight = straight.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})
    return "".join(
        " " if char.isspace() else char
        for char in straight
        if char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    ).strip()


def _word(token: str) -> str:
    """Return what a token means to a pattern: "Ladder!!" is "ladder", "don't" is "dont", an emoji is nothing."""
    word = token.lower().replace("'", "")
    if word in _ALIASES:
        return word
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and not word[end - 1].isalnum() and word[end - 1] != "+":
        end -= 1
    if start and start < end and word[start - 1] == "-" and word[start].isdigit():
        start -= 1
    return word[start:end]


@lru_cache(maxsize=4096)
def _put_right(word: str) -> str:
    """Return the keyword that a word is a slip of, or the word itself."""
    if word in _ALIASES:
        return _ALIASES[word]
    if word in KNOWN or word in KEYWORDS or not word.isalpha() or not 3 <= len(word) <= 14:
        return word
    near = [(distance, keyword) for keyword in KEYWORDS if (distance := _slips(word, keyword)) is not None]
    return min(near, key=lambda pair: pair[0])[1] if near else word


def _slips(word: str, keyword: str) -> int | None:
    """Return how many slips of the fingers lie between a word and a keyword; None where it is another word."""
    if word[0] != keyword[0] and sorted(word[:2]) != sorted(keyword[:2]):
        return None
    allowed = 2 if len(keyword) >= 8 else 1
    if len(keyword) <= 4 and len(word) == len(keyword) and sorted(word) != sorted(keyword):
        return None
    distance = OSA.distance(word, keyword, score_cutoff=allowed)
    return distance if distance <= allowed else None
