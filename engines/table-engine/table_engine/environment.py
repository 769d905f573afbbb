"""The environment variables of the functions, which `services/contract/environment.json` names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from table_engine.errors import TableEngineError
from table_engine.feeds import PROJECT

#: By function the names of its variables, `required` and `optional`, each with what it is.
VARIABLES: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
    (PROJECT / "services" / "contract" / "environment.json").read_text(encoding="utf-8")
)


def read_environment(function: str, environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The variables of a function that are set, and no others.

    Raises TableEngineError naming every required one that is not set.
    """
    required, optional = VARIABLES[function]["required"], VARIABLES[function]["optional"]
    missing = [f"{name} ({what})" for name, what in required.items() if not environment.get(name)]
    if missing:
        raise TableEngineError(
            f"The function {function} lacks the environment variables {', '.join(missing)}. The CDK app sets them."
        )
    return {name: environment[name] for name in (*required, *optional) if name in environment}
