// Health check for the container images, which have no shell or curl. Exits with 0 if a GET of the given path (default:
// /healthz) on PORT returns 2xx.
import { get } from 'node:http';

const path = process.argv[2] ?? '/healthz';
const request = get({ host: '127.0.0.1', port: process.env.PORT, path, timeout: 2_500 }, (response) => {
  response.resume();
  process.exitCode = response.statusCode >= 200 && response.statusCode < 300 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('no response within 2.5 s')));
request.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
