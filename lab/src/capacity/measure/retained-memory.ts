import { readFileSync } from 'node:fs';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import type { ManagedProcess } from '@tocsin/tools/process/managed-process';
import { WebSocket } from 'ws';
import type { Rig } from './rig.ts';

const REPLY_TIMEOUT_MS = 60_000;
const LISTENING = /Debugger listening on (ws:\/\/\S+)/;

interface InspectorReply {
  id: number;
  result?: { result?: { value?: unknown } };
}

/** Opens an application's inspector if necessary, and returns the address. */
async function inspectorOf(app: ManagedProcess): Promise<string> {
  const find = () => LISTENING.exec(readFileSync(app.spec.logFile, 'utf8'))?.[1];
  if (!find()) process.kill(app.pid, 'SIGUSR1');
  const fault = await pollUntil(() => Promise.resolve(find() !== undefined), { timeoutMs: 10_000 });
  const url = find();
  if (url === undefined) throw new Failure(`${app.name} did not open its inspector: ${fault}.`);
  return url;
}

/** Measures an application's heap and buffer size after garbage collection (bytes). */
async function retainedBy(app: ManagedProcess): Promise<number> {
  const socket = new WebSocket(await inspectorOf(app));
  const call = (id: number, method: string, params: object = {}) =>
    new Promise<InspectorReply>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Failure(`${app.name} did not respond to ${method}.`)),
        REPLY_TIMEOUT_MS,
      );
      socket.on('message', (data: Buffer) => {
        const reply = JSON.parse(data.toString()) as InspectorReply;
        if (reply.id !== id) return;
        clearTimeout(timer);
        resolve(reply);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    await call(1, 'HeapProfiler.collectGarbage');
    await call(2, 'HeapProfiler.collectGarbage');
    const expression = '{ const { heapUsed, external } = process.memoryUsage(); heapUsed + external }';
    const { result } = await call(3, 'Runtime.evaluate', { expression, returnByValue: true });
    const bytes = result?.result?.value;
    if (typeof bytes !== 'number') throw new Failure(`${app.name} did not report its memory.`);
    return bytes;
  } finally {
    socket.terminate();
  }
}

/** Measures the heap and buffer size of all bffs together after garbage collection (bytes). */
export async function measureRetained({ stack }: Rig): Promise<number> {
  const bytes = await Promise.all(stack.bffs.map(({ app }) => retainedBy(app)));
  return bytes.reduce((sum, size) => sum + size, 0);
}
