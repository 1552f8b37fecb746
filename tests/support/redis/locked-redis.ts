import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, ensureRedisServer, freePorts, isPortFree, pollUntil, privateRedis } from '@tocsin/tools';
import { createClient } from 'redis';

/** Starts a Redis with the users from `docs/redis-users.acl`: the applications' user, and an unrestricted operator. */
export async function startLockedRedis() {
  const [password, operatorPassword] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-locked-'));
  const [port = 0] = await freePorts(1);
  const server = await ensureRedisServer(console.log);
  const redis = privateRedis({ server, port, dir, logFile: join(dir, 'redis.log') });
  await redis.start();
  await pollUntil(async () => !(await isPortFree(port)), { timeoutMs: 20_000 });
  const users = readFileSync(join(ROOT, 'docs', 'redis-users.acl'), 'utf8')
    .replace('>change-me ', `>${password} `)
    .replace('>change-me-too ', `>${operatorPassword} `)
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(1));
  const first = createClient({ socket: { port, host: '127.0.0.1' } });
  await first.connect();
  // Reversed: the first line turns off the `default` user, and this client is connected as that user.
  for (const line of users.toReversed()) await first.sendCommand(['ACL', 'SETUSER', ...line]);
  first.destroy();
  const connectAs = async (username: string, secret: string) => {
    const client = createClient({ socket: { port, host: '127.0.0.1' }, username, password: secret });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const username = users.find(([name, state]) => name !== 'operator' && state === 'on')?.[0] ?? 'default';
  return {
    host: `127.0.0.1:${port}`,
    /** The applications' user. */
    username,
    password,
    asApplication: () => connectAs(username, password),
    operator: await connectAs('operator', operatorPassword),
    async stop(): Promise<void> {
      this.operator.destroy();
      await redis.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
export type LockedRedis = Awaited<ReturnType<typeof startLockedRedis>>;
