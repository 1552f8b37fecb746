import { SidecarError } from '@tocsin/service';
import { expect, it } from 'vitest';
import { createOptionalSigner } from './access.ts';

const failing = (message: string, status: number) =>
  createOptionalSigner({
    readSecret: () => Promise.reject(new SidecarError(message, { code: 'ERR_SECRET_GET', status })),
  });

it('should have no signer only if the sidecar says that there is no secret', async () => {
  expect(await createOptionalSigner({ readSecret: async () => undefined })()).toBeUndefined();
  expect(await failing('secrets "internal" not found', 500)()).toBeUndefined();
  expect(await failing('access denied by policy', 403)()).toBeUndefined();
  await expect(failing('the store is down', 500)()).rejects.toThrow('the store is down');
  await expect(createOptionalSigner({ readSecret: async () => 'short' })()).rejects.toThrow('has 5 bytes');
});
