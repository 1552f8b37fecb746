import { examine, type Stack } from '@tocsin/tools';

type Checked = Parameters<typeof examine>[0];

export const examineStack = (
  { producers, bffs }: Stack,
  redis: Pick<Checked, 'redis' | 'redisParts'>,
): ReturnType<typeof examine> =>
  examine({
    ...{ producers, bffs, ...redis },
    sidecars: [...producers, ...bffs].map(({ daprUrl: url }) => ({ url })),
    daprApiToken: bffs[0]?.daprHeaders['dapr-api-token'],
    ...{ token: undefined, apiKey: undefined },
  });
