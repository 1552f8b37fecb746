// The health check of the images, which need no shell and no curl for it: exits with 0 if a GET of the path given
// (default /healthz) on the own PORT is answered with 2xx.
import { get } from 'node:http';

const path = process.argv[2] ?? '/healthz';
const request = get({ host: '127.0.0.1', port: process.env.PORT, path, timeout: 2_500 }, (response) => {
  response.resume();
  process.exitCode = response.statusCode >= 200 && response.statusCode < 300 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('there was no answer in time')));
request.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
