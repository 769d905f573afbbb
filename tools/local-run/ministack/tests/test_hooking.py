from __future__ import annotations

import types

import pytest
from hooking import HookError, wrap


def test_a_function_that_is_no_more_is_named() -> None:
    with pytest.raises(HookError, match=r"module has no _gone: .* ministack 1\.5\.33"):
        wrap(types.ModuleType("module"), "_gone", lambda original: original)
