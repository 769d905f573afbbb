/** The style of the report: that of the charts, and what is around them. */
import { CHART_CSS } from '../charts/style';

/** The whole text of the report's `<style>`. */
export const REPORT_CSS = `${CHART_CSS}
:root { --back: #f4f6f9; --good: #13713c; --bad: #b3261e; --unknown: #7a5a00; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0b0e13; --good: #5fd08f; --bad: #ff8a80; --unknown: #e6c15c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--chart-text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 0 0 .5rem; font-size: 1.2rem; }
h3 { margin: 0 0 .75rem; font-size: 1rem; line-height: 1.35; }
main > h2 { margin: 2rem 0 .75rem; }
header p { margin: .25rem 0 1.25rem; }
header p, .muted { color: var(--chart-muted); font-weight: normal; }
p { margin: .5rem 0; }
.card { background: var(--chart-paper); border: 1px solid var(--chart-grid); border-radius: 10px; padding: 1rem 1.25rem; margin-bottom: 1rem; }
.verdict { border-left: 5px solid; }
.verdict.good { border-left-color: var(--good); } .verdict.good h2 { color: var(--good); }
.verdict.bad { border-left-color: var(--bad); } .verdict.bad h2, .wrong { color: var(--bad); }
.verdict.unknown { border-left-color: var(--unknown); } .verdict.unknown h2 { color: var(--unknown); }
.wrong { font-weight: 700; }
.answers { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
.answers .card { margin: 0; min-width: 0; }
.wide { overflow-x: auto; }
.wide td, .wide th { white-space: nowrap; }
th { font-weight: 600; }
td, th { padding-left: .5rem; }
td:first-child, th:first-child { padding-left: 0; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--chart-muted); }
details table { margin-top: .5rem; }
pre { margin: .5rem 0 0; overflow-x: auto; font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { .card { break-inside: avoid; } }
`;
