// Prints an address's open TCP ports as a JSON array: `node scan-ports.mjs <address> [first] [last]`. A port that does
// not respond is considered closed. If the address is unreachable, exits with code 1.
import { connect } from 'node:net';

const [address, first = '1', last = '65535'] = process.argv.slice(2);
/** Connect timeout (ms). Enough on the same machine, where open ports respond immediately even under load. */
const TIMEOUT_MS = 2_000;
const LANES = 500;

const isOpen = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: TIMEOUT_MS });
    const done = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', (error) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' || error.code === 'ETIMEDOUT')
        done(false);
      else reject(error);
    });
  });

const open = [];
let next = Number(first);
async function lane() {
  while (next <= Number(last)) {
    const port = next++;
    if (await isOpen(port)) open.push(port);
  }
}
await Promise.all(Array.from({ length: LANES }, lane));
process.stdout.write(JSON.stringify(open.sort((a, b) => a - b)));
