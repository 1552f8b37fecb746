import { SidecarError } from '@tocsin/service';
import { expect, it } from 'vitest';
import { createOptionalSigner } from './access.ts';

const failing = (message: string, status: number, code = 'ERR_SECRET_GET') =>
  createOptionalSigner({
    readSecret: () => Promise.reject(new SidecarError(message, { code, status })),
  });

it('should have no signer if the secret does not exist or access to it is denied, and reject after any other error', async () => {
  expect(await createOptionalSigner({ readSecret: async () => undefined })()).toBeUndefined();
  expect(await failing('secrets "internal" not found', 500)()).toBeUndefined();
  expect(await failing('access denied by policy', 403)()).toBeUndefined();
  // Vault, AWS and Google Cloud:
  expect(await failing('getSecret internal failed secret key or version not exist', 500)()).toBeUndefined();
  expect(await failing("ResourceNotFoundException: can't find the secret", 500)()).toBeUndefined();
  expect(await failing('ParameterNotFound: ', 500)()).toBeUndefined();
  expect(await failing('rpc error: code = NotFound desc = x', 500)()).toBeUndefined();
  await expect(failing('no store', 401, 'ERR_SECRET_STORE_NOT_FOUND')()).rejects.toThrow('no store');
  await expect(failing('getaddrinfo ENOTFOUND vault', 500)()).rejects.toThrow('ENOTFOUND');
  await expect(failing('the store is down', 500)()).rejects.toThrow('the store is down');
  await expect(createOptionalSigner({ readSecret: async () => 'short' })()).rejects.toThrow('has 5 bytes');
});
