/** The live page. */
import { render } from 'preact';

const root = document.getElementById('root');
if (root !== null) render(<p>The page is being loaded.</p>, root);
