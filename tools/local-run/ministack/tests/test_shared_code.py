from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import shared_code
from ministack.core.lambda_runtime import Worker  # type: ignore[import-untyped]
from ministack.services import lambda_svc, s3  # type: ignore[import-untyped]

shared_code.install()

HANDLER = """
import os, pathlib, module
def handler(event, context):
    return {"value": module.VALUE, "folder": os.path.realpath(pathlib.Path(module.__file__).parent)}
"""


def code(value: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", HANDLER)
        archive.writestr("module.py", f"VALUE = {value}")
    return file.getvalue()


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Worker]]:
    """Two functions of the same code, and one of another."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    config = {
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "MemorySize": 128,
        "Timeout": 60,
    }
    arn = "arn:aws:lambda:us-east-1:000000000000:function:"
    made = [
        Worker(
            name,
            {**config, "FunctionName": name, "FunctionArn": arn + name},
            code(value),
        )
        for name, value in (("one", 1), ("two", 1), ("three", 3))
    ]
    yield made
    for worker in made:
        worker.kill()


def test_functions_of_the_same_code_share_its_files(workers: list[Worker], tmp_path: Path) -> None:
    results = [worker.invoke({}, "request") for worker in workers]
    assert [result["status"] for result in results] == ["ok"] * 3, results
    found = [result["result"] for result in results]
    assert [one["value"] for one in found] == [1, 1, 3]
    assert found[0]["folder"] == found[1]["folder"] != found[2]["folder"]
    assert len(list(tmp_path.glob("code-*"))) == 2


def test_a_function_that_ends_leaves_the_files_to_the_other(
    workers: list[Worker],
) -> None:
    one, two, _ = workers
    folder = Path(one.invoke({}, "request")["result"]["folder"])
    one.kill()
    one._discard_tmpdir()
    assert (folder / "module.py").exists()
    assert two.invoke({}, "request")["result"]["folder"] == str(folder)


def test_the_same_code_is_held_in_memory_once(monkeypatch: pytest.MonkeyPatch) -> None:
    same, other = code(1), code(3)
    objects = {"a": same, "b": same, "c": other}
    # A copy each time, as what is read from a disk.
    monkeypatch.setattr(s3, "_get_object_data", lambda _bucket, key, version_id=None: bytes(bytearray(objects[key])))
    try:
        for name in objects:
            lambda_svc._functions[name] = {"code_zip": lambda_svc._fetch_code_from_s3("bucket", name)}
        one, two, three = (lambda_svc._functions[name]["code_zip"] for name in objects)
        assert one is two
        assert [one, three] == [same, other]
    finally:
        for name in objects:
            lambda_svc._functions.pop(name, None)


def test_code_that_cannot_be_fetched_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_get_object_data", lambda *_, **__: None)
    lambda_svc._functions["inline"] = {"code_zip": None}
    try:
        assert lambda_svc._fetch_code_from_s3("bucket", "missing") is None
    finally:
        lambda_svc._functions.pop("inline")
