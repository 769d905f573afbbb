"""Lets an event source mapping of a stream collect records for its `MaximumBatchingWindowInSeconds`.

MiniStack ignores it: while posts trickle in it invokes a function for every record or two, and each invocation is a
commit to a Delta table. As in AWS a full batch is followed by the next at once. Unlike there the first record after a
pause is not waited with.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from hooking import require, wrap
from ministack.services import lambda_svc  # type: ignore[import-untyped]


def install() -> None:
    """Hooks the polling of streams. Raises HookError when MiniStack is another."""
    require(lambda_svc, "_esms", "_esm_backoff_until", "_kinesis_positions")
    wrap(lambda_svc, "_poll_kinesis", _in_windows)


def _in_windows(original: Callable[[], bool]) -> Callable[[], bool]:
    def poll() -> bool:
        before = {key: dict(shards) for key, shards in list(lambda_svc._kinesis_positions._data.items())}
        processed = original()
        now = time.time()
        for key, shards in list(lambda_svc._kinesis_positions._data.items()):
            mapping = lambda_svc._esms._data.get(key)
            old = before.get(key, {})
            taken = max((position - old.get(shard, 0) for shard, position in list(shards.items())), default=0)
            if mapping is None or not 0 < taken < mapping["BatchSize"]:
                continue
            # A pause after a failure, which may end later, stays.
            pauses = lambda_svc._esm_backoff_until._data
            window: float = mapping.get("MaximumBatchingWindowInSeconds") or 0
            pauses[key] = max(pauses.get(key, 0), now + window)
        return processed

    return poll
