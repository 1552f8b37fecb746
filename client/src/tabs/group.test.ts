import { expect, it } from 'vitest';
import { groupOf } from './group.ts';

it("should not need the page's origin if the url is absolute", async () => {
  const url = 'https://a.example';
  const group = await groupOf({ url }, 'null');
  expect(group).toEqual(await groupOf({ url }, 'https://b.example'));
  expect(group?.name).toContain('https://a.example/hubs');
});
