import { examine, type Stack } from '@tocsin/tools';

type Target = Parameters<typeof examine>[0];

/** Runs the doctor's checks on a stack. */
export const examineStack = (
  { producers, bffs }: Stack,
  redis: Pick<Target, 'redis' | 'redisParts'>,
): ReturnType<typeof examine> =>
  examine({
    ...{ producers, bffs, ...redis },
    sidecars: [...producers, ...bffs].map(({ daprUrl: url }) => ({ url })),
    daprApiToken: bffs[0]?.daprHeaders['dapr-api-token'],
    ...{ token: undefined, apiKey: undefined },
  });
