import { afterEach, expect, it, vi } from 'vitest';
import { Kubectl } from './cluster/kubectl.ts';
import { printAddress } from './print-address.ts';

afterEach(() => void vi.unstubAllGlobals());

/** Prints the address of an Ingress with this load balancer. Requests to that address get `response`. */
async function printed(balancer: object, response: Response): Promise<{ output: string[]; urls: string[] }> {
  const output: string[] = [];
  const urls: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    urls.push(url);
    return response;
  });
  const ingress = { status: { loadBalancer: { ingress: [balancer] } } };
  const kubectl = new Kubectl(async () => ({ code: 0, stdout: JSON.stringify(ingress), stderr: '' }));
  await printAddress(kubectl, { host: undefined, tlsSecret: undefined }, (line) => output.push(line));
  return { output, urls };
}

it('should immediately explain a 403 from the bff, and name --host', async () => {
  const problem = { code: 'forbidden', detail: 'This host name is not allowed.' };
  const { output, urls } = await printed(
    { hostname: 'lb.example.com' },
    Response.json(problem, { status: 403 }),
  );
  expect(urls).toHaveLength(1);
  expect(output).toEqual([
    'Tocsin is running, but the bff refuses requests for http://lb.example.com: This host name is not allowed. ' +
      'To add a name, deploy again with `--host NAME`.',
  ]);
});

it('should print an IPv6 address in brackets', async () => {
  const { output, urls } = await printed({ ip: '2001:db8::1' }, Response.json({}));
  expect(urls).toEqual(['http://[2001:db8::1]/app/notifications']);
  expect(output).toEqual(['Tocsin is running. Open http://[2001:db8::1]']);
});
