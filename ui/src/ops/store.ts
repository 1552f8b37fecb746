import type { SetAsideList } from '@tocsin/contracts';
import { safeStorage } from '@tocsin/client-vue';
import { computed, reactive, ref, shallowRef } from 'vue';
import { OpsError, createOpsApi } from './api.ts';
import { append, type Sample } from './instances/history.ts';

/** The token is kept until the tab is closed. */
const TOKEN_KEY = 'tocsin.ops.token';

/** Why the server refuses access: it needs a token, a token with the role, or accepts none. */
export interface OpsRefusal {
  kind: 'token' | 'role' | 'closed';
  /** In the server's words. */
  detail: string;
}

function createOps() {
  const storage = safeStorage(() => sessionStorage);
  const token = ref(storage.get(TOKEN_KEY) ?? '');
  const refused = ref<OpsRefusal>();
  const fault = ref('');
  const history = shallowRef<readonly Sample[]>([]);
  const letters = shallowRef<SetAsideList>();
  const api = createOpsApi(() => token.value || undefined);

  const instances = computed(() => history.value.at(-1)?.instances ?? []);

  function useToken(text: string): void {
    token.value = text.trim();
    storage.set(TOKEN_KEY, token.value);
    refused.value = undefined;
  }

  /** Records why the server refuses access. Returns whether the error is such a refusal. */
  function noteRefusal(error: unknown): boolean {
    if (!(error instanceof OpsError)) return false;
    const { status, problem, message } = error;
    if (status !== 401 && status !== 403) return false;
    const kind = problem?.code === 'ops_closed' ? 'closed' : status === 401 ? 'token' : 'role';
    refused.value = { kind, detail: message };
    return true;
  }

  async function asking(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      fault.value = '';
    } catch (error) {
      if (!noteRefusal(error)) fault.value = error instanceof Error ? error.message : String(error);
    }
  }

  const readInstances = () =>
    asking(async () => {
      const { at, instances: all } = await api.instances();
      history.value = append(history.value, { at: Date.parse(at), instances: all });
    });
  const readLetters = () =>
    asking(async () => {
      letters.value = await api.deadLetters();
    });

  return reactive({
    api,
    token,
    refused,
    fault,
    history,
    instances,
    letters,
    useToken,
    noteRefusal,
    readInstances,
    readLetters,
  });
}

let ops: ReturnType<typeof createOps> | undefined;

/** The server's data and the calls to it, shared by all components of the page. */
export const useOps = () => (ops ??= createOps());
