import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { respondsOk, freePorts, pollUntil } from '@tocsin/tools';

/** Runs `use` with the address of a local proxy to the API server. Unlike kubectl, it doesn't retry after a 503. */
export async function withApi<T>(use: (api: string) => Promise<T>): Promise<T> {
  const [port = 0] = await freePorts(1);
  const api = `http://127.0.0.1:${port}`;
  const proxy = spawn('kubectl', ['proxy', `--port=${port}`], { stdio: 'ignore' });
  const exited = once(proxy, 'exit');
  try {
    const fault = await pollUntil(() => respondsOk(`${api}/version`), { timeoutMs: 20_000 });
    if (fault) throw new Error(`kubectl proxy: ${fault}`);
    return await use(api);
  } finally {
    proxy.kill();
    await exited;
  }
}
