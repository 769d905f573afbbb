/** The generated pages of `docs/reference/`. */
import path from 'node:path';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';
import { alarmsPage } from './alarms-page';
import { commandLinePage } from './command-line-page';
import { restProxyPage } from './rest-proxy-page';
import { settingsPage } from './settings-page';
import { tablesPage } from './tables-page';

/** Makes each page, by its file. */
export const PAGES: ReadonlyMap<string, () => string> = new Map(
  Object.entries({
    alarms: alarmsPage,
    'command-line': commandLinePage,
    'rest-proxy': restProxyPage,
    settings: settingsPage,
    tables: tablesPage,
  }).map(([name, make]) => [path.join(PROJECT_ROOT, 'docs', 'reference', `${name}.md`), make]),
);
