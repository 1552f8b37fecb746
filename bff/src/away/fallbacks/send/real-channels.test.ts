import { EventEmitter, once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { READER, after, arrival, deployment, itemsOf } from '../../../../testing/away/deployment.ts';
import { freePort } from '../../../../testing/free-port.ts';
import { startScriptedSmtp, startSmtpServer, type TestSmtpServer } from '../../../../testing/away/smtp.ts';
import { createEmailChannel } from '../../channels/email/email-channel.ts';
import { loadTemplates } from '../../templates/templates.ts';
import { hashOfReader } from '../document.ts';
import { wakeUpName } from '../wake-ups/wake-up-names.ts';

const templates = loadTemplates();
let server: TestSmtpServer | undefined;
afterEach(async () => server?.close());

/** Creates an instance that uses a real mail server. Tests advance the clock and trigger the wake-ups. */
function deployWithMail(url: string, repeats = false) {
  const email = createEmailChannel({ url, from: 'Shop <no-reply@shop.example>', templates });
  const world = deployment({ repeats }, email);
  let advancedMs = 0;
  const { fallbacks, set } = world.instance(undefined, () => advancedMs);
  set.mockResolvedValue();
  const passAndWake = async (ms: number) => {
    advancedMs += ms;
    const now = Date.now() + advancedMs;
    await fallbacks.wake(wakeUpName(hashOfReader(READER), now, { unique: true }));
    await fallbacks.stop();
  };
  return { ...world, fallbacks, passAndWake };
}

it('should send a single e-mail once the mail server is back, without notifications that have been read', async () => {
  const port = await freePort();
  const { fallbacks, passAndWake, outcomes, standings } = deployWithMail(`smtp://127.0.0.1:${port}`);
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M')), arrival('b', after('PT1M'))));
  for (let minutes = 0; minutes < 60; minutes += 5) await passAndWake(5 * 60_000);
  expect(outcomes()).toEqual([]);
  standings.set('b', 'read');
  server = await startSmtpServer({}, port);
  for (let minutes = 0; minutes < 60; minutes += 15) await passAndWake(15 * 60_000);
  expect(server.received.map(({ mail }) => mail.subject)).toEqual(['a']);
  expect(outcomes()).toEqual([
    ['b', 'suppressed', 'read'],
    ['a', 'sent'],
  ]);
});

it.each([
  [false, 1],
  [true, 2],
])(
  'should only resend after an incomplete reply if the channel ignores repeats (%s)',
  async (repeats, times) => {
    server = await startScriptedSmtp(['220 hi', '250 hi', '250 ok', '250 ok', '354 go', '25…']);
    const { fallbacks, passAndWake, outcomes } = deployWithMail(server.url, repeats);
    await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
    await passAndWake(60_000);
    await passAndWake(10_000);
    expect(server.lines.filter((line) => line.startsWith('MAIL'))).toHaveLength(times);
    expect(outcomes()).toEqual(repeats ? [] : [['a', 'unknown', expect.any(String)]]);
  },
);

it('should send a single e-mail, and record it as sent if the notification is read during the send', async () => {
  const [sendStarted, readDone] = [new EventEmitter(), new EventEmitter()];
  const isSending = once(sendStarted, 'now');
  server = await startSmtpServer({
    onRcptTo: (_address, _session, done) => {
      readDone.once('now', () => done());
      sendStarted.emit('now');
    },
  });
  const { fallbacks, passAndWake, outcomes, standings } = deployWithMail(server.url);
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  const sent = passAndWake(61_000);
  await isSending;
  standings.set('a', 'read');
  await fallbacks.wake(wakeUpName(hashOfReader(READER), Date.now() + 61_000, { unique: true }));
  readDone.emit('now');
  await sent;
  await passAndWake(60 * 60_000);
  expect(server.received).toHaveLength(1);
  expect(outcomes()).toEqual([['a', 'sent']]);
});
