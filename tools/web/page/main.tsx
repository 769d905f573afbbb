/** The live page. */
import { render } from 'preact';
import { CHART_CSS } from '../../../services/charts/style';
import { App } from './app';
import { follow } from './events';

const charts = new CSSStyleSheet();
charts.replaceSync(CHART_CSS);
document.adoptedStyleSheets = [charts];

const root = document.getElementById('root');
if (root !== null) render(<App />, root);
follow();
