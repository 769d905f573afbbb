/** Latency from a record's arrival to its row, over the last ten minutes. */
import type { JSX } from 'preact';
import { duration } from './format';
import { LATENCY_KEPT_MS, type LatencySample } from './samples';
import { useStore } from './store';

const WIDTH = 400;
const HEIGHT = 120;
const LINES = ['p50', 'p95', 'p99'] as const;

/** Both paths, each with its own scale: the batch path waits for the next batch. */
export function LatencyCharts(): JSX.Element {
  return (
    <section class="card" aria-labelledby="latency-heading">
      <h2 id="latency-heading">Latency, arrival to row</h2>
      <LatencyChart path="stream" name="Streaming path" />
      <LatencyChart path="batch" name="Batch path" />
    </section>
  );
}

function LatencyChart({
  path,
  name,
}: {
  readonly path: 'batch' | 'stream';
  readonly name: string;
}): JSX.Element {
  const samples = useStore((state) => state.latencies);
  const newest = samples.at(-1)?.latency[path] ?? null;
  const most = nice(Math.max(0, ...samples.map(({ latency }) => latency[path]?.p99 ?? 0)));
  return (
    <figure class={`latency ${path}`}>
      <figcaption>
        <b>{name}</b>
        {newest === null ? (
          <span>no rows yet</span>
        ) : (
          LINES.map((line) => (
            <span key={line} class={line}>
              {line} {duration(newest[line])}
            </span>
          ))
        )}
      </figcaption>
      {newest !== null && (
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={`${name}: latency of the last ten minutes`}
        >
          {[0, 0.5, 1].map((part) => (
            <g key={part}>
              <line class="grid" x1="44" x2={WIDTH} y1={y(part)} y2={y(part)} />
              <text x="40" y={y(part) + 4} text-anchor="end">
                {part === 0 ? '0' : duration(most * part)}
              </text>
            </g>
          ))}
          <text x="44" y={HEIGHT - 2}>
            10 min ago
          </text>
          <text x={WIDTH} y={HEIGHT - 2} text-anchor="end">
            now
          </text>
          {LINES.map((line) => (
            <polyline key={line} class={line} points={points(samples, path, line, most)} />
          ))}
        </svg>
      )}
    </figure>
  );
}

/** The height of a part of the scale. */
const y = (part: number): number => HEIGHT - 18 - part * (HEIGHT - 28);

function points(
  samples: readonly LatencySample[],
  path: 'batch' | 'stream',
  line: (typeof LINES)[number],
  most: number,
): string {
  const end = Date.parse(samples.at(-1)?.at ?? '');
  return samples
    .flatMap(({ at, latency }) => {
      const value = latency[path]?.[line];
      if (value === undefined) return [];
      const x = WIDTH - ((end - Date.parse(at)) / LATENCY_KEPT_MS) * (WIDTH - 44);
      return [`${x.toFixed(1)},${y(value / most).toFixed(1)}`];
    })
    .join(' ');
}

/** The next of 1, 2, 5 times a power of ten: the end of a scale. */
function nice(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}
