import { expect, it } from 'vitest';
import { errorOf } from './sidecar-answers.ts';

it.each([
  ['{"errorCode":"ERR_ACTOR","message":"gone"}', { errorCode: 'ERR_ACTOR', message: 'gone' }],
  ['{"error":"no such secret"}', { message: '{"error":"no such secret"}' }],
  ['plain text', { message: 'plain text' }],
  ['["a list"]', { message: '["a list"]' }],
])('should extract the error code and message from %s', (text, expected) => {
  expect(errorOf(text)).toEqual(expected);
});
