import { APP_IDS, SECRETS, acceptedSchema, parseJson, problemSchema, type Problem } from '@tocsin/contracts';
import { SIGNATURE_HEADER, Signer } from '../security/signer.ts';
import { parseSigningKeys } from '../security/signing-keys.ts';
import { SidecarError } from './sidecar-error.ts';
import type { Sidecar } from './sidecar.ts';

/** The producer's answer: the ids of the published notifications, or a problem. */
export type ProducerAnswer = { ids: string[] } | { problem: Problem };

/** The purpose of this call's signature. */
export const PUBLISH_PURPOSE = 'POST /notifications';

/**
 * Sends a body for `POST /notifications` to the producer by service invocation. If the bff has the secret `internal`,
 * signs the call with it, so that a producer with `API_KEYS=on` requires no API key. Rejects with a SidecarError if
 * the producer did not answer; the notifications may have been published then.
 */
export async function sendToProducer(sidecar: Sidecar, body: unknown): Promise<ProducerAnswer> {
  const json = JSON.stringify(body);
  const secret = await sidecar.getSecret(SECRETS.internal.store, SECRETS.internal.name);
  const keys = secret === undefined ? undefined : parseSigningKeys(secret);
  const headers = keys && {
    [SIGNATURE_HEADER]: new Signer(() => keys).sign(PUBLISH_PURPOSE, json).signature,
  };
  const { status, text } = await sidecar.invoke(APP_IDS.producer, 'notifications', json, headers);
  const answer = producerAnswer(status, text);
  if (answer) return answer;
  throw new SidecarError(`${APP_IDS.producer} sent an unexpected answer (status ${status})`, {
    code: `HTTP_${status}`,
    status,
  });
}

/** Parses an answer to `POST /notifications`; `undefined` if it is not a producer's answer. */
export function producerAnswer(status: number, text: string): ProducerAnswer | undefined {
  const answer = parseJson(text);
  const accepted = acceptedSchema.safeParse(answer);
  if (status === 202 && accepted.success) return { ids: accepted.data.ids };
  const problem = problemSchema.safeParse(answer);
  return problem.success && problem.data.status === status ? { problem: problem.data } : undefined;
}
