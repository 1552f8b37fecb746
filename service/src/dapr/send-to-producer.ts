import {
  APP_IDS,
  SECRETS,
  acceptedSchema,
  parseJson,
  problemSchema,
  type Operation,
  type Problem,
} from '@tocsin/contracts';
import { SIGNATURE_HEADER, Signer } from '../security/signer.ts';
import { parseSigningKeys } from '../security/signing-keys.ts';
import { SidecarError, undefinedIfMissing } from './sidecar-error.ts';
import type { Sidecar } from './sidecar.ts';

export type ProducerResponse = { ids: string[] } | { problem: Problem };

/**
 * The purposes of the bff's calls to the producer. A signature covers the purpose, so it is valid only for that kind of
 * call.
 */
export const PUBLISH_PURPOSE = 'POST /notifications';
export const OPERATE_PURPOSE = 'POST /operations';
/** The purpose of the producer's call to the bff. The signature covers it, too. */
export const RECEIPTS_PURPOSE = 'POST /receipts';

/**
 * Sends a `POST /notifications` body to the producer by service invocation. If the bff has the `internal` secret, signs
 * the call with it, so that a producer with `API_KEYS=on` requires no API key. Rejects with a SidecarError if the
 * producer sent no valid response. Even then, the notifications may have been published.
 */
export async function sendToProducer(sidecar: Sidecar, body: unknown): Promise<ProducerResponse> {
  const { status, text } = await invokeSigned(sidecar, 'notifications', { body, purpose: PUBLISH_PURPOSE });
  const response = parseProducerResponse(status, text);
  if (response) return response;
  throw new SidecarError(`${APP_IDS.producer} sent an unexpected response (status ${status})`, {
    code: `HTTP_${status}`,
    status,
  });
}

/**
 * Sends an operation from the ops page to the producer, signed as in `sendToProducer`. Resolves with the response if
 * its status is 200, 202 or 503. Otherwise, rejects with a SidecarError.
 */
export async function operateProducer(
  sidecar: Sidecar,
  operation: Operation,
): Promise<{ status: number; body: unknown }> {
  const request = { body: operation, purpose: OPERATE_PURPOSE };
  const { status, text } = await invokeSigned(sidecar, 'operations', request);
  if (status === 200 || status === 202 || status === 503) return { status, body: parseJson(text) };
  throw new SidecarError(
    `${APP_IDS.producer} rejected an operation with status ${status}: ${text.slice(0, 200)}`,
    {
      code: `HTTP_${status}`,
      status,
    },
  );
}

async function invokeSigned(
  sidecar: Sidecar,
  method: string,
  { body, purpose }: { body: unknown; purpose: string },
): Promise<{ status: number; text: string }> {
  const json = JSON.stringify(body);
  const { store, name } = SECRETS.internal;
  const secret = await sidecar.getSecret(store, name).catch(undefinedIfMissing);
  const keys = secret === undefined ? undefined : parseSigningKeys(secret);
  const headers = keys && {
    [SIGNATURE_HEADER]: new Signer(() => keys).sign(purpose, json).signature,
  };
  return sidecar.invoke(APP_IDS.producer, method, json, headers);
}

/** Parses a response to `POST /notifications`. Returns `undefined` if it isn't a producer's response. */
export function parseProducerResponse(status: number, text: string): ProducerResponse | undefined {
  const response = parseJson(text);
  const accepted = acceptedSchema.safeParse(response);
  if (status === 202 && accepted.success) return { ids: accepted.data.ids };
  const problem = problemSchema.safeParse(response);
  return problem.success && problem.data.status === status ? { problem: problem.data } : undefined;
}
