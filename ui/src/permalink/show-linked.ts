import { createApp } from 'vue';
import type { Permalink } from './address.ts';
import LinkedNotification from './LinkedNotification.vue';

/** Shows a notification above the list, in the place that the page leaves for it. */
export function showLinked(place: string, permalink: Permalink, getToken: (() => string) | undefined): void {
  createApp(LinkedNotification, { permalink, ...(getToken && { getToken }) }).mount(place);
}
