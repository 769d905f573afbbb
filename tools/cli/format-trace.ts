/** A post's way for a person. */
import type { Trace, TraceStep } from '../pipeline/flow';
import { oneLine } from './one-line';

/** The steps of both paths. */
export function formatTrace({ ind, batch, stream }: Trace): string {
  return [`Post ${ind}`, ...path('Batch path', batch), ...path('Streaming path', stream)].join('\n');
}

function path(title: string, steps: readonly TraceStep[]): string[] {
  const lines = steps.flatMap(({ station, feed, place, value, reason }) => [
    `  ${station}, ${feed}: ${place}`,
    ...(reason === undefined ? [] : [`    refused: ${oneLine(reason, 200)}`]),
    ...(value === null ? [] : [`    ${oneLine(value, 200)}`]),
  ]);
  return ['', title, ...(lines.length === 0 ? ['  It was not found.'] : lines)];
}
