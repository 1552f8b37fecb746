import { identityOf } from '@tocsin/client';
import { effectScope } from 'vue';
import type { OwnMessages } from '../messages/messages.ts';
import { useNotifications, type NotificationsOptions } from '../use-notifications.ts';

/**
 * Options for the session that a page's elements share. Apart from `token`, only the values of the element that started
 * the session are used.
 */
export interface ElementOptions {
  server: string;
  feeds: readonly string[];
  clientId?: string | undefined;
  negotiate?: boolean | undefined;
  getToken?: NotificationsOptions['getToken'];
  /** Returns the current value of the `token` attribute. Ignored if there's a `getToken`. */
  token: () => string | undefined;
  pushWorker?: NotificationsOptions['pushWorker'];
  feedLabels?: NotificationsOptions['feedLabels'];
  iconOrigins?: readonly string[] | undefined;
  language?: () => string | undefined;
  messages?: () => OwnMessages | undefined;
}

interface PageSession {
  /** The options that all elements must have in common, as JSON. */
  readonly key: string;
  readonly options: ElementOptions;
  members: number;
  /** The reader whose token started the session. */
  identity: string | undefined;
  stop: () => void;
}

let session: PageSession | undefined;

const keyOf = ({ server, feeds, clientId, negotiate }: ElementOptions): string =>
  JSON.stringify([server, feeds, clientId, negotiate]);

/**
 * Adds an element to the page's session. The first element opens the connection, and the last one to be removed closes
 * it. A later element with the same options uses the same session and renews its token. If a later element's token
 * belongs to another reader, the session restarts with that element's options. The page should then soon remove the
 * previous reader's elements. If a later element of the same reader has a different server, feeds, `clientId` or
 * `negotiate`, it shows the session's notifications and logs an error, but doesn't renew the token. Returns a function
 * that removes the element.
 */
export function joinPageSession(options: ElementOptions): () => void {
  const key = keyOf(options);
  session ??= { key, options, members: 0, ...startPageSession(options) };
  const joined = session;
  const token = options.token();
  if (token !== undefined && !joined.options.getToken) {
    if (joined.identity !== identityOf(token)) restart(joined, { key, options });
    else if (joined.key === key) joined.options.token = options.token;
  }
  if (joined.key !== key)
    console.error(
      `Tocsin: all elements on a page share one connection. This element requires ${key}, but the page uses ${joined.key}. ` +
        'Give all elements the same attributes.',
    );
  joined.members++;
  return () => {
    if (--joined.members > 0) return;
    joined.stop();
    if (session === joined) session = undefined;
  };
}

/**
 * Uses an element's new token for the session. Restarts the session if the token belongs to another reader or was
 * removed.
 */
export function tokenChanged(token: () => string | undefined): void {
  if (!session || session.options.getToken) return;
  session.options.token = token;
  if (session.identity === identityOf(token())) return;
  restart(session);
}

function restart(page: PageSession, changes: Partial<PageSession> = {}): void {
  page.stop();
  Object.assign(page, changes);
  Object.assign(page, startPageSession(page.options));
}

function startPageSession(options: ElementOptions): Pick<PageSession, 'identity' | 'stop'> {
  const {
    server,
    feeds,
    clientId,
    negotiate,
    getToken = options.token() === undefined ? undefined : () => options.token() ?? '',
    pushWorker,
    feedLabels,
    iconOrigins,
    language,
    messages,
  } = options;
  const scope = effectScope(true);
  scope.run(() =>
    useNotifications({
      url: server,
      feeds,
      ...(clientId !== undefined && { clientId }),
      ...(negotiate && { negotiate }),
      ...(getToken && { getToken }),
      ...(pushWorker && { pushWorker }),
      ...(feedLabels && { feedLabels }),
      ...(iconOrigins && { iconOrigins }),
      ...(language && { language }),
      ...(messages && { messages }),
    }),
  );
  return { identity: identityOf(options.token()), stop: () => scope.stop() };
}
