import { effectScope } from 'vue';
import type { OwnMessages } from '../messages/messages.ts';
import { useNotifications, type NotificationsOptions } from '../use-notifications.ts';

/** Options of the session shared by all elements on a page. */
export interface ElementOptions {
  server: string;
  feeds: readonly string[];
  clientId?: string | undefined;
  negotiate?: boolean | undefined;
  getToken?: NotificationsOptions['getToken'];
  pushWorker?: NotificationsOptions['pushWorker'];
  feedLabels?: NotificationsOptions['feedLabels'];
  iconOrigins?: readonly string[] | undefined;
  /** Only the first element's value is used. */
  language?: () => string | undefined;
  messages?: () => OwnMessages | undefined;
}

interface PageSession {
  name: string;
  members: number;
  stop: () => void;
}

let session: PageSession | undefined;

const keyOf = ({ server, feeds, clientId, negotiate }: ElementOptions): string =>
  JSON.stringify([server, feeds, clientId, negotiate]);

/**
 * Opens the connection for the page's first element. Later elements share it. If a later element has a different
 * server, feeds, `clientId` or `negotiate`, it logs an error and shows the first element's notifications. Returns a
 * function that removes the element. Removing the last one closes the connection.
 */
export function joinPageSession(options: ElementOptions): () => void {
  const name = keyOf(options);
  if (session && session.name !== name)
    console.error(
      `Tocsin: all elements on a page share one connection. This element requires ${name}, but the page uses ${session.name}. ` +
        'Give all elements the same attributes.',
    );
  session ??= startPageSession(name, options);
  const joined = session;
  joined.members++;
  return () => {
    if (--joined.members > 0) return;
    joined.stop();
    if (session === joined) session = undefined;
  };
}

function startPageSession(name: string, options: ElementOptions): PageSession {
  const {
    server,
    feeds,
    clientId,
    negotiate,
    getToken,
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
  return { name, members: 0, stop: () => scope.stop() };
}
