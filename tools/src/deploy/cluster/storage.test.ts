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
  const needs = (script: Script, isLocal = false) => needsNodeVolume(kubectlWith(script), 'ns', { isLocal });

  it('should require a volume on a single node without a default storage class, unless Redis has storage', async () => {
    expect(await needs({ 'get storageclasses': [storageClass(true)] })).toBe(false);
    expect(await needs({ 'get storageclasses': [storageClass(false)], 'get nodes': [{}] })).toBe(true);
    expect(await needs({ 'get pvc': claim('tocsin-node'), 'get storageclasses': [storageClass(true)] })).toBe(
      true,
    );
    expect(await needs({ 'get pvc': claim('fast'), 'get nodes': [{}] })).toBe(false);
  });

  it('should explain what to do if there are multiple nodes and no default storage class', async () => {
    await expect(needs({ 'get nodes': [{}, {}] })).rejects.toThrow(
      /2 nodes and no default storage class.*Install/,
    );
  });

  it('should refuse a folder on a node if Redis could start on another node, without its data', async () => {
    const nodes = [{}, {}];
    const script = { 'get storageclasses': [storageClass(true)], 'get nodes': nodes };
    await expect(needs(script, true)).rejects.toThrow(/--local needs .*one node.* has 2\..*--registry/);
    expect(await needs(script)).toBe(false);
    const claimed = { ...script, 'get pvc': claim('tocsin-node') };
    await expect(needs(claimed)).rejects.toThrow(/2 nodes.*without its data.*kubectl cordon/);
    expect(await needs({ ...claimed, 'get nodes': [{}, { spec: { unschedulable: true } }] })).toBe(true);
  });
});
