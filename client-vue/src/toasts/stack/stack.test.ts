import type { Severity } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { MAX_ERRORS, ToastStack, type StackView } from './stack.ts';
import type { Toast } from './toast.ts';

const toast = (title: string, severity: Severity = 'info', more: Partial<Toast> = {}): Toast => ({
  ...{ key: `all/${title}`, kind: 'notification', feed: 'all', actions: [] },
  ...{ severity, title },
  ...more,
});
const createToasts = (count: number, severity?: Severity) =>
  Array.from({ length: count }, (_, n) => toast(`${severity ?? 'info'} ${n}`, severity));
const titles = ({ cards }: StackView) => cards.map(({ title }) => title);
const slots = 3;

describe('ToastStack', () => {
  it('should immediately show a new error, even after three errors and 500 info toasts', () => {
    const stack = new ToastStack();
    stack.add(createToasts(3, 'error'));
    stack.add(createToasts(500));
    stack.add([toast('CRITICAL: the payment database is down', 'error')]);
    const view = stack.view({ slots });
    expect(titles(view)).toEqual(['CRITICAL: the payment database is down', 'error 2', 'info 499']);
    expect([view.foldedErrors, view.more]).toEqual([2, 499]);
    expect(titles(stack.view({ slots: 1 }))).toEqual(['CRITICAL: the payment database is down']);
  });

  it('should order by severity, then newest first', () => {
    const stack = new ToastStack();
    for (const severity of ['warning', 'info', 'error', 'success', 'warning', 'error', 'info'] as const)
      stack.add([toast(`${severity} ${stack.view({ slots: 9 }).cards.length}`, severity)]);
    expect(titles(stack.view({ slots: 9 }))).toEqual([
      'error 5',
      'error 2',
      'warning 4',
      'warning 0',
      'success 3',
      'info 6',
      'info 1',
    ]);
  });

  it('should count equal toasts on a shared card, which shows the newest', () => {
    const stack = new ToastStack();
    const [first] = stack.add([toast('a', 'error', { key: '1', source: 'db' })]);
    stack.add([toast('b', 'error', { key: '2', source: 'db' })]);
    stack.add([toast('a', 'error', { key: '3', source: 'db', body: 'again' })]);
    stack.add([toast('a', 'error', { key: '4', source: 'other' }), toast('a', 'info', { key: '5' })]);
    const { cards } = stack.view({ slots: 9 });
    expect(cards.map(({ key, count, body }) => [key, count, body])).toEqual([
      ['4', 1, undefined],
      [first, 2, 'again'],
      ['2', 1, undefined],
      ['5', 1, undefined],
    ]);
  });

  it('should count toasts with the same collapse key, including replaced toasts', () => {
    const stack = new ToastStack();
    for (const at of ['10%', '50%', 'done'])
      stack.add([toast(at, at === 'done' ? 'success' : 'info', { collapseKey: 'import' })]);
    stack.remove('all/10%', { replaced: true });
    stack.remove('all/50%', { replaced: true });
    expect(stack.view({ slots }).cards).toMatchObject([{ title: 'done', count: 3, severity: 'success' }]);
    stack.remove('all/done');
    expect(stack.view({ slots }).cards).toEqual([]);
  });

  it('should go back to the older of two equal toasts when the newer is retracted', () => {
    const stack = new ToastStack();
    stack.add([
      toast('a', 'error', { key: '1', body: 'one' }),
      toast('a', 'error', { key: '2', body: 'two' }),
    ]);
    expect(stack.remove('2')).toBeUndefined();
    expect(stack.view({ slots }).cards).toMatchObject([{ key: '1', body: 'one', count: 1 }]);
    expect(stack.remove('1')).toBe('1');
  });

  it("should reserve a slot for toasts other than errors and fold errors that don't fit", () => {
    const stack = new ToastStack();
    stack.add(createToasts(4, 'error'));
    expect(titles(stack.view({ slots }))).toEqual(['error 3', 'error 2', 'error 1']);
    stack.add([toast('new')]);
    expect(titles(stack.view({ slots }))).toEqual(['error 3', 'error 2', 'new']);
    expect(stack.view({ slots }).foldedErrors).toBe(2);
    const opened = stack.view({ slots, opened: true });
    expect(titles(opened)).toEqual(['error 3', 'error 2', 'error 1', 'error 0', 'new']);
    expect([opened.foldedErrors, opened.cards.map(({ depth }) => depth)]).toEqual([0, [0, 1, 2, 3, 0]]);
  });

  it('should keep hovered cards', () => {
    const stack = new ToastStack();
    stack.add([...createToasts(3)]);
    const keep = new Set(stack.view({ slots }).cards.map(({ key }) => key));
    stack.add([toast('late'), toast('broken', 'error')]);
    expect(titles(stack.view({ slots, keep }))).toEqual(['broken', 'late', 'info 2', 'info 1', 'info 0']);
  });

  it('should limit the number of toasts and reset the counts when the last card is removed', () => {
    const stack = new ToastStack();
    stack.add([...createToasts(500, 'error'), ...createToasts(500)]);
    const opened = stack.view({ slots, opened: true });
    expect(opened.cards).toHaveLength(MAX_ERRORS + 1);
    expect([opened.foldedErrors, opened.more]).toEqual([0, 499 + 450]);
    expect(stack.view({ slots })).toMatchObject({ foldedErrors: 498, more: 499 });
    stack.clearMore({ slots });
    expect(stack.view({ slots })).toMatchObject({ foldedErrors: 498, more: 0 });
    for (const { key } of stack.view({ slots, opened: true }).cards) stack.dismiss(key);
    expect(stack.view({ slots })).toEqual({ cards: [], foldedErrors: 0, more: 0 });
  });

  it("should remove a feed's toasts, or all toasts", () => {
    const stack = new ToastStack();
    stack.add([toast('a', 'error'), toast('b', 'error', { key: 'x/b', feed: 'x' })]);
    expect(stack.clearFeed('all')).toEqual(['all/a']);
    expect(titles(stack.view({ slots }))).toEqual(['b']);
    stack.clear();
    expect(stack.view({ slots }).cards).toEqual([]);
  });
});
