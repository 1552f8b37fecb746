import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { channelsSchema, receiptsSchema, unsentPageSchema, unsentResultSchema } from '@tocsin/contracts';
import { ROOT, freePorts, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSmtpServer, type TestSmtpServer } from '../../bff/testing/away/smtp.ts';
import { eventually } from '../support/state.ts';
import { commandsOf } from './commands.ts';

const run = promisify(execFile);
const read = (guide: string) => readFileSync(join(ROOT, 'docs', 'guides', `${guide}.md`), 'utf8');
const awayGuide = read('reach-people-who-are-away');
const ownChannelGuide = read('write-your-own-channel');
const COMMANDS = [awayGuide, ownChannelGuide].flatMap((page) =>
  commandsOf(page).map(({ text }) => text.trim()),
);
/** True if the command needs a running system. Other commands prepare it. */
const needsSystem = (command: string) => command.includes('localhost:400') || command.startsWith('sleep');
const OPS_TOKEN = randomBytes(32).toString('hex');

const dir = mkdtempSync(join(tmpdir(), 'tocsin-guide-'));
const [data, components, files] = ['data', 'components', 'messages'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];
/** The environment variables that the guides' commands start the system with. */
const started: Record<string, string> = {};
const outputs = new Map<string, string>();

let smtp: TestSmtpServer;
let stack: Stack;
let receiver: ChildProcess;
let received = '';
let receiverPort = 0;

/** Points a command at the test's addresses and folders, so that it doesn't change anything in this repository. */
function withTestAddresses(command: string): string {
  const [first, keyed, bff] = [...(stack?.producers ?? []), ...(stack?.bffs ?? [])].map(
    ({ url }) => new URL(url).host,
  );
  return command
    .replaceAll('localhost:4000/notifications/', `${keyed}/notifications/`)
    .replaceAll('localhost:4000', String(first))
    .replaceAll('localhost:4001', String(bff))
    .replaceAll('localhost:9000', `localhost:${receiverPort}`)
    .replaceAll('mail.example:587', `127.0.0.1:${smtp.port}`)
    .replaceAll('> components/', `> ${components}/`)
    .replaceAll('/tmp/tocsin-messages', files)
    .replaceAll('$PWD/', `${dir}/`)
    .replaceAll('my-templates', `${dir}/my-templates`)
    .replaceAll('dkim.pem', `${dir}/dkim.pem`)
    .replace(/npm run (?:--silent )?(?:api-key|vapid|token) -- /, `$&--data ${data} `);
}

/**
 * Runs a command with the variables that earlier commands set. Records the environment instead of running `npm start`.
 */
async function shell(command: string): Promise<string> {
  const [variables, environment] = [join(dir, 'variables'), join(dir, 'environment')];
  const script = `
    npm() { if [ "$*" = start ]; then env -0 > ${environment}; else command npm "$@"; fi; }
    if [ -f ${variables} ]; then . ${variables}; fi
    set -a
    ${withTestAddresses(command)}
    export -p > ${variables}`;
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: { ...process.env, OPS_TOKEN },
  });
  if (existsSync(environment)) {
    for (const line of readFileSync(environment, 'utf8').split('\0')) {
      const [, name = '', value = ''] = /^((?:NOTIFICATION_SECRETS_|AWAY_)\w+)=([^]*)$/.exec(line) ?? [];
      if (name !== '') started[name] = value;
    }
  }
  return stdout;
}

/** Combines the settings from both guides, so that all channels are set. */
function settings() {
  const [, block = ''] = /```json\n([^]*?)```/.exec(ownChannelGuide) ?? [];
  const { publicUrl, bindings } = JSON.parse(block) as { publicUrl: string; bindings: object };
  const email = {
    ...{ from: 'Shop <no-reply@shop.example>', window: 'PT0S' },
    dkim: { domain: 'shop.example', selector: 'tocsin' },
  };
  return { publicUrl, bindings, email, push: {}, webhook: { window: 'PT0S' } };
}

beforeAll(async () => {
  for (const folder of [data, components]) mkdirSync(folder);
  [receiverPort = 0] = await freePorts(1);
  smtp = await startSmtpServer({
    ...{ allowInsecureAuth: true, hideSTARTTLS: true },
    onAuth: ({ username, password }, _session, done) =>
      password === 'password' ? done(null, { user: username }) : done(new Error('Wrong password')),
  });
});
afterAll(async () => {
  receiver?.kill();
  await stack?.stop();
  await smtp?.close();
  rmSync(dir, { recursive: true });
});

describe('the guides about readers who are away', () => {
  it.each(COMMANDS.filter((command) => !needsSystem(command)))('should be runnable: %s', async (command) => {
    outputs.set(command, await shell(command));
  });

  it('should have prepared keys, components, secrets and templates', () => {
    const output = (part: string) => [...outputs].find(([command]) => command.includes(part))?.[1] ?? '';
    expect(output('-pubout')).toMatch(/^MII[\w+/]{380,}={0,2}$/);
    expect(output('--sub ada').split('.')).toHaveLength(3);
    expect(readdirSync(data).sort()).toEqual(['api-keys.json', 'jwt-secret', 'vapid.json']);
    expect(readdirSync(components).sort()).toEqual(['notification-files.yaml', 'notification-webhook.yaml']);
    expect(readdirSync(join(dir, 'my-templates'))).not.toEqual([]);
    expect(output('--templates')).toMatch(/\.\{txt,html\}/);
    expect(started).toMatchObject({
      AWAY_FILE: join(dir, 'away.json'),
      NOTIFICATION_SECRETS_smtp: `smtp://user:password@127.0.0.1:${smtp.port}`,
      NOTIFICATION_SECRETS_dkim: readFileSync(join(dir, 'dkim.pem'), 'utf8').trim(),
      NOTIFICATION_SECRETS_webhook: expect.stringMatching(/^whsec_/) as string,
    });
  });
});

