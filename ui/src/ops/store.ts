import type {
  InstanceSnapshot,
  NamedNotification,
  OpsHistory,
  OpsStatus,
  SetAsideList,
  UnsentPage,
} from '@tocsin/contracts';
import { safeStorage } from '@tocsin/client-vue';
import { computed, reactive, ref, shallowRef } from 'vue';
import { OpsError, createOpsApi } from './api.ts';
import { append, sampleOf, wholeHour, type Sample } from './instances/history.ts';
import { useTexts } from './messages/use-texts.ts';
import { ReadOrder } from './read-order.ts';
import { firstPage } from './unsent/first-page.ts';
import { verdictOf } from './verdict/rules.ts';

/** Session storage keeps the token until the tab closes. */
const TOKEN_KEY = 'tocsin.ops.token';

/** Why the server denies access: the token is missing or invalid, it lacks the role, or no tokens are configured. */
export interface OpsRefusal {
  kind: 'token' | 'role' | 'closed';
  detail: string;
}

function createOps() {
  const storage = safeStorage(() => sessionStorage);
  const token = ref(storage.get(TOKEN_KEY) ?? '');
  const refused = ref<OpsRefusal>();
  /** Each page part's last error. */
  const faults = reactive<Record<string, string>>({});
  const silentSince = ref<number>();
  const noMetricsSince = ref<number>();
  const recent = shallowRef<readonly Sample[]>([]);
  const live = shallowRef<Awaited<ReturnType<typeof api.instances>>>();
  const past = shallowRef<OpsHistory['instances']>([]);
  const status = shallowRef<OpsStatus>();
  /** The notification to search for next. */
  const searchTarget = shallowRef<NamedNotification>();
  const setAside = shallowRef<SetAsideList>();
  /** The newest unsent fallbacks. */
  const unsent = shallowRef<UnsentPage>();
  const unsentFault = ref('');
  const api = createOpsApi(() => token.value || undefined);
  const order = new ReadOrder();

  const fault = computed(() => Object.values(faults).find((text) => text !== '') ?? '');
  const instances = computed(() => live.value?.instances ?? []);
  /** The server time as of the last response. */
  const now = computed(() =>
    Math.max(Date.parse(live.value?.at ?? '') || 0, Date.parse(status.value?.at ?? '') || 0),
  );
  const hour = computed(() => wholeHour(past.value, recent.value, now.value));
  const verdict = computed(() =>
    verdictOf({
      ...{
        now: now.value,
        silentSince: silentSince.value,
        noMetricsSince: noMetricsSince.value,
        status: status.value,
        past: past.value,
      },
      ...{
        instances: live.value?.instances,
        samples: hour.value,
        setAside: setAside.value,
        unsent: unsent.value,
      },
    }),
  );

  function useToken(text: string): void {
    token.value = text.trim();
    storage.set(TOKEN_KEY, token.value);
    refused.value = undefined;
    // Don't count the time without access as an outage: the page reads nothing until the operator has signed in.
    silentSince.value = noMetricsSince.value = undefined;
    order.invalidate();
  }

  /** Records why the server denies access. Returns false for other errors. */
  function recordRefusal(error: unknown): boolean {
    if (!(error instanceof OpsError)) return false;
    const { status: code, problem, message } = error;
    if (code !== 401 && code !== 403) return false;
    const kind = problem?.code === 'ops_closed' ? 'closed' : code === 401 ? 'token' : 'role';
    refused.value = { kind, detail: message };
    return true;
  }

  /**
   * Returns a failed read's message. Empty if access was denied: the page shows that separately, and reads again after
   * sign-in.
   */
  function explainRead(error: unknown): string {
    if (recordRefusal(error)) return '';
    return error instanceof Error ? error.message : String(error);
  }

  /** Returns a failed action's message. If access was denied, the operator sees it only after signing in again. */
  const explain = (error: unknown): string => explainRead(error) || useTexts().page.denied;

  async function attemptRead<T>(
    part: string,
    read: () => Promise<T>,
    apply: (result: T) => void,
  ): Promise<void> {
    const isSuperseded = order.start(part);
    try {
      const result = await read();
      if (isSuperseded()) return;
      apply(result);
      faults[part] = '';
      if (part === 'instances') noMetricsSince.value = undefined;
      silentSince.value = undefined;
    } catch (error) {
      if (isSuperseded()) return;
      if (error instanceof OpsError && error.status === undefined) silentSince.value ??= Date.now();
      if (part === 'instances') noMetricsSince.value ??= Date.now();
      faults[part] = explainRead(error) || (faults[part] ?? '');
    }
  }

  const readHistory = () =>
    attemptRead(
      'history',
      () => api.history(),
      (history) => {
        past.value = history.instances;
      },
    );
  const readInstances = async () => {
    let isAnyGone = false;
    await attemptRead(
      'instances',
      () => api.instances(),
      (now) => {
        const isGone = ({ instance }: InstanceSnapshot) =>
          !now.instances.some((running) => running.instance === instance);
        isAnyGone = instances.value.some(isGone);
        live.value = now;
        recent.value = append(recent.value, sampleOf(Date.parse(now.at), now.instances));
      },
    );
    if (isAnyGone) await readHistory();
  };
  const readStatus = () =>
    attemptRead(
      'status',
      () => api.status(),
      (now) => {
        status.value = now;
      },
    );
  const readSetAside = () =>
    attemptRead(
      'setAside',
      () => api.setAsideList(),
      (list) => {
        setAside.value = list;
      },
    );

  /**
   * Reads the unsent fallbacks. Errors are shown next to the list, because the list is read less often than the
   * metrics.
   */
  async function readUnsent(): Promise<void> {
    const isSuperseded = order.start('unsent');
    try {
      const page = await firstPage(api);
      if (isSuperseded()) return;
      unsent.value = page;
      unsentFault.value = '';
    } catch (error) {
      if (!isSuperseded()) unsentFault.value = explainRead(error);
    }
  }

  return reactive({
    ...{
      api,
      token,
      refused,
      fault,
      recent,
      hour,
      now,
      instances,
      past,
      status,
      setAside,
      unsent,
      unsentFault,
      searchTarget,
      verdict,
    },
    ...{ useToken, explain, readHistory, readInstances, readStatus, readSetAside, readUnsent },
  });
}

let ops: ReturnType<typeof createOps> | undefined;

/** Returns the server's data and API calls, which all components on the page share. */
export const useOps = () => (ops ??= createOps());
