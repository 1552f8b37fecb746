import { callServer } from '../rest/call-server.ts';
import { withToken } from '../rest/token.ts';
import type { ClientSocket } from './socket.ts';
import type { NotificationClientOptions } from '../types.ts';

/** A server to connect to, with an access token for it. */
export interface Target {
  endpoint: string;
  path: string;
  token: string;
}

/** Calls `GET /app/negotiate`. Throws a `ClientError` with the code `no_token`, or the same errors as `callServer`. */
export async function negotiate(
  options: Pick<NotificationClientOptions, 'url' | 'getToken'>,
): Promise<Target> {
  return callServer(options.url, '/app/negotiate', undefined, await withToken(options), async (response) => {
    const target: unknown = await response.json();
    if (!isTarget(target))
      throw new SyntaxError('The response lacks the endpoint, path or token to connect with.');
    return target;
  });
}

const isTarget = (value: unknown): value is Target =>
  typeof value === 'object' &&
  value !== null &&
  ['endpoint', 'path', 'token'].every((name) => typeof Reflect.get(value, name) === 'string');

/**
 * Sets the target of the socket's next connection. This works because socket.io reads these options again for each
 * connection.
 */
export function setTarget(socket: ClientSocket, { endpoint, path, token }: Target): void {
  Reflect.set(socket.io, 'uri', endpoint);
  Object.assign(socket.io.opts, { path, query: { access_token: token } });
}
