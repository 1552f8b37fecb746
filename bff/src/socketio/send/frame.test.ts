import { expect, it } from 'vitest';
import { frameOf } from './frame.ts';

/** https://datatracker.ietf.org/doc/html/rfc6455#section-5.2 */
it.each([
  [3, [0x81, 4]],
  [125, [0x81, 126, 0, 126]],
  [65_535, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])('should be one unmasked text frame with the whole message: %i bytes', (length, header) => {
  const message = 'x'.repeat(length);
  const frame = frameOf(message);
  expect([...frame.subarray(0, header.length)]).toEqual(header);
  expect(frame.subarray(header.length).toString()).toBe(`4${message}`);
});
