import type { Severity } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { ToastQueue, type Toast } from './queue.ts';

const toast = (n: number, severity: Severity = 'info'): Toast => ({
  key: `k${n}`,
  kind: 'notification',
  severity,
  title: `t${n}`,
  actions: [],
});
const many = (count: number, severity?: Severity) =>
  Array.from({ length: count }, (_, n) => toast(n, severity));
const keys = (toasts: readonly Toast[]) => toasts.map(({ key }) => key);

describe('ToastQueue', () => {
  it('should show three and let the rest wait in their order', () => {
    const queue = new ToastQueue();
    expect(keys(queue.add(many(5)))).toEqual(['k0', 'k1', 'k2']);
    expect(queue.more).toBe(0);
    expect(queue.dismiss('k1')).toBe(true);
    expect(keys(queue.left('k1'))).toEqual(['k3']);
  });

  it('should not fill a place before its toast has left the screen', () => {
    const queue = new ToastQueue();
    queue.add(many(4));
    queue.dismiss('k0');
    expect(queue.add([toast(9)])).toEqual([]);
    expect(keys(queue.left('k0'))).toEqual(['k3']);
  });

  it('should let ten wait and collapse them into a number when there are more', () => {
    const queue = new ToastQueue();
    queue.add(many(13));
    expect(queue.more).toBe(0);
    queue.add([toast(13)]);
    expect(queue.more).toBe(11);
    expect(queue.visible).toHaveLength(3);
    expect(queue.drained).toBe(true);
  });

  it('should keep the oldest errors waiting for a place of their own', () => {
    const queue = new ToastQueue();
    queue.add([...many(20), toast(20, 'error')]);
    expect(queue.more).toBe(18);
    queue.dismiss('k0');
    expect(keys(queue.left('k0'))).toEqual(['k20']);
    expect(queue.more).toBe(17);
  });

  it('should hold a bounded number however many come', () => {
    const queue = new ToastQueue();
    queue.add(many(500, 'error'));
    expect(queue.more).toBe(497);
    queue.forgetMore();
    expect(queue.more).toBe(0);
  });

  it('should take a waiting toast away', () => {
    const queue = new ToastQueue();
    queue.add(many(5));
    expect(queue.dismiss('k4')).toBe(false);
    queue.dismiss('k0');
    queue.left('k0');
    queue.dismiss('k1');
    expect(queue.left('k1')).toEqual([]);
  });

  it('should be empty after everything was dismissed', () => {
    const queue = new ToastQueue();
    queue.add(many(30));
    expect(queue.clear()).toEqual(['k0', 'k1', 'k2']);
    expect(queue.more).toBe(0);
    expect(['k0', 'k1', 'k2'].flatMap((key) => queue.left(key))).toEqual([]);
  });
});
