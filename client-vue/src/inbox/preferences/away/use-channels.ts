import { fetchChannels, ProblemError, type Channels } from '@tocsin/client';
import { ref, shallowRef } from 'vue';
import { useSource } from '../../../stores/source.ts';

export type ChannelsState = 'loading' | 'ready' | 'signedOut' | 'notOffered' | 'failed';

/** Whether the deployment sends e-mail. Older servers report only channel names. */
const hasEmail = ({ channels, email }: Channels): boolean =>
  email.used ?? channels.some(({ name }) => name === 'email');

function stateAfter(error: unknown): ChannelsState {
  const status = error instanceof ProblemError ? error.status : 0;
  if (status === 404) return 'notOffered';
  if (status === 401 || status === 403) return 'signedOut';
  console.warn('Could not load the settings for messages while you are away.', error);
  return 'failed';
}

/** The signed-in reader's channels, from the server. */
export function useChannels() {
  const state = ref<ChannelsState>('loading');
  const channels = shallowRef<Channels>();

  /** Reloads the channels. Never rejects. `state` shows whether it succeeded. */
  async function load(): Promise<void> {
    try {
      const response = await useSource().call((url, _clientId, options) => fetchChannels(url, options));
      channels.value = response;
      const isOffered = hasEmail(response) || response.push.publicKey !== null;
      state.value = isOffered ? 'ready' : 'notOffered';
    } catch (error) {
      state.value = stateAfter(error);
    }
  }

  return {
    state,
    channels,
    load,
    usesEmail: () => !!channels.value && hasEmail(channels.value),
  };
}
