import { describe, expect, it } from 'vitest';
import { originOfIcon } from './icon-names.ts';
import { categorySchema, iconSchema } from './icon.ts';
import { notificationInputSchema } from './notification.ts';

describe('an icon', () => {
  const pattern = new RegExp(String(iconSchema.meta()?.['pattern']), 'u');
  it.each([
    ...['bell', 'rocket', 'https://cdn.example.com/a.png', 'https://cdn.example.com:8443/a?b=c'],
    ...['https://h', 'https://h?a@b', 'https://h\\a@b', 'https://cdn.example.com/npm/icons@1/a.svg'],
  ])('should be accepted and match the pattern if it is an icon name or an https image URL: %s', (icon) => {
    expect(iconSchema.safeParse(icon).success).toBe(true);
    expect(icon).toMatch(pattern);
  });
  it.each(['https://u@h/a', 'https://u:p@h', 'https://', 'https:///a', 'https://h/ a', 'http://h/a'])(
    'should not match the pattern: %s',
    (icon) => expect(icon).not.toMatch(pattern),
  );
  it.each([
    ...['', 'Bell', 'unknown', 'http://cdn.example.com/a.png', 'https://', 'https:///a', 'https://u:p@h/a'],
    ...[
      'data:image/png;base64,AA',
      'javascript:alert(1)',
      '/a.png',
      '//h/a.png',
      'https://h/ a',
      'https:\\\\h',
    ],
    ...[`https://h/${'a'.repeat(600)}`, 'https://h/\u0000', '<svg>'],
  ])('should be rejected: %j', (icon) => expect(iconSchema.safeParse(icon).success).toBe(false));

  it('should have an origin only if it is an image', () => {
    expect(originOfIcon('https://CDN.example.com:443/a.png')).toBe('https://cdn.example.com');
    expect(originOfIcon('bell')).toBeUndefined();
  });
});

it('should accept only short lowercase names as categories', () => {
  expect(['billing', 'ci.build', '2fa'].every((name) => categorySchema.safeParse(name).success)).toBe(true);
  expect(
    ['', 'Billing', '-a', 'a b', 'a'.repeat(41)].some((name) => categorySchema.safeParse(name).success),
  ).toBe(false);
});

it('should report an invalid icon and an invalid category separately', () => {
  const result = notificationInputSchema.safeParse({ title: 'x', icon: 'nope', category: 'No' });
  expect(result.error?.issues.map(({ path }) => path.join('.')).toSorted()).toEqual(['category', 'icon']);
});
