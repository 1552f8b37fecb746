import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../../../testing/stores.ts';
import { useSource } from '../../../stores/source.ts';
import { stopPush } from './push-device.ts';

const steps: unknown[] = [];
let subscription: { endpoint: string; unsubscribe: () => Promise<boolean> } | null;

useFreshStores();
beforeEach(() => {
  steps.length = 0;
  const unsubscribe = async () => {
    steps.push('unsubscribed');
    return true;
  };
  subscription = { endpoint: 'https://push.example/ada', unsubscribe };
  vi.stubGlobal('Notification', { permission: 'granted' });
  vi.stubGlobal('pushManager', { getSubscription: async () => subscription });
  vi.stubGlobal('fetch', async (url: string, { method, body, headers }: RequestInit) => {
    steps.push([method, url, body, new Headers(headers).get('authorization')]);
    return new Response(null, { status: 204 });
  });
  useSource().set({ url: 'https://bff.example', getToken: () => 'ada' });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('should turn off push on this device and notify the server', async () => {
  await stopPush();
  expect(steps).toEqual([
    'unsubscribed',
    [
      'DELETE',
      'https://bff.example/app/channels/push',
      '{"endpoint":"https://push.example/ada"}',
      'Bearer ada',
    ],
  ]);
});

it('should be a no-op if push is off or not supported', async () => {
  subscription = null;
  await stopPush();
  vi.stubGlobal('Notification', { permission: 'default' });
  await stopPush();
  vi.unstubAllGlobals();
  await stopPush();
  expect(steps).toEqual([]);
});
