import { pollUntil } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Tenant } from '../tenants/tenant.ts';
import { startSmtpPod, type SmtpPod } from './smtp-pod.ts';

const AWAY = {
  publicUrl: 'https://inbox.example.com',
  templates: '/away',
  email: { from: 'Shop <no-reply@shop.example>', window: 'PT1S' },
};
const TEMPLATES = { 'subject.liquid': 'Acme: {{ count }} new' };
const away = { file: JSON.stringify(AWAY), templates: TEMPLATES };
const release = new Tenant('tocsin-away', {}, { away });
const responseSchema = z.object({ status: z.number(), text: z.string() });

/** A chart release with channels. The mail server is in the same namespace. */
describe('a release with the value `bff.away`', () => {
  let smtp: SmtpPod;

  beforeAll(async () => {
    await release.install();
    const image = await release.kubectl(
      ...['get', 'deployment', 'bff', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
    );
    smtp = await startSmtpPod(release.namespace, image);
    await release.kubectl('create', 'secret', 'generic', 'smtp', `--from-literal=smtp=${smtp.url}`);
  });
  afterAll(() => release.remove());

  /** Sends a request to the bff from inside the bff's pod. */
  const ask = async (path: string, token: string, method = 'GET', body?: unknown) => {
    const url = `http://127.0.0.1:4001${path}`;
    const headers = { authorization: `Bearer ${token}` };
    const { response } = await release.ask('bff', [
      { name: 'response', url, method, headers, body, text: true },
    ]);
    return responseSchema.parse(response);
  };

  it('should send a due fallback once, using a template from the values and the secret `smtp`', async () => {
    const token = await release.token('ada', { email: 'ada@example.com', email_verified: true });
    const consent = await ask('/app/channels/email', token, 'PUT', { consent: true });
    expect(consent).toMatchObject({ status: 204 });
    const sent: Awaited<ReturnType<SmtpPod['received']>> = [];
    for (const [index, title] of ['The first delivery', 'The second delivery'].entries()) {
      const fallback = [{ after: 'PT1S', via: 'email' }];
      expect(await release.publish('user:ada', `n${index}`, { title, fallback })).toBe(202);
      const fault = await pollUntil(
        async () => {
          sent.splice(0, Infinity, ...(await smtp.received()));
          return sent.length > index;
        },
        { timeoutMs: 120_000, everyMs: 1_000 },
      );
      expect(fault).toBeUndefined();
      expect(sent).toHaveLength(index + 1);
      expect(sent[index]).toMatchObject({
        ...{ from: 'no-reply@shop.example', to: ['ada@example.com'], subject: 'Acme: 1 new' },
        text: expect.stringContaining(title) as string,
      });
    }
  });
});
