import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { messageOf, notificationOf as notification } from '../../../testing/away/messages.ts';
import { loadTemplates } from './templates.ts';

describe('the built-in templates', () => {
  const { render } = loadTemplates();

  it("should use a single notification's title, or a digest's count, as the subject", () => {
    expect(render(messageOf([notification('Order 7 shipped')])).subject).toBe('Order 7 shipped');
    const digest = [notification('A'), notification('B')];
    expect(render(messageOf(digest, { more: 3 })).subject).toBe('5 unread notifications');
    expect(render(messageOf(digest, { more: 3, language: 'de' })).subject).toBe(
      '5 ungelesene Benachrichtigungen',
    );
  });

  it("should count the notifications that aren't listed", () => {
    const one = [notification('A')];
    expect(render(messageOf(one, { more: 1 })).text).toContain('and 1 more in your inbox');
    expect(render(messageOf(one, { more: 7, language: 'de' })).text).toContain(
      'und 7 weitere in Ihrem Posteingang',
    );
    expect(render(messageOf(one)).text).not.toContain('more');
  });

  it('should group by source, starting with the group that has the newest notification', () => {
    const { text } = render(
      messageOf([
        notification('N5', { source: 'shop' }),
        notification('N4'),
        notification('N3', { source: 'billing' }),
        notification('N2', { source: 'shop' }),
      ]),
    );
    const found = text.match(/^== .* ==$|N\d/gm);
    expect(found).toEqual(['== shop ==', 'N5', 'N2', '== Other ==', 'N4', '== billing ==', 'N3']);
  });

  it('should have no group headings if no notification has a source', () => {
    expect(render(messageOf([notification('A'), notification('B')])).text).not.toContain('==');
  });

  it('should escape all text in HTML but not in plain text', () => {
    const hostile = '<img src=x onerror=alert(1)>"\'&{{ links.inbox }}';
    const { html, text } = render(
      messageOf([
        notification(hostile, {
          body: hostile,
          source: hostile,
          link: 'https://a.example/?a="><script>',
          actions: [{ label: hostile, link: '/x' }],
        }),
      ]),
    );
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<script');
    expect(
      html.match(/&lt;img src=x onerror=alert\(1\)&gt;&#34;&#39;&amp;\{\{ links\.inbox \}\}/g),
    ).toHaveLength(5);
    expect(text.split(hostile)).toHaveLength(5);
  });

  it('should make links absolute, and keep the unsubscribe link in both parts', () => {
    const { html, text } = render(
      messageOf([notification('A', { link: '/orders/7', actions: [{ label: 'Go', link: '/go' }] })]),
    );
    for (const part of [html, text]) {
      expect(part).toContain('https://inbox.example/orders/7');
      expect(part).toContain('https://inbox.example/go');
      expect(part).toContain('https://inbox.example/#/a');
    }
    expect(text).toContain('https://inbox.example/app/unsubscribe?token=a&b=c');
    expect(html).toContain('https://inbox.example/app/unsubscribe?token=a&amp;b=c');
  });

  it('should isolate right-to-left text in plain text', () => {
    const { subject, text, html } = render(messageOf([notification('שלום')]));
    expect(subject).toBe('\u2068שלום\u2069');
    expect(text).toContain('\u2068שלום\u2069');
    expect(html).toContain('dir="auto"');
  });

  it('should show times in the configured time zone', () => {
    const message = messageOf([notification('A')], { language: 'de' });
    expect(render(message).text).toContain('1. März 2026 um 10:00 UTC');
    expect(loadTemplates({ timeZone: 'Europe/Berlin' }).render(message).text).toContain(
      '1. März 2026 um 11:00 MEZ',
    );
  });
});

it('should not limit the time for rendering the built-in templates', () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
  try {
    expect(loadTemplates().render(messageOf([notification('A')])).html).toContain('A</a>');
  } finally {
    clock.mockRestore();
  }
});

describe('a folder of templates', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'templates-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const message = messageOf([notification('A')]);

  it('should only override the built-in templates that it contains files for', () => {
    write('subject.liquid', 'Acme: {{ count }} new');
    write('words.en.json', '{"openInbox": "Go to Acme"}');
    const { subject, text } = loadTemplates({ folder }).render(message);
    expect(subject).toBe('Acme: 1 new');
    expect(text).toContain('Go to Acme: https://inbox.example/');
    expect(text).toContain('Unsubscribe from these e-mails');
  });

  it('should be valid if it is empty; the built-in templates then apply', () => {
    expect(loadTemplates({ folder }).overridden).toEqual([]);
  });

  it('should keep the subject on a single line', () => {
    write('subject.liquid', 'Acme\r\nBcc: all@example.com\n{{ subject }}');
    expect(loadTemplates({ folder }).render(message).subject).toBe('Acme Bcc: all@example.com A');
  });

  it('should fail at startup and list every invalid file', () => {
    write('subject.liquid', '{% if %}');
    write('text.liquid', '{{ title }');
    write('words.en.json', '{"open": ""}');
    write('words.de.json', '{"headingMany": "{n}", "other": "x"}');
    expect(() => loadTemplates({ folder, timeZone: 'Mars' })).toThrow(
      new RegExp(
        [
          `The templates in ${folder} can't be used`,
          'words.en.json: open ',
          'words.de.json: .*',
          'subject.liquid: .*line:1',
          'text.liquid: .*',
          'Mars is not a time zone',
        ].join('[^]*'),
      ),
    );
  });

  it.each([
    ['text.liquid', '{{ subjekt }}', /text\.liquid: undefined variable: subjekt, line:1/],
    ['html.liquid', '\n{{ subject | shout }}', /html\.liquid: .*shout.*line:2/],
    ['html.liquid', '{% include "/etc/passwd" %}', /html\.liquid: /],
    ['html.liquid', '{% for i in (1..100000000) %}x{% endfor %}', /html\.liquid: .*limit/],
    ['text.liquid', '  \n', /text\.liquid: renders no content/],
    ['words.en.json', '{', /words\.en\.json: is not valid JSON/],
    ['words.en.json', '{"headingMany": "{n} new"}', /contains \{n\}, but can only contain \{count\}/],
  ])('should refuse %s with %s', (file, text, fault) => {
    write(file, text);
    expect(() => loadTemplates({ folder })).toThrow(fault);
  });
});
