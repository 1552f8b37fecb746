import { z } from 'zod';
import { SidecarError } from './sidecar-error.ts';

const errorSchema = z.object({ errorCode: z.string(), message: z.string() }).partial();
export const bulkSchema = z.array(
  z.object({
    key: z.string(),
    data: z.unknown().optional(),
    etag: z.string().optional(),
    error: z.string().optional(),
  }),
);
export const secretSchema = z.record(z.string(), z.string());
export const metadataSchema = z.object({
  components: z.array(z.object({ name: z.string() })).optional(),
  subscriptions: z
    .array(
      z.object({
        pubsubname: z.string(),
        topic: z.string(),
        rules: z.array(z.object({ path: z.string().optional() })).optional(),
      }),
    )
    .optional(),
});
/** Dapr stores a job's data as a `google.protobuf.Value`. */
export const jobSchema = z.object({ data: z.object({ value: z.unknown() }).optional() });

/**
 * Returns Dapr's error code and message from a response body. If the body contains no message, returns its first 500
 * characters instead.
 */
export function errorOf(body: string): { errorCode?: string | undefined; message: string } {
  const start = body.slice(0, 500);
  try {
    const { errorCode, message = start } = errorSchema.parse(JSON.parse(body));
    return { errorCode, message };
  } catch {
    return { message: start };
  }
}

export function refusal(call: string, status: number, text: string): SidecarError {
  const parsed = errorOf(text);
  const code = parsed.errorCode ?? `HTTP_${status}`;
  return new SidecarError(`The sidecar responded to ${call} with ${status} ${code}: ${parsed.message}`, {
    code,
    status,
  });
}
