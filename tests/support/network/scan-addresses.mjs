// Prints the open TCP ports of addresses as a JSON object: `node scan-addresses.mjs <address>…`. Each scan saturates a
// core, so only two run at a time.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCANNER = fileURLToPath(new URL('scan-ports.mjs', import.meta.url));
const run = promisify(execFile);

const waiting = process.argv.slice(2);
const open = {};
async function lane() {
  for (let address = waiting.shift(); address; address = waiting.shift()) {
    const { stdout } = await run(process.execPath, [SCANNER, address]);
    open[address] = JSON.parse(stdout);
  }
}
await Promise.all([lane(), lane()]);
process.stdout.write(JSON.stringify(open));
