// Probes addresses sequentially: `node probe.mjs '<JSON array of probes>'`. A probe has a "name" and one of these
// actions, listed with their outcomes:
//   "url", with "method", "headers", "body": the status, or the reason if there was no response; with "times", an
//     array; with "text": true, {status, text}
//   "connect": {"host", "port"}: `open`, or the reason if the connection failed
//   "redis": {"host", "port", "commands": [["AUTH", …], …]}: the first line of each reply
// Prints {"<name>": <outcome>}.
import { connect } from 'node:net';

const TIMEOUT_MS = 5_000;
const reasonOf = (error) => error.cause?.code ?? error.code ?? error.name;

async function request({ url, method = 'GET', headers = {}, body, text = false }) {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  try {
    const response = await fetch(url, { ...init, ...content, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (text) return { status: response.status, text: await response.text() };
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return reasonOf(error);
  }
}

async function requests({ times, ...probe }) {
  if (times === undefined) return request(probe);
  const outcomes = [];
  for (let i = 0; i < times; i++) outcomes.push(await request(probe));
  return outcomes;
}

const talk = ({ host, port }, commands) =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    let text = '';
    const end = (outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    const lines = () => text.split('\r\n').slice(0, -1);
    socket.once('connect', () => {
      if (commands.length === 0) return end('open');
      for (const words of commands) {
        const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
        socket.write(`*${words.length}\r\n${parts.join('')}`);
      }
    });
    socket.on('data', (data) => {
      text += data;
      if (lines().length >= commands.length) end(lines());
    });
    socket.once('close', () => end(lines()));
    socket.once('timeout', () => end('timeout'));
    socket.once('error', (error) => end(reasonOf(error)));
  });

const outcomes = {};
for (const { name, ...probe } of JSON.parse(process.argv[2])) {
  if (probe.url) outcomes[name] = await requests(probe);
  else if (probe.redis) outcomes[name] = await talk(probe.redis, probe.redis.commands);
  else outcomes[name] = await talk(probe.connect, []);
}
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
