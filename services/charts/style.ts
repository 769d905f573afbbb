/**
 * The style of the charts and tables, for the page and the report: one text, since it is served by one and part of the
 * other. Colours are variables: set them on `:root` to change them; `--chart-paper` is the background
 * that the charts are on.
 */
export const CHART_CSS = `
:root {
  color-scheme: light dark;
  --chart-text: #1d2433; --chart-muted: #5b6475; --chart-grid: #dfe3ea; --chart-track: #edf0f5; --chart-mark: #2a6fca; --chart-paper: #fff;
  --chart-1: #7fb0ea; --chart-2: #3f85d8; --chart-3: #1f5cab; --chart-4: #0c3468;
}
@media (prefers-color-scheme: dark) {
  :root {
    --chart-text: #e6e9ef; --chart-muted: #9aa3b2; --chart-grid: #2d3442; --chart-track: #262d39; --chart-mark: #5b9cec; --chart-paper: #12161d;
    --chart-1: #c8e0fb; --chart-2: #8bbcf3; --chart-3: #4a8fe0; --chart-4: #2a64ad;
  }
}
.chart { display: block; width: 100%; max-width: 30rem; height: auto; font-size: 13px; overflow: visible; }
.chart text { font-family: inherit; font-variant-numeric: tabular-nums; }
.chart-text, .chart-value { fill: var(--chart-text); }
.chart-value { font-weight: 600; stroke: var(--chart-paper); stroke-width: 4px; paint-order: stroke; }
.chart-muted { fill: var(--chart-muted); }
.chart-grid { stroke: var(--chart-grid); stroke-width: 1; }
.chart-track { fill: var(--chart-track); }
.chart-mark { fill: var(--chart-mark); }
.chart-mark-1 { fill: var(--chart-1); }
.chart-mark-2 { fill: var(--chart-2); }
.chart-mark-3 { fill: var(--chart-3); }
.chart-mark-4 { fill: var(--chart-4); }
.chart-line { fill: none; stroke: var(--chart-mark); stroke-width: 2; stroke-linejoin: round; }
.chart-fact strong { display: block; font-size: 1.75rem; line-height: 1.2; }
.chart-empty { color: var(--chart-muted); }
.answer-table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.answer-table caption { text-align: left; color: var(--chart-muted); }
.answer-table th, .answer-table td { padding: .25rem .75rem .25rem 0; text-align: left; overflow-wrap: anywhere; border-bottom: 1px solid var(--chart-grid); }
.answer-table .number { text-align: right; padding-right: 0; }
`;
