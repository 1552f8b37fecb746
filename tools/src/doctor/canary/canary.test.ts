import { expect, it } from 'vitest';
import { checkCanary } from './canary.ts';

it('should report an error if there is no bff', async () => {
  const target = {
    ...{ producers: [], bffs: [], sidecars: [], redis: { addresses: [] } },
    ...{ daprApiToken: undefined, token: undefined, apiKey: undefined },
  };
  const findings = await checkCanary(target, new Error('refused'));
  expect(findings).toMatchObject([{ check: 'canary', state: 'fault', says: 'no bff to receive it' }]);
});
