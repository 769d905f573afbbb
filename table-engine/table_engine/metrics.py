"""Metrics as lines of the log, in CloudWatch's embedded metric format: no call, no permission, no waiting."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

#: The namespace of all metrics of the pipeline.
NAMESPACE = "PinterestDataPipeline"


def metric_line(values: Mapping[str, int | float], dimensions: Mapping[str, str], **properties: object) -> str:
    """One line of the log that CloudWatch makes metrics of.

    `values` are counts, `dimensions` what tells their metrics apart; `properties` are only in the log.
    """
    return json.dumps(
        {
            **properties,
            **dimensions,
            **values,
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": NAMESPACE,
                        "Dimensions": [list(dimensions)],
                        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
                    }
                ],
            },
        },
        ensure_ascii=False,
    )
