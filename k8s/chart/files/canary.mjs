// Publishes a notification to a reader's own feed and waits until a bff serves it. If that fails, prints why and exits
// with 1.
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const {
  PRODUCER_URL = 'http://producer',
  BFF_URL = 'http://bff',
  READER = 'helm-test',
  TIMEOUT_S = '60',
} = process.env;
const { API_KEY, READER_TOKEN, JWT_SECRET, JWT_ISSUER = 'tocsin', JWT_AUDIENCE = 'tocsin' } = process.env;
const deadline = Date.now() + Number(TIMEOUT_S) * 1000;
const feed = `user:${READER}`;
const id = `helm-test-${randomBytes(8).toString('hex')}`;

/** The secret can have several lines, one key each. The first is the newest, and signs tokens. */
const signingSecret = JWT_SECRET?.split(/\r?\n/).find((line) => line !== '');
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function signToken() {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: READER,
    feeds: [],
    roles: [],
    iss: JWT_ISSUER,
    aud: JWT_AUDIENCE,
    iat: now,
    exp: now + 300,
  };
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', signingSecret).update(text).digest('base64url')}`;
}

async function request(url, init = {}) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000), ...init });
  return { status: response.status, text: await response.text() };
}

/** Retries `attempt` until it returns a value or the deadline passes. */
async function until(what, attempt) {
  let last = '';
  while (Date.now() < deadline) {
    try {
      const { value, reason } = await attempt();
      if (value !== undefined) return value;
      last = reason;
    } catch (error) {
      last = error.cause?.message ?? error.message;
    }
    await delay(500);
  }
  console.error(`${what} still failed after ${TIMEOUT_S} s: ${last}`);
  process.exit(1);
}

const keyHeader = API_KEY ? { 'x-api-key': API_KEY } : {};
const body = JSON.stringify({
  id,
  feed,
  title: 'Helm test canary',
  expiresAt: new Date(deadline + 60_000),
});
await until('Publishing', async () => {
  const { status, text } = await request(`${PRODUCER_URL}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...keyHeader },
    body,
  });
  if (status === 202) return { value: true };
  if (status >= 400 && status < 500 && status !== 404 && status !== 429) {
    console.error(`The producer rejected the canary with status ${status}: ${text}`);
    process.exit(1);
  }
  return { reason: `${status} ${text}` };
});
const token = READER_TOKEN || (signingSecret ? signToken() : undefined);
await until('Reading the notification', async () => {
  const { status, text } = await request(`${BFF_URL}/app/notifications?feed=${encodeURIComponent(feed)}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  if (status !== 200) return { reason: `${status} ${text}` };
  const { publications } = JSON.parse(text);
  const isPublished = publications.some(({ notification }) => notification?.id === id);
  return isPublished ? { value: true } : { reason: 'the notification is not in the feed' };
});
// Without the scope `retract`, or without a response, the notification stays until it expires.
await request(`${PRODUCER_URL}/notifications/${id}?feed=${encodeURIComponent(feed)}`, {
  method: 'DELETE',
  headers: keyHeader,
}).catch((error) =>
  console.log(
    `Couldn't retract ${id}, which will expire on its own: ${error.cause?.message ?? error.message}`,
  ),
);
console.log(`Published ${id} and read it from a bff.`);
