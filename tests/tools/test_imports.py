"""Importing past solves: nothing before a yes, honest dates, once, and back again."""

from __future__ import annotations

import time

from store.catalogue.facts import shipped_catalogue
from tests.tools.harness import Student
from tools.imports import ImportPreview, ImportReceipt
from tools.undo import UndoReceipt


async def test_timing(ada: Student) -> None:
    """Scratch."""
    text = "\n".join(problem.title for problem in shipped_catalogue().problems[:300])
    t = time.time()
    preview = await ada.do(ImportPreview, "preview_import", text=text)
    print("preview", time.time() - t, preview.ready, preview.questions, preview.unknown)
    before = await ada.everything(without=frozenset({"effects", "undo_log", "pending_imports"}))
    t = time.time()
    receipt = await ada.do(ImportReceipt, "confirm_import")
    print("confirm", time.time() - t, receipt)
    t = time.time()
    await ada.do(UndoReceipt, "undo_last")
    print("undo", time.time() - t)
    assert before == await ada.everything(without=frozenset({"effects", "undo_log", "pending_imports"}))
