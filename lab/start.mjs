// Runs a command of the lab, for example `node lab/start.mjs bench`.
import { runCommand } from '../tools/first-stage.mjs';

await runCommand('lab/src/cli.ts');
