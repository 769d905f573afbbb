/**
 * A transformer of jest's that has CDK loaded once a worker instead of once a test file.
 *
 * The text of a module of CDK becomes a line that takes the module from outside of the test file's sandbox, where Node
 * itself loaded it (`environment.cjs`). What it is, it stays; it is only not loaded again, and its code stays compiled.
 */
const { Buffer } = require('node:buffer');

module.exports = {
  process: (_source, file) => ({
    code: `module.exports = globalThis[Symbol.for('pipeline.outer-require')](${JSON.stringify(file)});`,
  }),
  getCacheKey: (_source, file) => `outer-1-${Buffer.from(file).toString('hex')}`,
};
