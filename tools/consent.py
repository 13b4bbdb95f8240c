"""Whether a student's own words ask for what a model is about to do for them.

A model does what it reads, wherever that stands: in a list, in pasted code, in a picture. So what takes the student's
yes is done on their own words in the message that is being answered, and on nothing else. In a language whose words
are missing here they are asked once more; `yes`, a command and a tap always count.
"""

from __future__ import annotations

import re
from typing import Final

from store.documents.own import Turn
from tools.context import MentorContext
from tools.matching import spell

_LEFT_OVER: Final = 2
"""Words that may stand beside a yes and are not known here: "sí, importa todo"."""
_LINE: Final = 40
"""Words of a line that is a wish; longer ones are told or pasted."""
_NOT_OWN: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|^[^\S\n]*>[^\n]*$|🖼.*\Z", re.DOTALL | re.MULTILINE)
"""Code, quoted lines, and what a picture shows."""
_QUOTED: Final = re.compile(r"“[^”]*”|«[^»]*»|„[^“”]*[“”]|\"[^\"]*\"|「[^」]*」")


def _words(text: str) -> frozenset[str]:
    return frozenset(spell(text).split())


_YES: Final = _words(
    "yes yeah yep yup yess y sure ok okay okey kay go correct right absolutely definitely exactly agreed confirm "
    "confirmed proceed approved ja jo jawohl klar gerne bitte passt genau si sí claro vale dale oui ouais bien "
    "sim pode certo da tak dobrze jasne igen ano jasne hai sì certo evet tamam olur haan han ji theek да так ага "
    "конечно давай ναι نعم اجل ايوه כן हाँ हां ठीक जी ya iya boleh oo sige vâng co được ja joo kyllä jah aye"
)
_NO: Final = _words(
    "no nope nah never not dont stop wait cancel later without nein nicht kein keine warte abbrechen non pas ne "
    "nee niet nej ei não nie ne nem hayir değil tidak jangan khong нет не ні όχι لا לא नहीं मत"
)
_AGREEING_SIGNS: Final = re.compile(
    r"👍|✅|👌|^\s*(?:是|好|对|對|行|可以|确认|確認|はい|うん|お願い|네|예|응|그래|좋아)"
)
_REFUSING_SIGNS: Final = re.compile(r"👎|❌|不|别|別|いいえ|いや|아니")
_ASKING: Final = _words(
    "what whats how why which who where when is are does did was were was wie warum wer que como por qué quoi "
    "comment pourquoi что как почему"
)
_BESIDE: Final = _words(
    "i we me my you it its this that these those them they the a an and too also to for of in is are was looks "
    "look want would like have just now then so lets can could please great thank thanks thx everything each "
    "every list lists lines line solves problems import imported importing add added save store record ahead with "
    "help hints unaided alone but except only first match matches dates day month und mit alle alles todo todos "
    "tout tous tudo"
)
"""What may stand beside a yes and changes nothing of it."""
_HOLDS: Final = _words("think thinking check moment minute second maybe unsure question before yet why what how")
_FINE: Final = re.compile(
    r"(?:(?:that|thats|it|this|all|everything) )?(?:looks?|is|seems) (?:all )?(?:good|fine|great|perfect)"
)
_IMPORT: Final = re.compile(
    r"(?:please )?(?:import|add|save|store|record|take|do (?:it|that|them|all)|all|only|just|except|first|\d+ ?[a-h]\b)"
)
_MERE: Final = _words("ok okay okey kay right thanks thank thx ty danke gracias merci obrigado obrigada grazie")
"""Words that acknowledge a hint and ask for no other."""
_MORE: Final = _words(
    "hint hints tip tips clue nudge help stuck next another more further continue idea clueless solution "
    "solutions answer reveal show lost tipp tipps hinweis hinweise hilfe hilf weiter weitere nachster nachsten "
    "noch losung zeig pista pistas ayuda siguiente otra otro mas solucion indice indices aide suivant suivante "
    "encore plus dica dicas ajuda proxima proximo mais suggerimento aiuto prossimo ancora soluzione hulp volgende "
    "meer oplossing podpowiedz pomoc dalej ipucu yardim подсказка подсказку подсказки помощь помоги дальше еще "
    "решение مساعدة تلميح رمز संकेत मदद petunjuk bantuan"
)
_MORE_SIGNS: Final = re.compile(r"提示|下一|更多|帮助|幫助|答案|ヒント|次|もっと|助け|힌트|도움|다음")
_NO_MORE: Final = re.compile(
    r"\b(?:no|not|dont|without|never|enough|kein|keine|ohne|sin|sans|sem|senza)\b"
    r"(?: (?:need|want|give|show|me|any|a|the|your|yet|further|more))* "
    r"(?:hints?|help|tips?|more|stuck|next|another|solutions?|answer)\b"
    r"|\b(?:needed|used|had|got|took|with|after|from) (?:\w+ ){0,2}?(?:hints?|help|tips?|solution)\b"
)
_TRIED: Final = _words(
    "tried trying attempted attempt thought thinking considered started used wrote coded approach idea probiert "
    "versucht gedacht intente probe essaye pense tentei pensei provato попробовал попробовала пробовал"
)
_THANKS: Final = _words(
    "thanks thank thx ty danke gracias merci obrigado obrigada grazie спасибо bye nothing nevermind nvm"
)


