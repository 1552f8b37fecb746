import { Sidecar, SidecarError } from '@tocsin/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../failure.ts';
import { revocations } from './revocations.ts';

beforeEach(() => {
  vi.stubEnv('DAPR_HTTP_PORT', '1');
  vi.spyOn(Sidecar.prototype, 'publish').mockResolvedValue();
  vi.spyOn(Sidecar.prototype, 'getState').mockResolvedValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('npm run token with a state store that fails', () => {
  const rejected = new SidecarError('The sidecar responded with 500: failed', {
    ...{ code: 'ERR_STATE_TRANSACTION', status: 500 },
  });
  const uncertain =
    ' The change may still have been stored; `npm run token -- --revocations` shows whether it was.';

  it('should say why a change failed, and that it may have been stored', async () => {
    vi.spyOn(Sidecar.prototype, 'transact').mockRejectedValue(rejected);
    await expect(revocations({ revoke: 'ada' })).rejects.toThrow(
      new Failure(`The sidecar responded with 500: failed.${uncertain}`),
    );
    const unreachable = new SidecarError('connect ECONNREFUSED', { code: 'ERR_SIDECAR_UNREACHABLE' });
    vi.spyOn(Sidecar.prototype, 'transact').mockRejectedValue(unreachable);
    await expect(revocations({ revoke: 'ada' })).rejects.toThrow(
      new Failure(`The bff's sidecar does not respond: connect ECONNREFUSED. Is Tocsin running?${uncertain}`),
    );
  });

  it('should not say that a change may have been stored if it was not even attempted', async () => {
    vi.spyOn(Sidecar.prototype, 'getState').mockRejectedValue(rejected);
    await expect(revocations({ revoke: 'ada' })).rejects.toThrow(
      new Failure('The sidecar responded with 500: failed.'),
    );
  });

  it('should say why it cannot list the revocations', async () => {
    vi.spyOn(Sidecar.prototype, 'getState').mockRejectedValue(rejected);
    await expect(revocations({})).rejects.toThrow(new Failure('The sidecar responded with 500: failed.'));
  });
});
