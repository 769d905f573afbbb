"""Makes API Gateway's AWS integrations with Kinesis work: MiniStack has them for SQS and Lambda only.

A method whose integration is `arn:aws:apigateway:<region>:kinesis:action/<Action>` has its body rendered by the request
template, is sent to the Kinesis of the same process, and has its response rendered by the response template.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from hooking import require, wrap
from mapping_template import Input, render
from ministack.core.responses import new_uuid, request_scope  # type: ignore[import-untyped]
from ministack.services import apigateway_v1, kinesis  # type: ignore[import-untyped]

logger = logging.getLogger("api_to_kinesis")

Response = tuple[int, dict[str, str], bytes]

_JSON = "application/json"


def install() -> None:
    """Hooks the function that invokes AWS integrations. Raises HookError when MiniStack is another."""
    require(apigateway_v1, "_parse_service_integration_uri", "_select_service_integration_response")
    require(kinesis, "handle_request")
    wrap(apigateway_v1, "_invoke_lambda_custom_v1", _with_kinesis)


def _with_kinesis(original: Callable[..., Any]) -> Callable[..., Any]:
    async def invoke(integration: Any, *arguments: Any, **options: Any) -> Any:
        spec = apigateway_v1._parse_service_integration_uri(integration.get("uri", ""))
        if spec is None or spec[1:3] != ("kinesis", "action"):
            return await original(integration, *arguments, **options)
        try:
            return await _invoke(integration, spec[0], spec[3], *arguments, **options)
        except Exception:
            # API Gateway's response when a template cannot be rendered.
            logger.exception("The integration with Kinesis failed: %s", integration.get("uri"))
            return _internal_error()

    return invoke


async def _invoke(
    integration: Mapping[str, Any],
    region: str,
    action: str,
    api_id: str,
    stage_name: str,
    _stage: Any,
    resource: Mapping[str, Any],
    path: str,
    method: str,
    headers: Mapping[str, Any] | None,
    body: bytes | None,
    query: Mapping[str, Any] | None,
    path_params: Mapping[str, str] | None,
    *,
    owner_account_id: str,
    **_options: Any,
) -> Response:
    params = _parameters(headers, query, path_params)
    context = {
        "requestId": new_uuid(),
        "apiId": api_id,
        "stage": stage_name,
        "httpMethod": method,
        "path": path,
        "resourcePath": resource.get("path", ""),
        "accountId": owner_account_id,
        "requestOverride": {"header": {}, "path": {}, "querystring": {}},
        "responseOverride": {"header": {}},
    }
    try:
        text = body.decode("utf-8") if body else ""
    except UnicodeDecodeError:
        # MiniStack's check of the body lets surrogates through that were written as bytes, as Python's json does.
        return 400, {"Content-Type": _JSON}, b'{"message": "Invalid request body"}'
    template = _by_media_type(integration.get("requestTemplates"), params.get("content-type"))
    call = text if template is None else render(template, Input(text, params), context)
    with request_scope(owner_account_id, region):
        status, _headers, response = await kinesis.handle_request(
            "POST",
            "/",
            {"x-amz-target": f"Kinesis_20131202.{action}", "content-type": "application/x-amz-json-1.1"},
            call.encode("utf-8", "replace"),
            {},
        )
    return _respond(integration, status, response, params, context)


def _respond(
    integration: Mapping[str, Any],
    backend_status: int,
    response: Any,
    params: Mapping[str, str],
    context: dict[str, Any],
) -> Response:
    """Maps the response of Kinesis by the integration response that its status selects."""
    selected = apigateway_v1._select_service_integration_response(integration, backend_status)
    if selected is None:
        return _internal_error()
    text = response.decode("utf-8") if isinstance(response, bytes) else str(response)
    template = _by_media_type(selected.get("responseTemplates"), _JSON)
    if template is not None:
        text = render(template, Input(text, params), context)
        json.loads(text)  # A template of this project gives JSON; anything else would be its mistake.
    override = context["responseOverride"]
    headers = {"Content-Type": _JSON, **{name: str(value) for name, value in override["header"].items()}}
    return int(override.get("status") or selected.get("statusCode") or backend_status), headers, text.encode("utf-8")


def _internal_error() -> Response:
    return 500, {"Content-Type": _JSON}, b'{"message": "Internal server error"}'


def _parameters(
    headers: Mapping[str, Any] | None, query: Mapping[str, Any] | None, path: Mapping[str, str] | None
) -> dict[str, str]:
    """The parameters by name; those of the path come before those of the query, and headers last."""
    params = {name.lower(): value for name, value in (headers or {}).items() if isinstance(value, str)}
    for name, value in (query or {}).items():
        params[name] = value[0] if isinstance(value, list | tuple) else value
    return {**params, **(path or {})}


def _by_media_type(templates: Mapping[str, str] | None, content_type: str | None) -> str | None:
    wanted = (content_type or _JSON).split(";", 1)[0].strip().lower()
    found = {name.split(";", 1)[0].strip().lower(): text for name, text in (templates or {}).items()}
    return found.get(wanted)
