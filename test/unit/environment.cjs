/**
 * The unit tests' environment: Node's, with what all test files of a worker share.
 *
 * - `pipeline.outer-require` loads a module outside of the test file's sandbox (`shared-modules.cjs`).
 * - `pipeline.templates` has the templates that were synthesised in this run (`lib/synth.ts`).
 */
const { TestEnvironment } = require('jest-environment-node');

/** The templates of one run: with `--watch`, a run in the same process has other sources. */
let shared = { seed: undefined, templates: new Map() };

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    const { seed } = config.globalConfig;
    if (shared.seed !== seed) shared = { seed, templates: new Map() };
    this.global[Symbol.for('pipeline.outer-require')] = require;
    this.global[Symbol.for('pipeline.templates')] = shared.templates;
  }
};
