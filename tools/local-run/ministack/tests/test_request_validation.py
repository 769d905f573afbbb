from __future__ import annotations

import json

import request_validation
from ministack.services import apigateway_v1  # type: ignore[import-untyped]
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped]

request_validation.install()


def test_a_method_has_the_validator_of_its_template() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    api = json.loads(apigateway_v1._create_rest_api({"name": "a"})[2])
    ids = {"RestApiId": api["id"], "ResourceId": api["rootResourceId"]}
    create_validator = handlers["AWS::ApiGateway::RequestValidator"]["create"]
    validator, _attributes = create_validator("V", {**ids, "ValidateRequestBody": "true"}, "stack")
    found = apigateway_v1._request_validators[api["id"]][validator]
    assert (found["validateRequestBody"], found["validateRequestParameters"]) == (True, False)

    properties = {**ids, "HttpMethod": "PUT", "RequestValidatorId": validator}
    method = handlers["AWS::ApiGateway::Method"]
    identifier, _attributes = method["create"]("M", properties, "stack")
    root = apigateway_v1._resources[api["id"]][api["rootResourceId"]]
    assert root["resourceMethods"]["PUT"]["requestValidatorId"] == validator
    method["update"](identifier, properties, {**properties, "RequestValidatorId": "other"}, "stack")
    assert root["resourceMethods"]["PUT"]["requestValidatorId"] == "other"
