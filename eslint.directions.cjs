/** The directions of imports between the folders: who may import whom. ESLint holds them by the rule below. */
const path = require('node:path');

/** What each folder may import besides itself. Only folders above it in this table, so that there is no cycle. */
const MAY_IMPORT = {
  test: [],
  services: [],
  lambda: ['services'],
  lib: ['services'],
  bin: ['lib'],
  'tools/processes': [],
  'tools/pipeline': ['services', 'lambda', 'lib', 'tools/processes'],
  'tools/web': ['services', 'tools/processes', 'tools/pipeline'],
  // The page runs in the browser: of everything else it may use types and the charts.
  'tools/web/page': ['services', 'tools/pipeline', 'tools/web'],
  'tools/deployed-stage': ['services', 'lambda', 'lib', 'tools/processes', 'tools/pipeline'],
  'tools/local-run': ['services', 'lib', 'tools/processes', 'tools/pipeline', 'tools/web'],
  // The files that are in no folder of tools.
  tools: ['lib', 'tools/processes', 'tools/local-run'],
  'tools/cost': ['lib'],
  'tools/cli': [
    ...['services', 'lib', 'tools', 'tools/processes', 'tools/pipeline'],
    ...['tools/deployed-stage', 'tools/local-run', 'tools/cost', 'tools/web'],
  ],
  // Nothing else imports the command line: this describes it.
  'tools/docs': ['services', 'lib', 'tools/cli'],
  'tools/bench': ['services', 'lib', 'test', 'tools', 'tools/processes', 'tools/pipeline', 'tools/local-run'],
};

/** The innermost folder of the table that a path is in; undefined for those outside, for example `engines`. */
function folderOf(file) {
  return Object.keys(MAY_IMPORT)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length)[0];
}

const rule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { direction: '{{from}} may not import {{to}}, only: {{allowed}} (eslint.directions.cjs).' },
  },
  create(context) {
    const file = path.relative(context.cwd, context.filename);
    const from = folderOf(file);
    // Tests look into everything.
    if (from === undefined || from === 'test') return {};
    const allowed = MAY_IMPORT[from];
    const check = (node, source) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const to = folderOf(path.join(path.dirname(file), source.value));
      if (to === undefined || to === from || allowed.includes(to)) return;
      const data = { from, to, allowed: allowed.join(', ') || 'nothing' };
      context.report({ node, messageId: 'direction', data });
    };
    const bySource = (node) => check(node, node.source);
    return {
      ImportDeclaration: bySource,
      ImportExpression: bySource,
      ExportAllDeclaration: bySource,
      ExportNamedDeclaration: bySource,
      TSImportType: bySource,
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};

module.exports = {
  MAY_IMPORT,
  /** The part of ESLint's configuration that holds the directions. */
  directions: {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { directions: { rules: { imports: rule } } },
    rules: { 'directions/imports': 'error' },
  },
};
