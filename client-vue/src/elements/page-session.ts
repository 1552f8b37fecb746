import { effectScope } from 'vue';
import type { OwnMessages } from '../messages/messages.ts';
import { useNotifications, type NotificationsOptions } from '../use-notifications.ts';

/** Options that identify a session; the elements of a page share one. */
export interface ElementOptions {
  server: string;
  feeds: readonly string[];
  clientId?: string | undefined;
  negotiate?: boolean | undefined;
  getToken?: NotificationsOptions['getToken'];
  pushWorker?: NotificationsOptions['pushWorker'];
  feedLabels?: NotificationsOptions['feedLabels'];
  iconOrigins?: readonly string[] | undefined;
  /** Those of the first element count. */
  language?: () => string | undefined;
  messages?: () => OwnMessages | undefined;
}

interface PageSession {
  name: string;
  members: number;
  stop: () => void;
}

let session: PageSession | undefined;

const nameOf = ({ server, feeds, clientId, negotiate }: ElementOptions): string =>
  JSON.stringify([server, feeds, clientId, negotiate]);

/**
 * Connects the page with the first element and disconnects it with the last; the elements between share the connection.
 * An element with other options than the first is told so on the console and shows the notifications of the first.
 * Returns the function that ends the element's part.
 */
export function joinPageSession(options: ElementOptions): () => void {
  const name = nameOf(options);
  if (session && session.name !== name)
    console.error(
      `Tocsin: the elements of a page share one connection. This one asks for ${name}, but ${session.name} is in use. ` +
        'Give all of them the same attributes.',
    );
  session ??= begin(name, options);
  const joined = session;
  joined.members++;
  return () => {
    if (--joined.members > 0) return;
    joined.stop();
    if (session === joined) session = undefined;
  };
}

function begin(name: string, options: ElementOptions): PageSession {
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
