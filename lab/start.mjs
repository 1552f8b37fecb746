// Starts a command of the lab: `node lab/start.mjs bench`.
import { runCommand } from '../tools/first-stage.mjs';

await runCommand('lab/src/cli.ts');
