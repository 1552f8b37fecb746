import { handshakeSchema, type SocketError } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import type { Socket } from 'socket.io';
import type { Authenticator } from '../../auth/authenticator.ts';
import { AuthError } from '../../auth/errors.ts';
import { readerOf } from '../../readers/reader.ts';
import type { Admission, RefusalReason } from './admission.ts';
import type { SocketData } from '../../connect/socket-data.ts';

type Next = (error?: Error) => void;

/**
 * Returns the error that a client gets as `connect_error`. The message starts with the code; `data` has the code and
 * the text separately.
 */
function refusal(code: SocketError['code'], text: string, temporary: boolean): Error {
  const data: SocketError = { code, message: text, temporary };
  return Object.assign(new Error(`${code}: ${text}`), { data });
}

/** Returns the error for a client that connects to an instance that is stopping. */
export const stoppingError = (): Error => refusal('unavailable', 'this instance is stopping', true);

interface ConnectingSocket {
  handshake: Pick<Socket['handshake'], 'auth'>;
  data: SocketData;
  conn: Socket['conn'];
}

export interface AdmitOptions {
  auth: Authenticator;
  admission: Pick<Admission, 'signIn'>;
  /** Called with the reason if no slot was free for a reader with a valid token. */
  onRefused: (reason: RefusalReason) => void;
  log: Logger;
}

/** Admits a connection if the handshake is valid, the token is accepted, and a slot is free. */
export const admit =
  ({ auth, admission, onRefused, log }: AdmitOptions) =>
  (socket: ConnectingSocket, next: Next): void => {
    const handshake = handshakeSchema.safeParse(socket.handshake.auth);
    if (!handshake.success) {
      const isToken = handshake.error.issues.some(({ path }) => path[0] === 'token');
      const error =
        isToken && auth.mode === 'jwt'
          ? refusal('unauthorized', 'the token must be a string of at most 16384 characters', false)
          : refusal('invalid_request', 'auth can contain a token and a clientId, both strings', false);
      return next(error);
    }
    auth.identify(handshake.data.token).then(
      (identity) => {
        const refused = admission.signIn(socket.conn, identity?.sub);
        if (refused) {
          onRefused(refused.reason);
          const { code, message, temporary } = refused.error;
          return next(refusal(code, message, temporary));
        }
        if (identity) socket.data.identity = identity;
        socket.data.reader = readerOf(identity, handshake.data.clientId);
        next();
      },
      (error: unknown) => {
        if (error instanceof AuthError && !error.temporary) {
          return next(refusal('unauthorized', error.message, false));
        }
        log.warn({ err: error }, 'cannot check a token');
        next(refusal('unavailable', 'tokens cannot be checked right now; try again', true));
      },
    );
  };
