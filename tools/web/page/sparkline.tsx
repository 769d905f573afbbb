/** The small line of a station: its rate over the last minute. */
import type { JSX } from 'preact';
import type { RatePoint } from './samples';

const WIDTH = 60;
const HEIGHT = 16;

/** The line. It is for the eye alone; the figures beside it are text. */
export function Sparkline({ points }: { readonly points: readonly RatePoint[] }): JSX.Element {
  const most = Math.max(1, ...points.map(({ rate }) => rate));
  const place = ({ ago, rate }: RatePoint): string =>
    `${(WIDTH - ago).toFixed(1)},${(HEIGHT - 1 - (rate / most) * (HEIGHT - 2)).toFixed(1)}`;
  const line = points.map(place).join(' ');
  const first = points[0];
  const area =
    first === undefined ? '' : `${(WIDTH - first.ago).toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`;
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={area} />
      <polyline points={line} />
    </svg>
  );
}
