"""Lets CloudFormation make request validators.

MiniStack checks bodies and parameters by validators, but its CloudFormation makes none: the resource
`AWS::ApiGateway::RequestValidator` does nothing, and `AWS::ApiGateway::Method` drops the reference to one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hooking import HookError, require
from ministack.services import apigateway_v1  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]


def install() -> None:
    """Replaces what is done for the two resources. Raises HookError when MiniStack is another."""
    require(provisioners, "_RESOURCE_HANDLERS")
    require(apigateway_v1, "_create_request_validator", "_request_validators", "_resources")
    handlers = provisioners._RESOURCE_HANDLERS
    for name in ("AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::Method"):
        if not {"create", "update", "delete"} <= handlers.get(name, {}).keys():
            raise HookError(f"MiniStack's CloudFormation makes no {name}: install ministack 1.5.33 (npm start does).")
    validator = handlers["AWS::ApiGateway::RequestValidator"]
    validator.update(create=_create_validator, update=_update_validator, delete=_delete_validator)
    method = handlers["AWS::ApiGateway::Method"]
    method.update(create=_with_validator(method["create"], 1), update=_with_validator(method["update"], 2))


def _flags(properties: Properties) -> dict[str, Any]:
    def is_set(name: str) -> bool:
        return str(properties.get(name, False)).lower() == "true"

    return {
        "name": properties.get("Name", ""),
        "validateRequestBody": is_set("ValidateRequestBody"),
        "validateRequestParameters": is_set("ValidateRequestParameters"),
    }


def _create_validator(_logical_id: str, properties: Properties, _stack_name: str) -> Made:
    status, _headers, body = apigateway_v1._create_request_validator(properties["RestApiId"], _flags(properties))
    if status >= 400:
        raise ValueError(f"AWS::ApiGateway::RequestValidator create failed: {body!r}")
    identifier = json.loads(body)["id"]
    return identifier, {"RequestValidatorId": identifier}


def _update_validator(identifier: str, old: Properties, new: Properties, stack_name: str) -> Made:
    # An id that does not exist was made by a MiniStack without this hook.
    known = apigateway_v1._request_validators.get(new["RestApiId"], {})
    if identifier not in known or any(new.get(key) != old.get(key) for key in ("RestApiId", "Name")):
        return _create_validator("", new, stack_name)
    known[identifier].update(_flags(new))
    return identifier, {"RequestValidatorId": identifier}


def _delete_validator(identifier: str, properties: Properties) -> None:
    apigateway_v1._request_validators.get(properties["RestApiId"], {}).pop(identifier, None)


def _with_validator(original: Callable[..., Made], properties_at: int) -> Callable[..., Made]:
    def make(*arguments: Any) -> Made:
        made = original(*arguments)
        properties = arguments[properties_at]
        resource = apigateway_v1._resources.get(properties["RestApiId"], {})[properties["ResourceId"]]
        method = resource["resourceMethods"][properties["HttpMethod"]]
        method["requestValidatorId"] = properties.get("RequestValidatorId")
        return made

    return make
