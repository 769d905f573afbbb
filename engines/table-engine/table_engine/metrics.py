"""Metrics as lines of the log, in CloudWatch's embedded metric format: no call, no permission, no waiting."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence

#: The namespace of the metrics where the environment (`METRICS_NAMESPACE`) names no other.
NAMESPACE = "PinterestDataPipeline"


def metric_line(
    values: Mapping[str, int | float], dimensions: Mapping[str, str], *, total: Sequence[str] = (), **properties: object
) -> str:
    """One line of the log that CloudWatch makes metrics of.

    `values` are counts, `dimensions` distinguish their metrics; `total` names those of them under which the counts are
    added up as well; `properties` are only in the log.
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
                        "Namespace": os.environ.get("METRICS_NAMESPACE", NAMESPACE),
                        "Dimensions": [list(dimensions), *([list(total)] if total else [])],
                        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
                    }
                ],
            },
        },
        ensure_ascii=False,
    )


def feed_metric_line(
    values: Mapping[str, int | float], user_id: str, path: str, feed: str, **properties: object
) -> str:
    """The counts of one feed on one path (`topics` or `streams`), which are added up over the path's feeds as well."""
    dimensions = {"UserId": user_id, "Path": path, "Feed": feed}
    return metric_line(values, dimensions, total=["UserId", "Path"], **properties)
