/** `npm run docs`: writes the generated pages of `docs/reference/`. */
import { writeFileSync } from 'node:fs';
import { PAGES } from './pages';

for (const [file, make] of PAGES) writeFileSync(file, make());
