import { APP_IDS } from '@tocsin/contracts';
import { describe, expect, it, vi } from 'vitest';
import { SIGNATURE_HEADER } from '../security/signer.ts';
import { operateProducer, sendToProducer } from './send-to-producer.ts';
import { SidecarError } from './sidecar-error.ts';
import type { Sidecar } from './sidecar.ts';

const refusal = (status: number, message: string) => new SidecarError(message, { code: 'ERR', status });

/** A sidecar that returns this secret. Its producer accepts everything. */
function sidecarWith(getSecret: () => Promise<string | undefined>) {
  const invoke = vi.fn(async () => ({ status: 202, text: JSON.stringify({ ids: ['a'] }) }));
  return { invoke, sidecar: { getSecret, invoke } as unknown as Sidecar };
}

describe('calls from the bff to the producer', () => {
  it('should be signed with the internal secret', async () => {
    const { invoke, sidecar } = sidecarWith(async () => 'x'.repeat(32));
    expect(await sendToProducer(sidecar, { title: 'x' })).toEqual({ ids: ['a'] });
    expect(invoke).toHaveBeenCalledExactlyOnceWith(...[APP_IDS.producer, 'notifications', '{"title":"x"}'], {
      [SIGNATURE_HEADER]: expect.any(String) as unknown,
    });
  });

  it.each([
    ['is not set', async () => undefined],
    ['may not be read', () => Promise.reject(refusal(403, 'access denied by policy'))],
    ['does not exist', () => Promise.reject(refusal(500, 'secrets "internal" not found'))],
  ])('should not be signed if the secret %s', async (_case, getSecret) => {
    const { invoke, sidecar } = sidecarWith(getSecret);
    await operateProducer(sidecar, { do: 'list-schedules' });
    expect(invoke).toHaveBeenCalledWith(APP_IDS.producer, 'operations', expect.any(String), undefined);
  });

  it('should fail if the secret store is unavailable', async () => {
    const { invoke, sidecar } = sidecarWith(() => Promise.reject(refusal(500, 'connection refused')));
    await expect(sendToProducer(sidecar, {})).rejects.toThrow('connection refused');
    expect(invoke).not.toHaveBeenCalled();
  });
});
