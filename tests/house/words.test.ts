import { describe, expect, it } from 'vitest';
import { pageFiles } from './pages.ts';
import { wordsIn } from './words.ts';

/** Files to skip: the messages themselves, and the UI's server, whose texts only operators see. */
const EXEMPT = /^(?:client-vue\/src\/messages\/|ui\/src\/(?:ops\/)?messages\/|ui\/src\/server\/)/;

it('the UI should get all user-visible text from the message files', () => {
  const found = pageFiles('.vue', '.ts')
    .filter(({ name }) => !EXEMPT.test(name))
    .flatMap((file) => wordsIn(file).map((words) => `${file.name}: ${words}`));
  expect(found).toEqual([]);
});

describe('user-visible texts outside the message files', () => {
  const template = (content: string) => ({ name: 'A.vue', text: `<template>${content}</template>` });
  const script = (text: string) => ({ name: 'a.ts', text });
  it.each([
    ['text', template('<p>No news</p>')],
    ['text next to a value', template('<p>{{ count }} new</p>')],
    ['text in a conditional expression', template('<p>{{ open ? "fewer" : texts.more }}</p>')],
    ['text in a directive', template('<p v-text="open ? `less` : texts.more" />')],
    ['a label', template('<input aria-label="Search" />')],
    ['a label with a value', template('<button :title="`${count} more`" />')],
    ['text in a slot', template('<A><template #row><b v-if="x">New</b></template></A>')],
    ['a sentence in a script', script('speak("connected again");')],
    ['a word in a script', script('const names = { light: "Light" };')],
    ['a word with a value', script('document.title = `${unread} unread messages`;')],
    ['a sentence in a component', { name: 'A.vue', text: '<script setup>const a = "Try again";</script>' }],
  ])('should be found: %s', (_what, file) => {
    expect(wordsIn(file)).toHaveLength(1);
  });

  it.each([
    ['values', template('<p class="big news" data-testid="x" :class="`a b`">{{ texts.more(3) }} · ×</p>')],
    ['a string in a comparison', template('<p>{{ kind === "summary" ? texts.a : texts.b }}</p>')],
    ['the product name', template('<p>Tocsin</p>')],
    ['texts for developers', script('console.warn("Not saved."); throw new TypeError("Called twice.");')],
    [
      'keys and queries',
      script('if (key === "Escape" && matchMedia("(max-width: 40rem)")) import("./a b.ts");'),
    ],
    ['commands', template('<code>npm run dead-letters</code><code>POST /notifications</code>')],
    ['a request header', script('const headers = { authorization: `Bearer ${token}` };')],
    ['names', script('addEventListener("Some Thing", f); const a = { "Some thing": 1 }; x["Some thing"]')],
  ])('should not be found in %s', (_what, file) => {
    expect(wordsIn(file)).toEqual([]);
  });
});
