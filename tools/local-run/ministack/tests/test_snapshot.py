from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import snapshot
from conftest import Emulator
from ministack import app  # type: ignore[import-untyped]
from ministack.core.responses import AccountRegionScopedDict  # type: ignore[import-untyped]
from ministack.services import cloudformation, lambda_svc, s3  # type: ignore[import-untyped]


def document(emulator: Emulator) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((emulator.folder / "services.json").read_text())
    return loaded


def loaded(service: str) -> Any:
    """What MiniStack is given for a service when it starts."""
    found: list[Any] = []

    def restore() -> None:
        found.append(app.load_state(service))

    snapshot._reading_the_document(restore)()
    return found[0]


def test_every_service_is_restored_from_one_document(emulator: Emulator) -> None:
    scoped = AccountRegionScopedDict()
    scoped._data[("000000000000", "us-east-1", "name")] = {"body": b"\xff"}
    snapshot.save({"one": lambda: {"store": scoped}, "two": lambda: {"a": 1}, "none": lambda: None})
    assert loaded("one")["store"]._data == scoped._data
    assert loaded("two") == {"a": 1}
    assert loaded("none") is None
    assert [file.name for file in emulator.folder.glob("*.json")] == ["services.json"]


def test_a_save_that_fails_leaves_the_document_of_before(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot.save({"one": lambda: 1, "two": lambda: 1})

    def broken() -> Any:
        raise ValueError("no state")

    with pytest.raises(ValueError, match="no state"):
        snapshot.save({"one": lambda: 2, "two": broken})
    assert document(emulator) == {"one": 1, "two": 1}
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        snapshot.save({"one": lambda: 3, "two": lambda: 3})
    assert document(emulator) == {"one": 1, "two": 1}


def test_a_service_that_changes_meanwhile_is_asked_again(emulator: Emulator) -> None:
    states = iter([RuntimeError("dictionary changed size during iteration"), 7])

    def busy() -> Any:
        state = next(states)
        if isinstance(state, Exception):
            raise state
        return state

    snapshot.save({"busy": busy})
    assert document(emulator) == {"busy": 7}


@pytest.mark.parametrize("text", ["", '{"lambda": {"functions"'])
def test_a_document_that_is_cut_off_is_an_error(emulator: Emulator, text: str) -> None:
    (emulator.folder / "services.json").write_text(text)
    with pytest.raises(snapshot.SnapshotError, match=r"services\.json cannot be read .* `npm run reset`"):
        emulator.kill_and_start()


def test_code_is_kept_as_long_as_the_document_on_the_disk_refers_to_it(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def code() -> list[bytes]:
        return [file.read_bytes() for file in Path(lambda_svc.CODE_BLOB_DIR).glob("*.zip")]

    lambda_svc._functions["f"] = {"code_zip": b"old"}
    try:
        snapshot.save({"lambda": lambda_svc.get_state})
        lambda_svc._functions["f"] = {"code_zip": b"new"}
        with monkeypatch.context() as broken:
            broken.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
            with pytest.raises(OSError, match="killed"):
                snapshot.save({"lambda": lambda_svc.get_state})
        assert sorted(code()) == [b"new", b"old"]
        snapshot.save({"lambda": lambda_svc.get_state})
        assert code() == [b"new"]
    finally:
        lambda_svc._functions.clear()


def test_an_end_while_a_stack_is_worked_on_saves_nothing(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[int] = []

    def end(code: int) -> None:
        ends.append(code)
        raise SystemExit(code)

    monkeypatch.setattr("os._exit", end)
    snapshot.save({"one": lambda: 1})
    cloudformation._stacks["s"] = {"StackName": "s", "StackStatus": "UPDATE_ROLLBACK_IN_PROGRESS"}
    try:
        with pytest.raises(SystemExit):
            app.save_all({"one": lambda: 2})
        assert (ends, document(emulator)) == ([0], {"one": 1})
        for status in ("REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "ROLLBACK_COMPLETE"):
            cloudformation._stacks["s"]["StackStatus"] = status
            app.save_all({"one": lambda status=status: status})
            assert document(emulator) == {"one": status}
    finally:
        cloudformation.reset()


def test_what_services_really_save_can_be_written(emulator: Emulator) -> None:
    snapshot.save({"s3": s3.get_state, "cloudformation": cloudformation.get_state, "lambda": lambda_svc.get_state})
    assert document(emulator).keys() == {"s3", "cloudformation", "lambda"}
