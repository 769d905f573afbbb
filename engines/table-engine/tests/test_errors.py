"""Errors as the user sees them."""

from __future__ import annotations

import pytest
from deltalake import DeltaTable

from table_engine.errors import describe


def test_no_colour_codes_are_in_an_error() -> None:
    """delta-rs colours its chain of causes, also where no one sees colours."""
    options = {"aws_endpoint": "http://127.0.0.1:1", "aws_allow_http": "true", "max_retries": "0"}
    keys = {"aws_region": "us-east-1", "aws_access_key_id": "any", "aws_secret_access_key": "any"}
    with pytest.raises(OSError) as failed:
        DeltaTable("s3://bucket/table", storage_options={**options, **keys}).version()
    assert "\x1b[" in str(failed.value)  # Otherwise there is nothing to be done any more.
    assert describe(failed.value).startswith("OSError: ")
    assert "Connection refused" in describe(failed.value)
    assert "\x1b" not in describe(failed.value)
