from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from json_path import MISSING, look_up
from mapping_template import Input, Util, render


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", {"a-b": [{"c": 1}]}),
        ("$.a-b[0].c", 1),
        ("$['a-b'][0]['c']", 1),
        ("$.a-b[1]", MISSING),
        ("$.x.y", MISSING),
        ("$[0]", MISSING),
    ],
)
def test_json_path(path: str, value: Any) -> None:
    assert look_up({"a-b": [{"c": 1}]}, path) == value


@pytest.mark.parametrize("path", ["a", "$..a", "$.a[*]"])
def test_other_json_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="JSONPath"):
        look_up({}, path)


def test_input_gives_json_as_json() -> None:
    source = Input('{"a": {"text": "\\"ü\\n", "n": 1.5}}', {"name": "x"})
    assert source.json("$.a") == '{"text":"\\"ü\\n","n":1.5}'
    assert source.json("$.b") == '""'
    assert source.path("$.b") == ""
    assert (source.params("name"), source.params("other")) == ("x", "")


def test_a_body_that_is_no_json_has_no_values() -> None:
    assert Input("{", {}).path("$") == ""


def test_util() -> None:
    util = Util()
    assert base64.b64decode(util.base64Encode("ü🚀")).decode() == "ü🚀"
    assert base64.b64decode(util.base64Encode("a\ud800")) == b"a?"
    assert util.escapeJavaScript('it\'s "a"/\n') == 'it\\\'s \\"a\\"\\/\\n'
    assert util.urlEncode("a b&ü") == "a+b%26%C3%BC"
    assert util.parseJson("[1]") == [1]


def test_rendering_sets_the_status_and_takes_no_directive_from_values() -> None:
    context: dict[str, Any] = {"responseOverride": {"header": {}}}
    template = (
        "#set($context.responseOverride.status = 404)"
        """{"a": $input.json("$.a"), "b": "$util.base64Encode($input.json('$'))"}"""
    )
    source = Input(json.dumps({"a": '#set($x = 1)$util.urlEncode("x")'}), {})
    text = render(template, source, context)
    assert json.loads(text)["a"] == '#set($x = 1)$util.urlEncode("x")'
    assert context["responseOverride"]["status"] == 404


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("1.10", "1.1"),
        ("1E5", "100000.0"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("[1e400]", "[null]"),
        ("null", '""'),
        ('[{"b":1,"a":2,"b":3},[],{},null,true,"\\u00fc\\/\\u0000"]', '[{"b":3,"a":2},[],{},null,true,"ü/\\u0000"]'),
    ],
)
def test_json_is_written_again(sent: str, written: str) -> None:
    assert Input(f'{{"a": {sent}}}', {}).json("$.a") == written


def test_as_deep_as_a_record_may_be() -> None:
    deep = "[" * 500 + "]" * 500
    assert Input(f'{{"a": {deep}}}', {}).json("$.a") == deep


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "[1,]"])
def test_what_is_not_json_has_no_values(text: str) -> None:
    assert Input(f'{{"a": {text}, "b": 1}}', {}).json("$.b") == '""'
