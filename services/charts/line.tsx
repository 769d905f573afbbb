/** A line over years, with a point and its value at each. */
import type { JSX } from 'preact';
import { fullNumber, shortNumber } from './answer';
import { Figure, Grid, HEIGHT, heightAt, middleOf, NO_LEGEND } from './figure';
import { scaleOf } from './scale';

/** Of {@link Line}. */
export interface LineProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** From left to right. */
  readonly points: readonly { readonly label: string; readonly value: number | null }[];
}

/** Where a value is missing the line has a gap. */
export function Line({ points, ...figure }: LineProps): JSX.Element {
  const scale = scaleOf(points.map(({ value }) => value));
  let pen = 'M';
  const path: string[] = [];
  for (const [index, { value }] of points.entries()) {
    if (value !== null) path.push(`${pen}${middleOf(index, points.length)} ${heightAt(scale, value)}`);
    pen = value === null ? 'M' : 'L';
  }
  return (
    <Figure {...figure} height={HEIGHT} top={NO_LEGEND}>
      <Grid scale={scale} labels={points.map(({ label }) => label)} />
      <path class="chart-line" d={path.join('')} />
      {points.map(({ label, value }, index) => {
        if (value === null) return null;
        const [x, y] = [middleOf(index, points.length), heightAt(scale, value)];
        return (
          <g key={index}>
            <title>{`${label}, ${fullNumber(value)}`}</title>
            <circle class="chart-mark" cx={x} cy={y} r={4} />
            <text class="chart-value" x={x} y={y - 9} text-anchor="middle">
              {shortNumber(value)}
            </text>
          </g>
        );
      })}
    </Figure>
  );
}
