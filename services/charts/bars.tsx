/** Horizontal bars, one below the other: as many rows as are given, each with its name, a note and its value. */
import type { JSX } from 'preact';
import { cut, fullNumber, type Measure } from './answer';
import { Figure, round, WIDTH } from './figure';

/** Of {@link Bars}; {@link FigureProps} has what is the same for all charts. */
export interface BarsProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Measure[];
}

const ROW = 36;
/** Latin letters that there is room for. */
const LETTERS = { label: 24, note: 22 };

/** The longest bar is as long as the chart is wide. A value below 0 or none has no bar. */
export function Bars({ rows, ...figure }: BarsProps): JSX.Element {
  const most = Math.max(0, ...rows.map(({ value }) => value ?? 0));
  return (
    <Figure {...figure} height={rows.length * ROW + 2}>
      {rows.map(({ label, note, value }, index) => (
        <g key={index}>
          <title>{[label, note, fullNumber(value)].filter((part) => part !== '').join(', ')}</title>
          <text class="chart-text" x={0} y={index * ROW + 16}>
            {cut(label, LETTERS.label)}
            {note !== '' && (
              <tspan class="chart-muted" dx={8}>
                {cut(note, LETTERS.note)}
              </tspan>
            )}
          </text>
          <text class="chart-value" x={WIDTH} y={index * ROW + 16} text-anchor="end">
            {fullNumber(value)}
          </text>
          <rect class="chart-track" x={0} y={index * ROW + 22} width={WIDTH} height={7} rx={2} />
          <rect
            class="chart-mark"
            x={0}
            y={index * ROW + 22}
            width={most > 0 ? round((Math.max(0, value ?? 0) / most) * WIDTH) : 0}
            height={7}
            rx={2}
          />
        </g>
      ))}
    </Figure>
  );
}
