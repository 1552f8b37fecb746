import { expect, it } from 'vitest';
import { Heard } from './high-water-marks.ts';

const at = (offset: number) => ({ epoch: '1-a', offset });

it('should remember the highest position', () => {
  const heard = new Heard();
  heard.hear('all', at(2));
  heard.hear('all', at(1));
  expect(heard.of('all')).toEqual(at(2));
});

it('should forget the feeds that were named longest ago, and no others', () => {
  const heard = new Heard(2);
  heard.hear('topic:a', at(1));
  heard.hear('topic:b', at(1));
  heard.of('topic:a');
  heard.hear('topic:c', at(1));
  expect(['a', 'b', 'c'].map((name) => heard.of(`topic:${name}`)?.offset)).toEqual([1, undefined, 1]);
  heard.hear('topic:a', at(0));
  heard.hear('topic:d', at(1));
  expect(heard.of('topic:a')).toEqual(at(1));
});
