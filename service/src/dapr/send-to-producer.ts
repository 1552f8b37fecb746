import { APP_IDS, SECRETS, acceptedSchema, parseJson, problemSchema, type Problem } from '@tocsin/contracts';
import { SIGNATURE_HEADER, Signer } from '../security/signer.ts';
import { parseSigningKeys } from '../security/signing-keys.ts';
import { SidecarError } from './sidecar-error.ts';
import type { Sidecar } from './sidecar.ts';

/** What the producer says of notifications: their ids once it has taken them, or why it has not. */
export type ProducerAnswer = { ids: string[] } | { problem: Problem };

/** What the signature of this call is good for. */
export const PUBLISH_PURPOSE = 'POST /notifications';

/**
 * Hands the body of `POST /notifications` to the producer by service invocation, signed with the secret `internal` of
 * the bff, if there is one: a producer with `API_KEYS=on` then asks for no key.
 * Rejects with a SidecarError when the producer did not answer; it may have taken them then.
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
  throw new SidecarError(`${APP_IDS.producer} answered ${status} with what is no answer of a producer`, {
    code: `HTTP_${status}`,
    status,
  });
}

/** What an answer to `POST /notifications` says; undefined if it is none of a producer. */
export function producerAnswer(status: number, text: string): ProducerAnswer | undefined {
  const answer = parseJson(text);
  const accepted = acceptedSchema.safeParse(answer);
  if (status === 202 && accepted.success) return { ids: accepted.data.ids };
  const problem = problemSchema.safeParse(answer);
  return problem.success && problem.data.status === status ? { problem: problem.data } : undefined;
}
