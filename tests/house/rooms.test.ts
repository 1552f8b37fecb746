import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const RULES = new Set(['boundaries/dependencies', 'no-restricted-syntax']);

let eslint: ESLint;
beforeAll(() => {
  eslint = new ESLint({ cwd: ROOT, ruleFilter: ({ ruleId }) => RULES.has(ruleId) });
});

/** Returns the rules that `code` would break in `file`. */
async function broken(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, file) });
  const messages = result?.messages ?? [];
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return [...new Set(messages.map(({ ruleId }) => ruleId ?? ''))];
}

const importing = (source: string) => `import * as it from '${source}';\nexport const used = it;\n`;

describe('a forbidden import', () => {
  it.each([
    ['contracts/src/names.ts', '@tocsin/service'],
    ['contracts/src/names.ts', 'node:fs'],
    ['contracts/src/names.ts', 'express'],
    ['client/src/client.ts', '@tocsin/service'],
    ['client/src/client.ts', 'vue'],
    ['client/src/client.ts', '@tocsin/client-vue'],
    ['client-vue/src/stores/session.ts', 'vue-toastification'],
    ['client-vue/src/stores/session.ts', 'socket.io-client'],
    ['client-vue/src/toasts/stack/stack.ts', '@tocsin/service'],
    ['ui/src/main.ts', 'vue-toastification'],
    ['ui/src/main.ts', '@tocsin/client'],
    ['ui/src/main.ts', 'socket.io-client'],
    ['service/src/observe/log.ts', 'express'],
    ['service/src/observe/log.ts', '@tocsin/client'],
    ['service/src/http/routes/health.ts', 'undici'],
    ['service/src/observe/spans.ts', '@opentelemetry/api'],
    ['producer/src/dapr/announcer.ts', '@opentelemetry/api'],
    ['bff/src/deliver/v1/feed-turn.ts', '@tocsin/service'],
    ['producer/src/produce/producer.ts', '@tocsin/service'],
    ['producer/src/produce/producer.ts', '../dapr/announcer.ts'],
    ['producer/src/produce/producer.ts', '../schedule/schedules.ts'],
    ['producer/src/produce/producer.ts', '../memory/announcer.ts'],
    ['producer/src/produce/producer.ts', '../config.ts'],
    ['producer/src/produce/producer.ts', '../../testing/test-producer.ts'],
    ['producer/src/produce/producer.ts', 'node:fs'],
    ['producer/src/produce/producer.ts', 'express'],
    ['producer/src/receive/routes/notifications.ts', '../../dapr/announcer.ts'],
    ['producer/src/receive/routes/notifications.ts', '@dapr/dapr'],
    ['producer/src/receive/routes/notifications.ts', '../../app.ts'],
    ['producer/src/validate/read-event.ts', 'express'],
    ['producer/src/validate/read-event.ts', '../receive/routes/events.ts'],
    ['producer/src/dapr/announcer.ts', 'undici'],
    ['producer/src/dapr/announcer.ts', '../../../bff/src/dapr/origin.ts'],
    ['producer/src/app.ts', '../testing/test-producer.ts'],
    ['producer/src/app.ts', '@tocsin/bff'],
    ['bff/src/feed/ids.ts', '../deliver/ports.ts'],
    ['bff/src/recover/page/page.ts', '../../readers/ports.ts'],
    ['bff/src/readers/ports.ts', '../auth/may-read.ts'],
    ['bff/src/feed/ids.ts', 'zod'],
    ['bff/src/feed/ids.ts', 'jose'],
    ['bff/src/auth/check-token.ts', 'express'],
    ['bff/src/auth/check-token.ts', '../http/identity.ts'],
    ['bff/src/http/identity.ts', 'jose'],
    ['producer/src/auth/callers.ts', '@tocsin/service'],
    ['bff/src/deliver/ports.ts', '../socketio/gateway.ts'],
    ['bff/src/deliver/ports.ts', '@dapr/dapr'],
    ['bff/src/dapr/origin.ts', 'socket.io'],
    ['bff/src/socketio/gateway.ts', '@dapr/dapr'],
    ['bff/src/socketio/redis-broadcaster.ts', 'redis'],
    ['bff/src/dapr/backend.ts', '../redis/connection.ts'],
    ['bff/src/app.ts', 'redis'],
    ['bff/src/redis/connection.ts', 'redis'],
    ['bff/src/dapr/backend.ts', '@tocsin/service/redis'],
    ['bff/src/http/routes/notifications.ts', 'socket.io'],
    ['tools/src/paths.ts', '@tocsin/lab'],
    ['lab/src/capacity/model/plan.ts', '../options.ts'],
    ['lab/src/capacity/model/plan.ts', 'node:fs'],
  ])('should fail: %s imports %s', async (file, source) => {
    expect(await broken(file, importing(source))).toEqual(['boundaries/dependencies']);
  });
});

describe('an allowed import', () => {
  it.each([
    ['contracts/src/names.ts', 'zod'],
    ['client/src/client.ts', 'socket.io-client'],
    ['client-vue/src/toasts/adapter.ts', 'vue-toastification'],
    ['ui/src/main.ts', '@tocsin/client-vue'],
    ['client/src/vue/index.ts', '@tocsin/client-vue'],
    ['service/src/dapr/sidecar.ts', 'undici'],
    ['producer/src/produce/producer.ts', '@tocsin/contracts'],
    ['producer/src/produce/producer.ts', '@tocsin/contracts/pause'],
    ['producer/src/auth/callers.ts', '@tocsin/service/token-bucket'],
    ['producer/src/receive/routes/notifications.ts', '../../produce/publish-service.ts'],
    ['producer/src/receive/routes/notifications.ts', '../../validate/read-notifications.ts'],
    ['producer/src/schedule/schedules.ts', '../produce/ports.ts'],
    ['producer/src/receive/routes/notifications.ts', 'express'],
    ['producer/src/produce/producer.test.ts', '../dapr/announcer.ts'],
    ['bff/src/deliver/ports.ts', '../feed/ids.ts'],
    ['bff/src/dapr/server.ts', '@dapr/dapr'],
    ['bff/src/socketio/gateway.ts', 'socket.io'],
    ['bff/src/socketio/redis-broadcaster.ts', '../redis/connection.ts'],
    ['service/src/redis/client.ts', 'redis'],
    ['bff/src/redis/connection.ts', '@tocsin/service/redis'],
  ])('should pass: %s imports %s', async (file, source) => {
    expect(await broken(file, importing(source))).toEqual([]);
  });
});

describe('a forbidden pattern', () => {
  it.each([
    ['no-restricted-syntax', 'export const port = process.env.PORT;'],
    ['no-restricted-syntax', 'export default 1;'],
    ['no-restricted-syntax', 'export const quiet = (work: Promise<void>) => work.catch(() => {});'],
  ])('should violate %s: %s', async (rule, code) => {
    expect(await broken('producer/src/produce/producer.ts', code)).toEqual([rule]);
  });

  it('should be allowed in the designated file', async () => {
    expect(await broken('producer/src/config.ts', 'export const port = process.env.PORT;')).toEqual([]);
    expect(await broken('vitest.config.ts', 'export default {};')).toEqual([]);
  });
});
