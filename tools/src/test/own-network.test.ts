import { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { run } from '../process/run.ts';
import { ownNetwork } from './own-network.ts';

const SHOW_INTERFACES = 'console.log(Object.keys(require("os").networkInterfaces()).join())';

it('should run a command with only a loopback interface, or unchanged if namespaces are unavailable', async () => {
  const [command, ...args] = [...(await ownNetwork()), process.execPath, '-e', SHOW_INTERFACES];
  const { code, stdout } = await run(command, args);
  expect(code).toBe(0);
  if (args.length > 2) expect(stdout.trim()).toBe('lo');
  else expect(stdout.split(',')[0]).toBe(Object.keys(networkInterfaces())[0]);
});
