import { expect, it } from 'vitest';
import { Kubectl } from './cluster/kubectl.ts';
import { makeSecrets, newSecrets } from './secrets.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Creates the missing Secrets in a namespace that contains only the given Secrets. */
async function makeSecretsIn(
  existing: Record<string, Record<string, string>>,
): Promise<{ calls: string[]; output: string[] }> {
  const calls: string[] = [];
  const output: string[] = [];
  const kubectl = new Kubectl(async (args, input) => {
    const [verb = '', , name = ''] = args;
    if (verb !== 'get') calls.push(`${args.join(' ')} ${input ?? ''}`);
    const data = existing[name];
    return { code: 0, stderr: '', stdout: verb === 'get' && data ? JSON.stringify({ data }) : '' };
  });
  await makeSecrets(kubectl, 'ns', (line) => output.push(line));
  return { calls, output };
}

it('should create missing Secrets, and pass no secret as an argument', async () => {
  const { calls, output } = await makeSecretsIn({});
  expect(calls).toHaveLength(Object.keys(newSecrets()).length);
  for (const call of calls) expect(call).toMatch(/^create -f - \{/);
  expect(output.join()).toContain('redis-operator');
});

it('should keep existing Secrets, but add a missing Redis user', async () => {
  const others = Object.fromEntries(Object.keys(newSecrets()).map((name) => [name, {}]));
  const old = (HOST: string) => ({ ...others, redis: { HOST: base64(HOST), PASSWORD: base64('secret') } });
  const patch = 'patch secret redis -n ns --type merge -p ';
  expect((await makeSecretsIn(old('redis:6379'))).calls).toEqual([
    `${patch}{"stringData":{"USERNAME":"tocsin"}} `,
  ]);
  expect((await makeSecretsIn(old('redis.example:6379'))).calls).toEqual([
    `${patch}{"stringData":{"USERNAME":"default"}} `,
  ]);
  const complete = { ...others, redis: { USERNAME: base64('custom') } };
  expect(await makeSecretsIn(complete)).toEqual({
    calls: [],
    output: ['Secrets: all already exist, left unchanged'],
  });
});
