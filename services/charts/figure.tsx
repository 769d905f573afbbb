/** What all charts share: an SVG with a name and a description, and the grid of those with axes. */
import type { ComponentChildren, JSX } from 'preact';
import { cut, shortNumber } from './answer';
import type { Scale } from './scale';

/** The width of every chart in its own units; it is drawn as wide as there is room, up to `max-width` of the style. */
export const WIDTH = 400;
/** The height of a chart with axes. */
export const HEIGHT = 220;
/** Where its plot is. Without a legend, `NO_LEGEND` at the top is left out. */
export const NO_LEGEND = 12;
export const PLOT = { left: 40, right: WIDTH - 4, top: 34, bottom: HEIGHT - 22 };

/** Of a chart. */
export interface FigureProps {
  /** Unique in its document; letters, digits and `-`. */
  readonly id: string;
  /** What it shows. */
  readonly title: string;
  /** The same in a sentence, for those who do not see it. */
  readonly description: string;
  readonly height: number;
  /** What is left out at the top. Default: 0. */
  readonly top?: number;
  readonly children: ComponentChildren;
}

/** An SVG that a screen reader reads as one picture. */
export function Figure({ id, title, description, height, top = 0, children }: FigureProps): JSX.Element {
  return (
    <svg
      class="chart"
      role="img"
      aria-labelledby={`${id}-title ${id}-desc`}
      viewBox={`0 ${top} ${WIDTH} ${height - top}`}
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-desc`}>{description}</desc>
      {children}
    </svg>
  );
}

/** Of a grid. */
export interface GridProps {
  readonly scale: Scale;
  /** What stands below the plot, from left to right, each in the middle of its part. */
  readonly labels: readonly string[];
}

/** Lines at the ticks, their values, and the labels below. */
export function Grid({ scale, labels }: GridProps): JSX.Element {
  const room = (PLOT.right - PLOT.left) / Math.max(1, labels.length);
  return (
    <g>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line
            class="chart-grid"
            x1={PLOT.left}
            x2={PLOT.right}
            y1={heightAt(scale, tick)}
            y2={heightAt(scale, tick)}
          />
          <text class="chart-muted" x={PLOT.left - 6} y={heightAt(scale, tick) + 4} text-anchor="end">
            {shortNumber(tick)}
          </text>
        </g>
      ))}
      {labels.map((label, index) => (
        <text
          key={index}
          class="chart-muted"
          x={middleOf(index, labels.length)}
          y={HEIGHT - 6}
          text-anchor="middle"
        >
          {cut(label, room / 7)}
          <title>{label}</title>
        </text>
      ))}
    </g>
  );
}

/** The y of a value in the plot. */
export function heightAt(scale: Scale, value: number): number {
  return round(PLOT.bottom - scale.at(value) * (PLOT.bottom - PLOT.top));
}

/** The x in the middle of one of the equal parts of the plot. */
export function middleOf(index: number, parts: number): number {
  return round(PLOT.left + ((index + 0.5) * (PLOT.right - PLOT.left)) / parts);
}

/** A coordinate without digits that nobody sees. */
export function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}
