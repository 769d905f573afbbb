import type { Linter } from 'eslint';

export const MAY_IMPORT: Readonly<Record<string, readonly string[]>>;
export const directions: Linter.Config;
