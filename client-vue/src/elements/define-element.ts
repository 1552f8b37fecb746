import {
  defineCustomElement,
  onBeforeUnmount,
  provide,
  useHost,
  useShadowRoot,
  watch,
  watchEffect,
  type PropType,
  type VNodeChild,
} from 'vue';
import { ELEMENT_HOST } from '../element-host.ts';
import { followLanguage } from '../messages/follow-language.ts';
import type { OwnMessages } from '../messages/messages.ts';
import { useNotifications, type NotificationsOptions } from '../use-notifications.ts';
import { joinPageSession, tokenChanged } from './page-session.ts';
import { adoptStyle } from './style.ts';

/** Attributes of every element. `getToken`, `pushWorker`, `feedLabels` and `messages` can be set only as properties. */
const COMMON_PROPS = {
  server: String,
  feeds: String,
  clientId: String,
  negotiate: Boolean,
  token: String,
  theme: String,
  iconOrigins: String,
  feedLabels: [Object, Function] as PropType<NonNullable<NotificationsOptions['feedLabels']>>,
  lang: String,
  messages: Object as PropType<OwnMessages>,
  getToken: Function as PropType<NonNullable<NotificationsOptions['getToken']>>,
  pushWorker: Function as PropType<NonNullable<NotificationsOptions['pushWorker']>>,
};

export interface ElementProps {
  server?: string;
  feeds?: string;
  clientId?: string;
  negotiate?: boolean;
  token?: string;
  theme?: string;
  iconOrigins?: string;
  feedLabels?: NonNullable<NotificationsOptions['feedLabels']>;
  lang?: string;
  messages?: OwnMessages;
  getToken?: NonNullable<NotificationsOptions['getToken']>;
  pushWorker?: NonNullable<NotificationsOptions['pushWorker']>;
}

/** Events that every element dispatches. They bubble and cross the shadow boundary. */
export interface ElementEvents {
  'tocsin-unread': CustomEvent<{ unread: number; unseen: number }>;
  'tocsin-connection': CustomEvent<{ state: string; text: string }>;
}

/** Parses a whitespace-separated list of feeds. Default: `all`. */
export function feedsIn(attribute: string | undefined): string[] {
  const feeds = (attribute ?? '').split(/\s+/).filter(Boolean);
  return feeds.length > 0 ? feeds : ['all'];
}

/**
 * Creates a custom element with a shadow root to isolate styles from the page. `draw` renders it. `defaultServer` is
 * used if there's no `server` attribute.
 */
export function defineElement(
  defaultServer: string,
  props: Readonly<Record<string, StringConstructor>>,
  draw: (props: Readonly<Record<string, unknown>>) => VNodeChild,
) {
  return defineCustomElement({
    props: { ...COMMON_PROPS, ...props },
    setup(raw: Record<string, unknown>) {
      const elementProps = raw as ElementProps;
      const host = useHost();
      const root = useShadowRoot();
      if (root) adoptStyle(root);
      if (host) provide(ELEMENT_HOST, host);
      const language = host && followLanguage(host);
      const token = () => elementProps.token;
      const leave = joinPageSession({
        server: elementProps.server ?? defaultServer,
        feeds: feedsIn(elementProps.feeds),
        clientId: elementProps.clientId,
        negotiate: elementProps.negotiate,
        getToken: elementProps.getToken,
        token,
        pushWorker: elementProps.pushWorker,
        feedLabels: elementProps.feedLabels,
        iconOrigins: elementProps.iconOrigins?.split(/\s+/).filter(Boolean),
        language: () => elementProps.lang || language?.value,
        messages: () => elementProps.messages,
      });
      watch(token, () => tokenChanged(token));
      const notifications = useNotifications();
      const dispatch = (name: keyof ElementEvents, detail: unknown): void => {
        host?.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
      };
      watch(
        () => [notifications.unread, notifications.unseen],
        ([unread, unseen]) => dispatch('tocsin-unread', { unread, unseen }),
        { immediate: true },
      );
      watchEffect(() =>
        dispatch('tocsin-connection', {
          state: notifications.connection,
          text: notifications.connectionText,
        }),
      );
      onBeforeUnmount(leave);
      return () => draw(raw);
    },
  });
}
