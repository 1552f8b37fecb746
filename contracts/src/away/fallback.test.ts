import { describe, expect, it } from 'vitest';
import { notificationInputSchema } from '../feed/notification.ts';
import { faultsOf } from '../http/problem.ts';

const step = (changed: object = {}) => ({ after: 'PT5M', via: 'email', ...changed });
/** Returns the paths of the errors in a notification with these fallbacks. */
function faultsWith(fallback: unknown, feed?: string): string[] {
  const parsed = notificationInputSchema.safeParse({ title: 'x', fallback, ...(feed && { feed }) });
  return parsed.success ? [] : faultsOf(parsed.error).map(({ path }) => path);
}

describe("a notification's fallbacks", () => {
  it('should be accepted only in user feeds', () => {
    expect(faultsWith([step()], 'user:ada')).toEqual([]);
    for (const feed of [undefined, 'all', 'topic:orders'])
      expect(faultsWith([step()], feed)).toEqual(['fallback']);
  });

  it('should be rejected if the list is empty or has more than five items', () => {
    expect(faultsWith(Array(5).fill(step()), 'user:ada')).toEqual([]);
    for (const count of [0, 6])
      expect(faultsWith(Array(count).fill(step()), 'user:ada')).toEqual(['fallback']);
  });

  it.each(['PT1S', 'PT90M', 'P30D'])(
    'should be accepted with a delay from one second to 30 days: %s',
    (after) => {
      expect(faultsWith([step({ after })], 'user:ada')).toEqual([]);
    },
  );

  it.each(['PT0S', 'PT0.5S', '-PT5M', 'P30DT1S', 'P1M', '5m', '', 300])(
    'should be rejected with the delay %j',
    (after) => {
      expect(faultsWith([step(), step({ after })], 'user:ada')).toEqual(['fallback.1.after']);
    },
  );

  it.each([
    ['via', 'E-mail'],
    ['via', 'ada@example.org'],
    ['unless', 'archived'],
  ])('should be rejected if %s is %s', (name, value) => {
    expect(faultsWith([step({ [name]: value })], 'user:ada')).toEqual([`fallback.0.${name}`]);
  });

  it('should be rejected if they contain an address', () => {
    expect(faultsWith([step({ to: 'eve@example.org' })], 'user:ada')).toHaveLength(1);
  });
});
