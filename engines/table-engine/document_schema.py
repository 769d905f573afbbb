"""Prints the JSON Schema of the engine's documents, of which TypeScript's types are made (`npm run generate`)."""

from __future__ import annotations

import json

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from table_engine.documents import DOCUMENTS


class _Untitled(GenerateJsonSchema):
    """The schema without titles of fields, which say nothing that their names do not."""

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False


def document_schema() -> str:
    """The schema of every document as JSON: `$defs` by name, each in a line of its own."""
    adapters = [(document.__name__, "serialization", TypeAdapter(document)) for document in DOCUMENTS]
    _, schema = TypeAdapter.json_schemas(adapters, schema_generator=_Untitled)  # type: ignore[arg-type]
    lines = [f"{json.dumps(name)}: {json.dumps(types, ensure_ascii=False)}" for name, types in schema["$defs"].items()]
    return '{"$defs": {\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    print(document_schema(), end="")
