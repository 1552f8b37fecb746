export { conformance } from './command.ts';
export { CASES, runCases, type Result, type RunOptions } from './run.ts';
export { TOKENS } from './cases/tokens.ts';
export type { Target } from './kit.ts';
