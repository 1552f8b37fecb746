import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiptEventSchema, receiptsSchema } from '@tocsin/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { createBindingChannel } from '../../bff/src/away/channels/binding/binding-channel.ts';
import { FIELD_NAMES } from '../../bff/src/away/channels/binding/mapping.ts';
import { loadTemplates } from '../../bff/src/away/templates/templates.ts';
import { readAwaySettings } from '../../bff/src/wiring/away/settings.ts';
import { messageOf, notificationOf } from '../../bff/testing/away/messages.ts';
import { createNtfyChannel } from '../../bff/testing/away/ntfy-channel.ts';

const read = (name: string) => readFileSync(join('docs', 'guides', `${name}.md`), 'utf8');
const ownChannelGuide = read('write-your-own-channel');
const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

describe('the channel guides', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-away-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const settings = ['reach-people-who-are-away', 'write-your-own-channel'].flatMap((name) =>
    blocks(read(name), 'json').filter((text) => text.includes('publicUrl')),
  );

  it('should show valid settings', () => {
    expect(settings).toHaveLength(3);
    for (const text of [...settings, readFileSync('compose/away/mailpit.json', 'utf8')]) {
      writeFileSync(join(dir, 'away.json'), text);
      const { bindings } = readAwaySettings(join(dir, 'away.json'));
      for (const [name, { window: _, ...binding }] of Object.entries(bindings)) {
        const invoke = () => Promise.resolve();
        createBindingChannel({ ...binding, name, invoke, templates: loadTemplates() });
      }
    }
  });

  it('should show the actual format of receipts and receipt events', () => {
    const shown = blocks(read('reach-people-who-are-away'), 'json');
    const parseBlock = (text: string): unknown =>
      JSON.parse(shown.find((block) => block.includes(text)) ?? '');
    const [counts, event] = [parseBlock('"accuracy"'), parseBlock('"tocsin.fallback.ended"')];
    expect(receiptsSchema.parse(counts)).toEqual(counts);
    expect(receiptEventSchema.parse(event)).toEqual(event);
  });

  it('should list every mapping field', () => {
    const listed = [...ownChannelGuide.matchAll(/`\$(\w+)`/g)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(FIELD_NAMES));
  });

  it('should show the actual code of the example channel', () => {
    const code = readFileSync('bff/testing/away/ntfy-channel.ts', 'utf8');
    expect(blocks(ownChannelGuide, 'ts')).toEqual([code.replaceAll('../../src/away/channels/', '../')]);
  });
});

describe('the example channel', () => {
  it('should post the message, and report each outcome', async () => {
    const statuses = [200, 503, 400];
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        bodies.push(body);
        const status = statuses.shift();
        if (status) response.writeHead(status).end();
        else response.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const topicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const result = await createNtfyChannel({ topicUrl }).send(
        messageOf([notificationOf('A')], { more: 2 }),
        {
          push: [],
        },
      );
      outcomes.push(result.outcome);
    }
    server.closeAllConnections();
    server.close();
    expect(outcomes).toEqual(['sent', 'unavailable', 'refused', 'unknown']);
    expect(bodies[0]).toBe('A and 2 more');
  });
});
