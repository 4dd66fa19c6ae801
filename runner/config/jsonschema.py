"""The JSON Schema of `teleclaude.yml`, with which editors complete and check it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.config.project_keys import PROJECT
from runner.config.section import section_schema

if TYPE_CHECKING:
    from runner.config.declaration import Schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """Draft 2020-12, from the declarations that the loader reads by."""
    return {"$schema": DIALECT, "title": PROJECT.name, **section_schema(PROJECT)}
