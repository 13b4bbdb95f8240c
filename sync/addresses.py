"""Links to problems: which site they lead to, and what that site calls the problem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

Kind = Literal["practice", "mirror", "reference"]
"""A site with problems of its own; one that shows LeetCode's; one that only tells about problems (videos, code)."""

LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'`|,)\]]+|(?<![\w@.])[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^\s<>\"'`|,)\]]+", re.IGNORECASE
)
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Site:
    """A site as a person knows it. `platform` is what the catalogue calls it, None where it has no name there."""

    name: str
    kind: Kind = "practice"
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A link taken apart: the site, the names that the site may have for the problem, and the page itself.

    `page` is the host and the path without "www." and the last slash, in lower case.
    """

    site: Site
    names: tuple[str, ...]
    page: str


LEETCODE: Final = Site("LeetCode", platform="leetcode")
_SITES: Final[dict[str, Site]] = {
    "leetcode.com": LEETCODE,
    "leetcode.cn": LEETCODE,
    "leetcode-cn.com": LEETCODE,
    "neetcode.io": Site("NeetCode", "mirror", "leetcode"),
    "neetcode.com": Site("NeetCode", "mirror", "leetcode"),
    "geeksforgeeks.org": Site("GeeksforGeeks", platform="geeksforgeeks"),
    "hackerrank.com": Site("HackerRank", platform="hackerrank"),
    "codeforces.com": Site("Codeforces", platform="codeforces"),
    "codechef.com": Site("CodeChef", platform="codechef"),
    "interviewbit.com": Site("InterviewBit", platform="interviewbit"),
    "atcoder.jp": Site("AtCoder"),
    "spoj.com": Site("SPOJ"),
    "cses.fi": Site("CSES"),
    "hackerearth.com": Site("HackerEarth"),
    "lintcode.com": Site("LintCode"),
    "naukri.com": Site("Code360"),
    "codingninjas.com": Site("Coding Ninjas"),
    "takeuforward.org": Site("takeUforward"),
    "algoexpert.io": Site("AlgoExpert"),
    "codewars.com": Site("Codewars"),
    "kattis.com": Site("Kattis"),
    "topcoder.com": Site("TopCoder"),
    "projecteuler.net": Site("Project Euler"),
    "exercism.org": Site("Exercism"),
    "binarysearch.com": Site("binarysearch"),
    "onlinejudge.org": Site("UVa"),
    "usaco.org": Site("USACO"),
    "adventofcode.com": Site("Advent of Code"),
    "youtube.com": Site("YouTube", "reference"),
    "youtu.be": Site("YouTube", "reference"),
    "github.com": Site("GitHub", "reference"),
    "gist.github.com": Site("GitHub", "reference"),
    "medium.com": Site("Medium", "reference"),
    "stackoverflow.com": Site("Stack Overflow", "reference"),
    "docs.google.com": Site("Google Docs", "reference"),
    "notion.so": Site("Notion", "reference"),
    "wikipedia.org": Site("Wikipedia", "reference"),
}
_SPOKEN: Final[tuple[tuple[str, str], ...]] = (
    (r"gfg|geeks ?for ?geeks", "geeksforgeeks.org"),
    (r"hacker ?rank|hr(?=\s*[:\-–])", "hackerrank.com"),
    (r"code ?forces|cf(?=\s*[:\-–#]?\s*\d{1,4}[a-z]\d?\b)|cf(?=\s*[:\-–])", "codeforces.com"),
    (r"code ?chef", "codechef.com"),
    (r"interview ?bit", "interviewbit.com"),
    (r"at ?coder", "atcoder.jp"),
    (r"spoj", "spoj.com"),
    (r"cses", "cses.fi"),
    (r"hacker ?earth", "hackerearth.com"),
    (r"lint ?code", "lintcode.com"),
    (r"code ?360", "naukri.com"),
    (r"coding ?ninjas?", "codingninjas.com"),
    (r"take ?u ?forward|tuf(?=\s*[:\-–])", "takeuforward.org"),
    (r"algo ?expert", "algoexpert.io"),
    (r"code ?wars", "codewars.com"),
    (r"kattis", "kattis.com"),
    (r"top ?coder", "topcoder.com"),
    (r"project euler", "projecteuler.net"),
    (r"usaco", "usaco.org"),
    (r"uva(?=\s*[:\-–#]?\s*\d)", "onlinejudge.org"),
)
_NAMED: Final = tuple((re.compile(rf"(?<![\w.]){said}(?![\w.])", re.IGNORECASE), host) for said, host in _SPOKEN)
_PAGES: Final[dict[str, re.Pattern[str]]] = {
    "leetcode": re.compile(r"/problems?/(?P<name>[^/]+)"),
    "geeksforgeeks": re.compile(r"/problems/(?P<name>[^/]+)|^/(?P<article>[^/]+)/?$"),
    "hackerrank": re.compile(r"/(?:challenges|problem)/(?P<name>[^/]+)"),
    "codeforces": re.compile(
        r"/(?:contest|gym)/(?P<contest>\d+)/problem/(?P<letter>\w+)|/problem/(?P<set>\d+)/(?P<mark>\w+)"
    ),
    "codechef": re.compile(r"/problems/(?P<name>[^/]+)"),
    "interviewbit": re.compile(r"/problems/(?P<name>[^/]+)"),
}


def read_address(link: str) -> Address | None:
    """Return what a link leads to, or None where it cannot be read."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return None
    if "." not in host:
        return None
    path = unquote(parts.path)
    site = site_of(host)
    return Address(site, _names(site, path), f"{host}{path.rstrip('/')}".lower())


def site_of(host: str) -> Site:
    """Return the site that a host belongs to: itself where nothing is known about it."""
    pieces = host.split(".")
    for start in range(len(pieces) - 1):
        if known := _SITES.get(".".join(pieces[start:])):
            return known
    return Site(host, "reference")


def spoken_site(text: str) -> tuple[Site, str] | None:
    """Return the site that is named in a text ("GFG: rotate array", "cf 4A"), and the text without its name."""
    for pattern, host in _NAMED:
        if found := pattern.search(text):
            return _SITES[host], text[: found.start()] + " " + text[found.end() :]
    return None


def _names(site: Site, path: str) -> tuple[str, ...]:
    pattern = _PAGES.get(site.platform or "")
    found = pattern.search(path) if pattern else None
    if found is None:
        return ()
    groups = {key: value for key, value in found.groupdict().items() if value}
    if contest := groups.get("contest") or groups.get("set"):
        mark = (groups.get("letter") or groups.get("mark") or "").upper()
        return (f"{contest}{mark}", f"{contest}/{mark}", f"{contest}-{mark}")
    name = groups.get("name") or groups.get("article") or ""
    slug = _SLUG.match(name)
    return (slug[0].strip("-_"),) if slug else ()
