"""Answers as a mentor might write them, made by chance from a seed: every construct of Markdown in several scripts."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

LATIN = "sliding window keeps the best answer so far in O(n) time; vector<int> costs $5 or a || b, ~5 x_1 & more"
HEBREW = "שלום זה מערך ממוין עם שני מצביעים וחיפוש בינארי"
ARABIC = "مرحبا هذا جدول التجزئة وخوارزمية البحث الثنائي في مصفوفة"
CHINESE = ["动态规划", "二分查找算法的时间复杂度", "哈希表"]
EMOJI = ["😀", "👨‍👩‍👧‍👦", "🇪🇺🇩🇪", "👍🏽", "❤️‍🔥", "e\u0301tude", "각", "𝒪(𝑛)", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
LANGUAGES = ("python", "java", "cpp", "go", "javascript", "rust", "sql", "c#")
LINES = (
    "for i in range(n):",
    "    if a[i] < b || c > d:  # <int>",
    "\treturn `x` \\(n\\) [^1]",
    "        s = '😀 שלום'  // | a | b |",
    "}",
    "",
    "vector<pair<int, int>> best(n + 1, {0, 0});",
    "**not bold** _not italic_ <br>",
)
LONG = "x = [" + "1, " * 60 + "]"


class Answer:
    """The blocks of one answer, until it is `length` characters long."""

    def __init__(self, seed: int, length: int) -> None:
        self.random = Random(seed)
        sentence, others = self.random.choice(
            ((LATIN, ()), (LATIN, EMOJI), (HEBREW, EMOJI), (ARABIC, ()), (LATIN, CHINESE + EMOJI))
        )
        self.words = [*sentence.split(" "), *others]
        blocks = []
        while length > 0:
            blocks.append(self.random.choice(self._kinds())())
            length -= len(blocks[-1]) + 2
        self.markdown = "\n\n".join(blocks)

    def _kinds(self) -> tuple[Callable[[], str], ...]:
        prose = (self.paragraph, self.paragraph, self.paragraph)
        return (
            *prose,
            self.heading,
            self.list,
            self.numbered,
            self.tasks,
            self.quote,
            self.code,
            self.code,
            self.table,
        )

    def some(self, least: int, most: int) -> str:
        """Return so many words, some of them marked."""
        return " ".join(self.word() for _ in range(self.random.randint(least, most)))

    def word(self) -> str:
        """Return one word, perhaps bold, a link or code."""
        words = [self.random.choice(self.words) for _ in range(self.random.randint(1, 3))]
        word = " ".join(words)
        match self.random.randint(0, 14):
            case 0:
                return f"**{word} end**"
            case 1:
                return f"*{word} end*"
            case 2:
                return f"`{words[0]} <b>||`"
            case 3:
                return f"[{word}](https://prepmate.example/{self.random.randint(1, 99)})"
            case 4:
                return f"~~so {word} end~~ **bold *and italic* end**"
        return word

    def paragraph(self) -> str:
        """Return a few lines of text."""
        return "\n".join(self.some(5, 30) for _ in range(self.random.randint(1, 3)))

    def heading(self) -> str:
        """Return a heading of some level, a rule behind it now and then."""
        return "#" * self.random.randint(1, 5) + " " + self.some(1, 5) + self.random.choice(("", "", "\n\n---"))

    def list(self) -> str:
        """Return a list, with lists and code inside."""
        lines = []
        for _ in range(self.random.randint(2, 6)):
            lines.append(f"- {self.some(2, 10)}")
            if not self.random.randint(0, 3):
                lines += [f"  - {self.some(1, 5)}" for _ in range(2)]
            if not self.random.randint(0, 5):
                lines += [f"  {line}".rstrip() for line in self.code().split("\n")]
                lines.append(f"  {self.some(2, 5)}")
        return "\n".join(lines)

    def numbered(self) -> str:
        """Return a numbered list."""
        first = self.random.randint(1, 9)
        return "\n".join(f"{first + i}. {self.some(2, 10)}" for i in range(self.random.randint(2, 6)))

    def tasks(self) -> str:
        """Return a list of tasks."""
        return "\n".join(f"- [{self.random.choice(' x')}] {self.some(2, 6)}" for _ in range(3))

    def quote(self) -> str:
        """Return a quotation of some lines."""
        return "\n".join(f"> {self.some(3, 12)}" for _ in range(self.random.randint(1, 4)))

    def code(self) -> str:
        """Return a fence with a language; one in eight is long, one in thirty very long."""
        count = self.random.choice((3, 5, 8, 12, 20, 20, 30, 90))
        count = 400 if not self.random.randint(0, 30) else count
        lines = [self.random.choice((*LINES, *LINES, LONG)) for _ in range(count)]
        language = self.random.choice(LANGUAGES)
        return "\n".join([f"```{language}", f"def f_{count}():", *lines, "return", "```"])

    def table(self) -> str:
        """Return a table, narrow or wide."""
        columns, words = self.random.randint(2, 4), self.random.choice((1, 1, 4))
        rows = [[self._cell(words) for _ in range(columns)] for _ in range(self.random.randint(2, 6))]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * columns, *lines[1:]])

    def _cell(self, words: int) -> str:
        cell = " ".join(self.random.choice(self.words).replace("||", "or") for _ in range(words))
        return self.random.choice((cell, cell, f"**{cell} end**", f"`{cell}`", f"[{cell}](https://prepmate.example/t)"))


def make_answers(count: int) -> list[str]:
    """Return so many answers of all lengths up to 30,000 characters, the same ones every time."""
    random = Random("answers")
    lengths = [int(10 ** random.uniform(1.5, 3.2)) for _ in range(count - 10)] + [int(3_000 * n) for n in range(1, 11)]
    return [Answer(seed, length).markdown[:30_000] for seed, length in enumerate(lengths)]
