"""The schema of the documents is the one that TypeScript's types are made of."""

from __future__ import annotations

from pathlib import Path

from document_schema import document_schema


def test_the_committed_schema_is_the_one_of_the_types() -> None:
    committed = Path(__file__).parents[1] / "documents.schema.json"
    assert committed.read_text(encoding="utf-8") == document_schema(), "run `npm run generate`"
