"""Stacks of MiniStack's own CloudFormation, as they were saved in the middle of an operation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import snapshot
import unfinished_stacks
from conftest import Emulator
from ministack.services import cloudformation, kinesis, ssm  # type: ignore[import-untyped]


def parameter(value: str) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "p", "Type": "String", "Value": value}}


def template(value: str, retention: int = 24) -> str:
    stream = {
        "Type": "AWS::Kinesis::Stream",
        "Properties": {"Name": "s", "ShardCount": 1, "RetentionPeriodHours": retention},
        "DeletionPolicy": "Retain",
    }
    outputs = {"Name": {"Value": {"Ref": "P"}}}
    return json.dumps({"Resources": {"P": parameter(value), "S": stream}, "Outputs": outputs})


def call(action: str, **parameters: str) -> str:
    """Calls CloudFormation and waits until it has nothing more to do. Returns the response. Raises AssertionError."""

    async def ask() -> tuple[int, Any, bytes | str]:
        body = urlencode({"Action": action, **parameters}).encode()
        response: tuple[int, Any, bytes | str] = await cloudformation.handle_request("POST", "/", {}, body, {})
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            await asyncio.wait(rest)
        return response

    status, _headers, response = asyncio.run(ask())
    text = response.decode() if isinstance(response, bytes) else response
    assert status == 200, text
    return text


def stack() -> dict[str, Any]:
    found: dict[str, Any] = cloudformation._stacks["one"]
    return found


@pytest.fixture
def stacks(emulator: Emulator) -> Iterator[Emulator]:
    yield emulator
    cloudformation.reset()
    ssm.reset()


def save_and_start(emulator: Emulator) -> None:
    snapshot.save({"cloudformation": cloudformation.get_state, "kinesis": kinesis.get_state, "ssm": ssm.get_state})
    cloudformation.reset()
    ssm.reset()
    emulator.kill_and_start()


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "CREATE_FAILED"])
def test_a_stack_that_was_being_created_can_be_deleted_and_created(stacks: Emulator, status: str) -> None:
    call("CreateStack", StackName="one", TemplateBody=template("1"))
    stack().update(StackStatus=status, Outputs=[], _template={})  # The template is noted at the end.
    del stack()["_resources"]["S"]
    save_and_start(stacks)
    assert stack()["StackStatus"] == "ROLLBACK_FAILED"
    assert (stack()["StackStatusReason"] == unfinished_stacks.REASON) == status.endswith("_IN_PROGRESS")
    call("DeleteStack", StackName="one")
    assert "p" not in ssm._parameters
    call("CreateStack", StackName="one", TemplateBody=template("1"))
    assert stack()["StackStatus"] == "CREATE_COMPLETE"
    assert stack()["Outputs"][0]["OutputValue"] == "p"


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])
@pytest.mark.parametrize("wanted", ["1", "2"])
def test_every_resource_of_a_stack_that_was_being_updated_is_updated(
    stacks: Emulator, status: str, wanted: str
) -> None:
    call("CreateStack", StackName="one", TemplateBody=template("1"))
    stacks.put("kept")
    # As it is in the middle of an update to another value: one resource is changed, the template is that of before.
    stack().update(StackStatus=status, _template_body=template("2"), _rollback_failed={"P": {}})
    ssm._parameters["p"]["Value"] = "2"
    stack()["_resources"]["P"]["Properties"]["Value"] = "2"
    save_and_start(stacks)
    assert stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    shown = call("GetTemplate", StackName="one")
    assert "interrupted" in shown  # The CDK compares it with the app's.
    call("UpdateStack", StackName="one", TemplateBody=template(wanted))
    assert stack()["StackStatus"] == "UPDATE_COMPLETE"
    assert ssm._parameters["p"]["Value"] == wanted
    assert stacks.records() == ["kept"]
    assert "interrupted" not in call("GetTemplate", StackName="one")


def test_a_stack_that_was_being_deleted_can_be_deleted_again(stacks: Emulator) -> None:
    call("CreateStack", StackName="one", TemplateBody=template("1"))
    stack()["StackStatus"] = "DELETE_IN_PROGRESS"
    save_and_start(stacks)
    assert stack()["StackStatus"] == "DELETE_FAILED"
    call("DeleteStack", StackName="one")
    assert stack()["StackStatus"] == "DELETE_COMPLETE"
    assert "s" in kinesis._streams  # Retained, as its template says.


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_other_stacks_are_left_as_they_are(stacks: Emulator, status: str) -> None:
    call("CreateStack", StackName="one", TemplateBody=template("1"))
    stack()["StackStatus"] = status
    before = json.dumps(stack(), sort_keys=True)
    save_and_start(stacks)
    assert json.dumps(stack(), sort_keys=True) == before


def test_the_stacks_that_are_worked_on_are_known(stacks: Emulator) -> None:
    for name, status in {"c": "CREATE_COMPLETE", "b": "DELETE_IN_PROGRESS", "a": "REVIEW_IN_PROGRESS"}.items():
        cloudformation._stacks[name] = {"StackName": name, "StackStatus": status}
    assert unfinished_stacks.under_way() == ["b"]
