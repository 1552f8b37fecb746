import { describe, expect, it } from 'vitest';
import { Kubectl } from './kubectl.ts';
import { needsNodeVolume } from './storage.ts';

type Script = Record<string, { stdout: string } | object[]>;

/** A fake kubectl that returns these results for calls with these prefixes, and finds no other objects. */
const kubectlWith = (script: Script): Kubectl =>
  new Kubectl(async (args) => {
    const call = args.join(' ');
    const found = Object.entries(script).find(([prefix]) => call.startsWith(prefix))?.[1] ?? { stdout: '' };
    const { stdout } = Array.isArray(found) ? { stdout: JSON.stringify({ items: found }) } : found;
    return { code: 0, stdout, stderr: '' };
  });

describe('needsNodeVolume', () => {
  const storageClass = (isDefault: boolean) => ({
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
  });
  const claim = (storageClassName: string) => ({ stdout: JSON.stringify({ spec: { storageClassName } }) });
  const node = (name: string, unschedulable = false) => ({ metadata: { name }, spec: { unschedulable } });
  const redisOn = (nodeName?: string) => [{ metadata: { name: 'redis-0' }, spec: { nodeName } }];
  const needs = (script: Script, isLocal = false) => needsNodeVolume(kubectlWith(script), 'ns', { isLocal });

  it('should require a volume on a single node without a default storage class, unless Redis has storage', async () => {
    expect(await needs({ 'get storageclasses': [storageClass(true)] })).toBe(false);
    expect(await needs({ 'get storageclasses': [storageClass(false)], 'get nodes': [node('a')] })).toBe(true);
    const claimed = { 'get pvc': claim('tocsin-node'), 'get nodes': [node('a')] };
    expect(await needs({ ...claimed, 'get storageclasses': [storageClass(true)] })).toBe(true);
    expect(await needs({ 'get pvc': claim('fast'), 'get nodes': [node('a')] })).toBe(false);
  });

  it('should explain what to do if there are multiple nodes and no default storage class', async () => {
    await expect(needs({ 'get nodes': [node('a'), node('b')] })).rejects.toThrow(
      /2 nodes and no default storage class.*Install/,
    );
  });

  it('should refuse a folder on a node if Redis could start on another node, without its data', async () => {
    const script = { 'get storageclasses': [storageClass(true)], 'get nodes': [node('a'), node('b')] };
    await expect(needs(script, true)).rejects.toThrow(/--local needs .*one node.* on 2 nodes\. .*--registry/);
    expect(await needs(script)).toBe(false);
    expect(await needs({ ...script, 'get nodes': [node('a'), node('b', true)] }, true)).toBe(false);
    const claimed = { ...script, 'get pvc': claim('tocsin-node'), 'get pods': redisOn('a') };
    await expect(needs(claimed)).rejects.toThrow(
      /folder of the node a .*without its data.* now: a, b\..*kubectl cordon/,
    );
    expect(await needs({ ...claimed, 'get nodes': [node('a'), node('b', true)] })).toBe(true);
  });

  it('should refuse the only node that accepts pods if Redis stores its data on another node', async () => {
    const claimed = { 'get pvc': claim('tocsin-node'), 'get nodes': [node('a', true), node('b')] };
    await expect(needs({ ...claimed, 'get pods': redisOn('a') })).rejects.toThrow(
      /the node a .* start now: b\./,
    );
    expect(await needs({ ...claimed, 'get pods': redisOn() })).toBe(true);
    const drained = { ...claimed, 'get nodes': [node('a', true)] };
    await expect(needs({ ...drained, 'get pods': redisOn('a') })).rejects.toThrow(/start now: none\./);
  });
});
