"""Stacks that were being created, updated or deleted when MiniStack ended.

MiniStack works on a stack in memory only. A saved stack that is IN_PROGRESS would stay so forever: nothing takes it up
again, and the CDK, which compares templates, has nothing to deploy. When it is loaded it therefore gets the state in
which CloudFormation leaves an operation that failed, so that the CDK deletes and creates it, or updates each of its
resources. Stacks that were saved as FAILED, which the CDK does not continue with by itself, get it as well.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from hooking import require, wrap
from ministack.services import cloudformation  # type: ignore[import-untyped]
from ministack.services.cloudformation import stacks  # type: ignore[import-untyped]

logger = logging.getLogger("unfinished_stacks")

Stack = dict[str, Any]

REASON = "The local AWS ended before this was done."


def install() -> None:
    """Hooks the restoring of stacks. Raises HookError when MiniStack is another."""
    require(cloudformation, "_stacks", "_change_sets")
    require(stacks, "_add_event")
    wrap(cloudformation, "load_persisted_state", _then_settle)


def under_way() -> list[str]:
    """The names of the stacks that are being worked on."""
    found = list(cloudformation._stacks._data.values())
    return sorted(stack["StackName"] for stack in found if _is_under_way(stack["StackStatus"]))


def _is_under_way(status: str) -> bool:
    # In review is a stack whose first change set no one has executed: CloudFormation leaves it so, too.
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def _then_settle(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def load(data: Any) -> None:
        original(data)
        for (account, region, _name), stack in list(cloudformation._stacks._data.items()):
            status = stack["StackStatus"]
            if _is_under_way(status) or status.endswith("_FAILED"):
                _settle(stack)
                names = (stack["StackName"], account, region)
                logger.warning("Stack %s (%s, %s) was %s, and is %s now.", *names, status, stack["StackStatus"])

    return load


def _settle(stack: Stack) -> None:
    """Gives a stack a state from which the CDK deploys it. Nothing of its resources is touched."""
    status = stack["StackStatus"]
    if status.startswith(("CREATE", "ROLLBACK")):
        stack["StackStatus"] = "ROLLBACK_FAILED"  # The CDK deletes it, and what was created, before it creates it.
    elif status.startswith("DELETE"):
        stack["StackStatus"] = "DELETE_FAILED"
    else:
        stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"
    if _is_under_way(status):
        stack["StackStatusReason"] = REASON
    stack.pop("_rollback_failed", None)  # Taken up by ContinueUpdateRollback and RollbackStack only.
    stack.pop("_failed_operation", None)
    # Which template the resources are of is not known: this one differs from every app's in each of them.
    template = stack.get("_template") or {}
    for resource in template.get("Resources", {}).values():
        resource["Metadata"] = {**(resource.get("Metadata") or {}), "interrupted": True}
    stack["_template_body"] = json.dumps(template)
    for change_set in cloudformation._change_sets._data.values():
        if change_set.get("StackId") == stack["StackId"] and change_set.get("ExecutionStatus") == "EXECUTE_IN_PROGRESS":
            change_set["ExecutionStatus"] = "EXECUTE_FAILED"
