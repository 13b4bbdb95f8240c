"""What a tap stands for: the button below something that was said, as the message that its student says by it."""

from __future__ import annotations

from dataclasses import dataclass

from store.client import Database
from store.documents.own import Action, ChannelAccount, OutboxItem, Platform
from store.repositories.base import read_one
from texts import say


@dataclass(frozen=True)
class Tap:
    """A button that was found. `says` is what its student says by tapping it.

    `key` names it once for all buttons of its group below one item, so that the first tap counts and a repeated one is
    the same message again; None where a tap may be repeated: then each press is a message of its own.
    `chosen` are the buttons that stand below the item once it was tapped, each with its place among the item's actions.
    """

    says: str
    key: str | None
    item: str
    chosen: tuple[tuple[int, Action], ...]


class Taps:
    """Finds the buttons below what was said, on every platform."""

    def __init__(self, database: Database) -> None:
        self._items = database.collection(OutboxItem.collection)
        self._accounts = database.collection(ChannelAccount.collection)

    async def find(self, platform: Platform, account: str, item_id: str, index: int) -> Tap | str:
        """Return what the `index`-th button below an item stands for, or the sentence to show instead of doing it.

        Raises: StoreError.
        """
        raw = await self._items.find_one({"_id": item_id, "platform": platform})
        item = read_one(OutboxItem, raw, self._items)
        if item is None or not 0 <= index < len(item.actions):
            return say("This button is from before; I no longer know what it stood for. Write it instead.")
        link = await self._accounts.find_one({"_id": f"{platform}:{account}"}, fields={"userId": 1})
        if link is None or str(link.get("userId")) != str(item.user_id):
            return say("This button is for whoever asked. Ask me yourself and you get your own.")
        action = item.actions[index]
        key = f"{item_id}:{action.group}" if action.group else None
        return Tap(action.says, key, item_id, after_tap(item.actions, index))


def after_tap(actions: list[Action], index: int) -> tuple[tuple[int, Action], ...]:
    """Return the buttons that stand once one was tapped: of its group only what was chosen, marked so."""
    chosen = actions[index]
    left = []
    for place, action in enumerate(actions):
        if place == index and chosen.group:
            left.append((place, action.model_copy(update={"label": marked(action.label)})))
        elif chosen.group is None or action.group != chosen.group:
            left.append((place, action))
    return tuple(left)


def marked(label: str) -> str:
    """Return a label as that of what was chosen."""
    return f"✓ {label}"
