import { expect, it } from 'vitest';
import { HighWaterMarks } from './high-water-marks.ts';

const at = (offset: number) => ({ epoch: '1-a', offset });

it('should remember the highest position', () => {
  const marks = new HighWaterMarks();
  marks.raise('all', at(2));
  marks.raise('all', at(1));
  expect(marks.of('all')).toEqual(at(2));
});

it('should forget only the least recently used feeds', () => {
  const marks = new HighWaterMarks(2);
  marks.raise('topic:a', at(1));
  marks.raise('topic:b', at(1));
  marks.of('topic:a');
  marks.raise('topic:c', at(1));
  expect(['a', 'b', 'c'].map((name) => marks.of(`topic:${name}`)?.offset)).toEqual([1, undefined, 1]);
  marks.raise('topic:a', at(0));
  marks.raise('topic:d', at(1));
  expect(marks.of('topic:a')).toEqual(at(1));
});
