"""The verifier of the data contract can fail: each kind of drift in the contract's text is seen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field

from store.client import connect
from store.documents.base import Document, Element, Id, Index, Map, Number, Part, Text, index
from store.documents.values import Filled, FiveSteps, NowTime, Percent, Seconds, Trimmed, UserId
from store.indexes import ensure_indexes
from tests.verify.__main__ import main as dispatch
from tests.verify.contract.compare import compare, compare_live
from tests.verify.contract.parse import ContractError, parse_contract
from tests.verify.contract.shape import merged_indexes

CONTRACT = """\
# Shapes
1. **Things** - Widget

### **Widget Collection**
```javascript
{
  _id: ObjectId,

  // Who it belongs to, {and} what: it is
  userId: ObjectId (required, ref: 'User', indexed),
  platform: String (required, trimmed),
  // composite unique: userId + platform
  name: String (required, max 40, indexed, text-indexed),
  secret: String (hashed, min 8 chars, not selected by default),
  layer: String (e.g., 'One', 'Two'),
  status: String (default: 'new', enum: 'new'|'old'),
  tags: [String] (enum: 'red'|'system design'),
  steps: Number (1-5, default: 3, indexed),
  tries: Number (default: 1, min: 1),
  score: Number (0-100),
  timeTaken: Number (in seconds),
  isActive: Boolean (default: true),
  madeAt: Date (default: now),
  reference: String (sparse, indexed),
  code: String (unique),
  recent: [Number] (last 5 scores),
  parts: [{
    partId: ObjectId (indexed),
    inner: {
      weight: Number
    }
  }],
  totals: {
    count: Number (default: 0)
  },
  byCompany: Map<String, {
    strong: [String],
    ready: Boolean
  }>,
  byTopic: Map<String, Number>,

  createdAt: Timestamp,
  updatedAt: Timestamp
}

Indexes:
  - name: 1
  - name: 'text' (text search)
  - steps: -1
  - status: 1, createdAt: -1 (compound)
```
"""


class Inner(Part):
    weight: Number | None = None


class Piece(Element):
    part_id: Id | None = None
    inner: Inner | None = None


class Totals(Part):
    count: int = 0


class Company(Part):
    strong: list[Text] = Field(default_factory=list)
    ready: bool | None = None


class Widget(Document):
    collection: ClassVar[str] = "widgets"
    owner: ClassVar[str | None] = "userId"
    hidden: ClassVar[tuple[str, ...]] = ("secret",)
    indexes: ClassVar[tuple[Index, ...]] = (
        index("userId"),
        index("userId", "platform", unique=True),
        index("name"),
        index("name:text"),
        index("-steps"),
        index("reference", sparse=True),
        index("code", unique=True),
        index("parts.partId"),
        index("status", "-createdAt"),
    )

    user_id: UserId
    platform: Trimmed
    name: Annotated[Filled, Field(max_length=40)]
    secret: Annotated[Text, Field(min_length=8)] | None = None
    layer: Text | None = None
    status: Literal["new", "old"] = "new"
    tags: list[Literal["red", "system design"]] = Field(default_factory=list)
    steps: FiveSteps = 3
    tries: Annotated[int, Field(ge=1)] = 1
    score: Percent | None = None
    time_taken: Seconds | None = None
    is_active: bool = True
    made_at: NowTime | None = None
    reference: Text | None = None
    code: Text | None = None
    recent: list[Number] = Field(default_factory=list)
    parts: list[Piece] = Field(default_factory=list)
    totals: Totals = Field(default_factory=Totals)
    by_company: Map[Company] | None = None
    by_topic: Map[Number] | None = None


def differences(text: str, documents: Sequence[type[Document]] = (Widget,)) -> list[str]:
    """Return what differs between the contract's text and the documents."""
    return compare(parse_contract(text), documents).differences


