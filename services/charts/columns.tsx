/** Columns over a few groups, for example years: one column a group, or one of each series next to each other. */
import type { JSX } from 'preact';
import { fullNumber, shortNumber } from './answer';
import { Figure, Grid, HEIGHT, heightAt, middleOf, NO_LEGEND, PLOT, round } from './figure';
import { scaleOf } from './scale';

/** The values of one series, one for each group; null where there is none. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Of {@link Columns} and of a chart of lines. */
export interface SeriesProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The groups' names, from left to right. */
  readonly groups: readonly string[];
  /** At most four have colours of their own. */
  readonly series: readonly Series[];
}

/** The part of a group's room that its columns take. */
const FILLED = 0.74;

/** A column without a value is left out. With one series each column has its value above it, with more there is a legend. */
export function Columns({ groups, series, ...figure }: SeriesProps): JSX.Element {
  const scale = scaleOf(series.flatMap(({ values }) => values));
  const room = (FILLED * (PLOT.right - PLOT.left)) / Math.max(1, groups.length);
  const width = Math.min(56, room / Math.max(1, series.length));
  const columns = series.flatMap(({ name, values }, place) =>
    groups.map((group, index) => {
      const value = values[index] ?? null;
      const left = middleOf(index, groups.length) + (place - series.length / 2) * width;
      return { name, group, value, place, left };
    }),
  );
  return (
    <Figure {...figure} height={HEIGHT} top={series.length > 1 ? 0 : NO_LEGEND}>
      <Grid scale={scale} labels={groups} />
      {columns.map(({ name, group, value, place, left }) => {
        if (value === null) return null;
        const top = heightAt(scale, value);
        return (
          <g key={`${place} ${group}`}>
            <title>{[group, name, fullNumber(value)].filter((part) => part !== '').join(', ')}</title>
            <rect
              class={series.length > 1 ? `chart-mark chart-mark-${(place % 4) + 1}` : 'chart-mark'}
              x={round(left + 0.5)}
              y={top}
              width={round(width - 1)}
              height={round(PLOT.bottom - top)}
            />
            {series.length === 1 && (
              <text class="chart-value" x={round(left + width / 2)} y={top - 5} text-anchor="middle">
                {shortNumber(value)}
              </text>
            )}
          </g>
        );
      })}
      {series.length > 1 &&
        series.map(({ name }, place) => (
          <g key={name}>
            <rect
              class={`chart-mark chart-mark-${(place % 4) + 1}`}
              x={PLOT.left + place * 76}
              y={4}
              width={11}
              height={11}
              rx={2}
            />
            <text class="chart-text" x={PLOT.left + place * 76 + 17} y={14}>
              {name}
            </text>
          </g>
        ))}
    </Figure>
  );
}
