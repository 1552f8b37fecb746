import { z } from 'zod';
import { probe } from '../probe.ts';
import { fault, ok, type Finding } from '../finding.ts';
import { clockOf, type Clock } from './clock-skew.ts';
import { jsonOf } from '../json-of.ts';
import type { Endpoint } from '../target.ts';

const problemSchema = z.object({ detail: z.string() });
const healthSchema = z.object({ version: z.string() });

/** Checks that an application is alive and ready, and reads the application's clock. */
export async function checkApplication({
  name,
  url,
}: Endpoint): Promise<{ findings: Finding[]; clock?: Clock }> {
  const alive = await probe(`${url}/healthz`);
  if (typeof alive === 'string' || alive.status !== 200) {
    const says = typeof alive === 'string' ? alive : `${alive.status} for /healthz`;
    return {
      findings: [
        fault(
          name,
          `does not respond at ${url}: ${says}`,
          'Start it (its log shows why it stopped), or correct its address (--producer, --bff).',
        ),
      ],
    };
  }
  const version = jsonOf(healthSchema, alive.text)?.version ?? 'unknown';
  const ready = await probe(`${url}/readyz`);
  const isReady = typeof ready !== 'string' && ready.status === 200;
  const detail =
    typeof ready === 'string' ? ready : (jsonOf(problemSchema, ready.text)?.detail ?? ready.text);
  return {
    findings: [
      isReady
        ? ok(name, `ready at ${url}, version ${version}`)
        : fault(
            name,
            `runs at ${url} but is not ready: ${detail}`,
            'Fix the dependency that it is waiting for. It will then become ready without a restart.',
          ),
    ],
    ...clockPart(name, alive),
  };
}

const clockPart = (name: string, response: Parameters<typeof clockOf>[1]): { clock?: Clock } => {
  const clock = clockOf(name, response);
  return clock ? { clock } : {};
};