describe('the system that the guides start', () => {
  const token = () => [...outputs].find(([command]) => command.includes('--sub ada'))?.[1]?.trim() ?? '';
  const asAda = (method: string, path: string, body?: object) =>
    fetch(`${stack.bffs[0]?.url}/app${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}` },
      ...(body && { body: JSON.stringify(body) }),
    });

  beforeAll(async () => {
    writeFileSync(join(dir, 'away.json'), JSON.stringify(settings()));
    const code = /```js\n(import \{ createServer \}[^]*?)```/.exec(awayGuide)?.[1] ?? '';
    receiver = spawn(
      process.execPath,
      ['--input-type=module', '-e', code.replace('9000', String(receiverPort))],
      { cwd: ROOT, env: { ...process.env, ...started }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    receiver.stdout?.on('data', (chunk: Buffer) => (received += chunk.toString()));
    await once(receiver, 'spawn');
    const { AWAY_FILE = '', ...secrets } = started;
    stack = await startStack({
      ...{ producers: 2, bffs: 1 },
      // Only the commands for receipts send API keys. They use the second producer, so only the second producer
      // requires keys.
      producerEnv: (index) =>
        index === 0 ? {} : { API_KEYS: 'on', API_KEYS_FILE: join(data, 'api-keys.json') },
      bffEnv: { AUTH_MODE: 'jwt', AWAY_FILE, OPS_TOKEN },
      resources: [components],
      secrets: {
        ...secrets,
        NOTIFICATION_SECRETS_jwt: readFileSync(join(data, 'jwt-secret'), 'utf8').trim(),
        NOTIFICATION_SECRETS_vapid: readFileSync(join(data, 'vapid.json'), 'utf8').trim(),
      },
    });
  });

  it('should read the e-mail address from the token, and have a push key', async () => {
    const channels = channelsSchema.parse(await (await asAda('GET', '/channels')).json());
    expect(channels.email.offered).toBe('ada@example.org');
    expect(channels.push.publicKey).toMatch(/^[\w-]{87}$/);
  });

  it('should send a signed e-mail', async () => {
    expect((await asAda('PUT', '/channels/email', { consent: true })).status).toBe(204);
    const fallback = [{ after: 'PT1S', via: 'email' }];
    const response = await fetch(`${stack.producers[0]?.url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'order-7', feed: 'user:ada', title: 'Order 7', fallback }),
    });
    expect(response.status).toBe(202);
    const mail = await eventually(async () => smtp.received[0], 60_000);
    expect([mail.user, mail.mail.subject]).toEqual(['user', 'Order 7']);
    const signature = mail.mail.headers.find(({ key }) => key === 'dkim-signature')?.value;
    expect(signature).toMatch(/d=shop\.example;[^]*s=tocsin;/);
  });

  it.each(COMMANDS.filter((command) => needsSystem(command) && command.includes('curl -d')))(
    'should accept: %s',
    async (command) => {
      expect(JSON.parse(await shell(command))).toEqual({ ids: [expect.any(String)] });
    },
  );

  it('should send the webhook to the guide’s receiver', async () => {
    await eventually(async () => received.includes('user:ada has 1 unread: Paper jam'), 60_000);
  });

  it('should write the message to a file', async () => {
    const command = COMMANDS.find((candidate) => candidate.startsWith('sleep')) ?? '';
    // The file can be late on a busy machine.
    const text = await eventually(() => shell(command).catch(() => undefined), 60_000);
    expect(JSON.parse(text)).toMatchObject({
      to: 'ada',
      title: 'Paper jam',
      text: expect.any(String) as string,
    });
  });

  it.each(COMMANDS.filter((command) => command.includes('receipts?')))(
    'should report receipts: %s',
    async (command) => {
      const fallbacks = await eventually(async () => {
        const receipts = receiptsSchema.safeParse(JSON.parse(await shell(command)));
        return receipts.data?.fallbacks.some(({ state }) => state === 'sent') && receipts.data.fallbacks;
      });
      expect(fallbacks).toMatchObject([{ via: 'email', state: 'sent' }]);
    },
  );

  it('should list unsent fallbacks', async () => {
    const command = COMMANDS.find((candidate) => candidate.includes('/fallbacks/unsent')) ?? '';
    expect(unsentPageSchema.parse(JSON.parse(await shell(command)))).toMatchObject({ next: null });
  });

  it('should report an unknown fallback when asked to resend it', async () => {
    const command = COMMANDS.find((candidate) => candidate.includes('/fallbacks/send-again')) ?? '';
    const failed = [{ reader: 'user:ada', id: 'order-7', via: 'email', code: 'not_found' }];
    expect(unsentResultSchema.parse(JSON.parse(await shell(command)))).toMatchObject({ done: 0, failed });
  });

  it('should be used by exactly seven commands, which are all tested above', () => {
    const inSystem = COMMANDS.filter(needsSystem);
    expect(inSystem).toHaveLength(7);
    for (const command of inSystem)
      expect(command).toMatch(
        /^curl -d |^sleep 3; cat |^curl -H .*receipts\?|^curl -H [^]*\/fallbacks\/(?:unsent|send-again)/,
      );
  });
});
