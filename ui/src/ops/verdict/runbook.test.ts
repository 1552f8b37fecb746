import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SECTION_OF_REDIS, SECTIONS } from './runbook.ts';

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
const anchors = Array.from(page.matchAll(/^#{2,} (.+)$/gm), ([, heading = '']) =>
  heading.toLowerCase().replaceAll(' ', '-'),
);

it.each([...Object.entries(SECTIONS), ['redis', SECTION_OF_REDIS]])(
  'should link the fault %s to an existing section',
  (_kind, section) => {
    expect(anchors).toContain(section);
  },
);
