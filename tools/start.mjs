// Runs a tool, for example `node tools/start.mjs deploy`.
import { runCommand } from './first-stage.mjs';

await runCommand('tools/src/cli.ts');
