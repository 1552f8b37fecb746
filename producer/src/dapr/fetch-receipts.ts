import { APP_IDS, receiptsSchema, parseJson, type Receipts } from '@tocsin/contracts';
import { RECEIPTS_PURPOSE, SIGNATURE_HEADER, SidecarError, type Sidecar, type Signer } from '@tocsin/service';

/**
 * Requests a notification's receipts from a bff by service invocation. Signs the request with the `internal` secret.
 * Rejects if the secret is unavailable, the bff does not respond, or the bff's version does not support receipts.
 */
export async function fetchReceipts(
  sidecar: Pick<Sidecar, 'invoke'>,
  signer: Pick<Signer, 'sign'>,
  named: { feed: string; id: string },
): Promise<Receipts> {
  const body = JSON.stringify(named);
  const headers = { [SIGNATURE_HEADER]: signer.sign(RECEIPTS_PURPOSE, body).signature };
  const { status, text } = await sidecar.invoke(APP_IDS.bff, 'receipts', body, headers);
  const receipts = receiptsSchema.safeParse(parseJson(text));
  if (status === 200 && receipts.success) return receipts.data;
  throw new SidecarError(
    `${APP_IDS.bff} responded to POST /receipts with status ${status}: ${text.slice(0, 200)}`,
    {
      code: `HTTP_${status}`,
      status,
    },
  );
}