class OwnWords:
    """What a student wrote themselves in a message: without code, quotations and what stands in a picture."""

    def __init__(self, text: str) -> None:
        self._is_command = text.startswith("/")
        self._own = _QUOTED.sub(" ", _NOT_OWN.sub(" ", text)).strip()
        self._words = spell(self._own).split()
        self._is_question = self._own.endswith(("?", "？")) or bool(self._words and self._words[0] in _ASKING)

    @property
    def agrees(self) -> bool:
        """Return whether they say yes, and hardly anything else."""
        if self._is_command:
            return True
        if self._is_question or self._refuses() or _HOLDS.intersection(self._words):
            return False
        if _AGREEING_SIGNS.match(self._own) or _FINE.match(" ".join(self._words)):
            return True
        return bool(_YES.intersection(self._words[:3])) and not self._says_more()

    @property
    def agrees_to_import(self) -> bool:
        """Return whether they say yes to a list, or which of its lines they want."""
        if self.agrees:
            return True
        if self._is_question or self._refuses() or self._says_more():
            return False
        return _IMPORT.match(" ".join(self._words)) is not None

    @property
    def asks_for_hint(self) -> bool:
        """Return whether they ask for help that goes further, or say yes to it."""
        if self._is_command or (self.agrees and not _MERE.intersection(self._words)):
            return True
        lines = [line for line in self._own.splitlines() if line.strip()]
        return any(_is_wish(line) for line in (lines[:1] + lines[-1:]))

    def tells(self, tried: str) -> bool:
        """Return whether they say what they tried, which a model has put into words."""
        if self.asks_for_hint:
            return True
        if self._is_question or not self._words or self._words[0] in _NO | _THANKS:
            return False
        known = _TRIED.union(spell(tried).split())
        return bool(known.intersection(self._words)) or len(self._words) > _LEFT_OVER + 1

    def _says_more(self) -> bool:
        """Return whether there is more than a yes: the message is about something else as well, or instead."""
        known = _YES | _BESIDE
        left = [word for word in self._words if word not in known and len(word) > 1 and not word.isdigit()]
        return len(left) > _LEFT_OVER

    def _refuses(self) -> bool:
        """Return whether they say no; a no to single lines of a list leaves them out."""
        if self._words and self._words[0] in _NO:
            return True
        numbered = any(word.isdigit() for word in self._words)
        return not numbered and bool(_NO.intersection(self._words) or _REFUSING_SIGNS.search(self._own))


def _is_wish(line: str) -> bool:
    """Return whether a line asks for a hint, or for what comes after it."""
    words = spell(line)
    if len(words.split()) > _LINE or _NO_MORE.search(words):
        return False
    return bool(_MORE.intersection(words.split()) or _MORE_SIGNS.search(line))


async def read_own_words(context: MentorContext) -> OwnWords:
    """Return the student's own words in the message that is being answered."""
    turn = await context.work.of(Turn).get(context.turn) if context.turn else None
    return OwnWords(turn.text if turn else "")
