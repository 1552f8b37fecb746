import { describe, expect, it } from 'vitest';
import { contained, isolate, readableJson } from './bidi.ts';

const [RLO, PDF, FSI, RLI, PDI] = ['\u202e', '\u202c', '\u2068', '\u2067', '\u2069'];

describe('bidirectional text helpers', () => {
  it.each([
    ['plain ascii', 'plain ascii'],
    [`a${RLO}b`, `a${RLO}b`],
    [`a${PDI}${RLO}b`, `a${RLO}b`],
    [`${RLI}a`, `${RLI}a${PDI}`],
    [`${RLI}a${PDI}${PDI}b${FSI}`, `${RLI}a${PDI}b${FSI}${PDI}`],
    [`${RLO}a${PDF}`, `${RLO}a${PDF}`],
  ])('should keep text from affecting the direction of surrounding text: %j', (text, expected) => {
    expect(contained(text)).toBe(expected);
    expect(isolate(text)).toBe(text === 'plain ascii' ? text : `${FSI}${expected}${PDI}`);
  });

  it('should isolate only text in right-to-left scripts', () => {
    expect(isolate('שלום')).toBe(`${FSI}שלום${PDI}`);
    expect(isolate('Ä 🔔')).toBe('Ä 🔔');
  });

  it('should escape direction characters in JSON and keep the value unchanged', () => {
    const json = JSON.stringify({ title: `invoice${RLO}gpj.exe` });
    expect(readableJson(json)).toBe('{"title":"invoice\\u202egpj.exe"}');
    expect(JSON.parse(readableJson(json))).toEqual(JSON.parse(json));
  });
});