def test_agreement_has_no_difference() -> None:
    """A contract and documents that agree are found to agree, and every sort of thing was compared."""
    result = compare(parse_contract(CONTRACT), [Widget])
    assert result.differences == []
    assert result.counts["fields"] == 29
    assert result.counts["indexes"] == 9


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("score: Number", "scores: Number", "scores is missing here"),
        ("score: Number (0-100),", "", "score is not in the contract"),
        ("weight: Number", "mass: Number", "Widget.parts[].inner"),
        ("ready: Boolean", "ready: String", "Widget.byCompany{}.ready: types"),
        ("Map<String, Number>", "Map<String, String>", "Widget.byTopic{}: types"),
        ("recent: [Number]", "recent: Number", "Widget.recent: types"),
        ("'new'|'old'", "'new'|'older'", "Widget.status: enums"),
        ("'new'|'old'", "'new'|'old'|'lost'", "Widget.status: enums"),
        ("'red'|", "", "Widget.tags[]: enums"),
        ("default: 'new'", "default: 'old'", "Widget.status: defaults"),
        ("(default: 'new', ", "(", "Widget.status: defaults"),
        ("default: true", "default: false", "Widget.isActive: defaults"),
        ("default: 0)", "default: false)", "Widget.totals.count: defaults"),
        ("default: now", "indexed", "Widget.madeAt: defaults"),
        ("default: 3", "default: 4", "Widget.steps: defaults"),
        ("required, trimmed", "trimmed", "Widget.platform: required flags"),
        ("code: String (unique)", "code: String (required, unique)", "Widget.code: required flags"),
        ("trimmed", "indexed", "Widget.platform: trimming"),
        ("0-100", "0-10", "Widget.score: ranges"),
        ("min: 1", "min: 0", "Widget.tries: ranges"),
        ("max 40", "max 41", "Widget.name: lengths"),
        ("min 8 chars", "min 9 chars", "Widget.secret: lengths"),
        (", not selected by default", "", "Widget: hidden fields"),
        ("ref: 'User'", "ref: 'Topic'", "Widget.userId: references"),
        ("in seconds", "in minutes", "Widget.timeTaken: units"),
        ("  - status: 1, createdAt: -1 (compound)\n", "", "indexes: status: 1, createdAt: -1 is not in the contract"),
        ("createdAt: -1 (", "createdAt: 1 (", "indexes: status: 1, createdAt: 1 is missing here"),
        ("createdAt: -1 (compound", "createdAt: -1 (unique compound", "createdAt: -1 unique is missing here"),
        ("composite unique: userId + platform", "composite: none", "userId: 1, platform: 1 unique is not in"),
        ("sparse, indexed", "indexed", "indexes: reference: 1 is missing here"),
        ("String (unique)", "String (indexed)", "indexes: code: 1 is missing here"),
        ("ObjectId (indexed)", "ObjectId", "indexes: parts.partId: 1 is not in the contract"),
        ("layer: String (", "layer: String (text-indexed) (", "layer: text, name: text is missing here"),
        ("steps: -1", "steps: 1", "indexes: steps: 1 is missing here"),
        ("Boolean (default", "Boolean (immutable, default", "not understood: isActive: (immutable)"),
        ("- steps: -1", "- steps: -1 (ttl)", "not understood: - steps: -1 (ttl)"),
    ],
)
def test_each_drift_is_seen(before: str, after: str, said: str) -> None:
    """A changed name, type, value, default, flag, range, index or unknown note in the contract is reported."""
    assert before in CONTRACT
    found = differences(CONTRACT.replace(before, after))
    assert any(said in difference for difference in found), found


def test_missing_and_additional_collections_are_seen() -> None:
    """A collection on one side only is reported, whichever side it is."""
    assert differences(CONTRACT, []) == ["the contract: Widget is missing here"]
    assert differences("", [Widget]) == ["the contract: Widget is not in the contract"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("layer: String", "layer: Text"),
        ("tags: [String]", "tags: [String"),
        ("(e.g., 'One', 'Two')", "(e.g., 'One'"),
        ("  layer:", "  tags: String,\n  layer:"),
        ("- Widget\n", "- Widget, Gadget\n"),
        ("updatedAt: Timestamp\n}", "updatedAt: Timestamp\n}}"),
        ("Indexes:", "} Indexes"),
    ],
)
def test_what_cannot_be_parsed_is_an_error(before: str, after: str) -> None:
    """Text that the parser does not understand stops it; nothing is skipped in silence."""
    assert before in CONTRACT
    with pytest.raises(ContractError):
        parse_contract(CONTRACT.replace(before, after, 1))


async def test_live_indexes_are_compared(mongo_uri: str, database_name: str) -> None:
    """An index that is missing in the database, or there beside the contract's, is reported."""
    contract = parse_contract(CONTRACT)
    database = connect(mongo_uri, database_name)
    await ensure_indexes(database, [Widget])
    agreed = await compare_live(contract, [Widget], database)
    await database.collection("widgets").create_index([("layer", 1)], name="layer_1")
    wider = parse_contract(CONTRACT.replace("  - steps: -1\n", "  - steps: -1\n  - tries: 1\n"))
    drifted = await compare_live(wider, [Widget], database)
    database.close()
    assert (agreed.differences, agreed.counts["live indexes"]) == ([], 9)
    assert len(drifted.differences) == 2
    assert drifted.differences == [
        "Widget: live indexes: tries: 1 is missing here",
        "Widget: live indexes: layer: 1 is not in the contract",
    ]


def test_inline_and_block_form_are_one_index() -> None:
    """The note behind a field and the block's line over the same field ask for one index, in the block's direction."""
    (collection,) = parse_contract(CONTRACT)
    over_steps = [index for index in merged_indexes(collection) if index.keys[0][0] == "steps"]
    assert [index.keys for index in over_steps] == [(("steps", -1),)]


def test_the_command_tells_by_its_exit_status(mongo_uri: str, tmp_path: Path) -> None:
    """`python -m tests.verify schema` exits 1 on a file that differs and lists the differences."""
    contract = tmp_path / "contract.md"
    contract.write_text(CONTRACT)
    command = [sys.executable, "-m", "tests.verify", "schema", str(contract), "--uri", mongo_uri]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "- the contract: Widget is missing here" in done.stdout


def test_the_dispatcher_knows_its_names(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tests.verify --help` lists the verifications, and an unknown name is a usage error."""
    assert dispatch(["--help"]) == 0
    assert "schema" in capsys.readouterr().out
    assert dispatch(["nothing"]) == 2
