import { createServer, type Server } from 'node:net';
import { singleRedisParts, plainTarget } from '@tocsin/service/redis';
import { afterEach, describe, expect, it } from 'vitest';
import { checkExternalRedis } from './services.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const REPLIES: Record<string, string> = { PING: '+PONG\r\n', XLEN: ':0\r\n' };

/** A Redis that replies with `info` to INFO. Resolves with its address. */
async function redisWith(info: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const [, name = ''] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g))
        socket.write(name === 'INFO' ? info : (REPLIES[name] ?? '+OK\r\n'));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const version = (text: string): string => {
  const info = `# Server\r\nredis_version:${text}\r\n`;
  return `$${info.length}\r\n${info}\r\n`;
};

describe('the check of a configured Redis', () => {
  const check = async (info: string) =>
    checkExternalRedis(singleRedisParts(plainTarget(await redisWith(info))));

  it('should reject a Redis that is too old, and accept one that does not report its version', async () => {
    await expect(check(version('6.0.16'))).rejects.toThrow(
      /^Cannot use the Redis at 127\.0\.0\.1:\d+ \(REDIS_HOST\): it is version 6\.0\.16\. Use Redis 6\.2 or later/,
    );
    await expect(check(version('7.2.4'))).resolves.toBeUndefined();
    await expect(check('-NOPERM no permission to run INFO\r\n')).resolves.toBeUndefined();
  });
});
