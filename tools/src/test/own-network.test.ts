import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { run } from '../process/run.ts';
import { ownNetwork } from './own-network.ts';

const SHOW_INTERFACES = 'console.log(Object.keys(require("os").networkInterfaces()).join())';

it('should run a command with at most a loopback, or as it is', async () => {
  const [command = '', ...args] = [...(await ownNetwork()), process.execPath, '-e', SHOW_INTERFACES];
  const { code, stdout } = await run(command, args);
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(args.length > 2 ? 'lo' : Object.keys(networkInterfaces()).join());
});
