import { Stopped } from '@tocsin/tools/process/stop-signal';
import { sentencesFrom } from '../../ledger/sentences.ts';
import { onRig } from '../measure/measure.ts';
import { countPublications, readCpu, untilPublished, type Rig } from '../measure/rig.ts';
import { feedOf } from '../measure/stepper.ts';
import { measureFeedSizes } from '../measure/stored.ts';

const FEEDS = 16;
/**
 * Notifications per feed: about as many as a feed keeps in a day under the example load in docs/scaling.md, so that
 * segments of all sizes occur.
 */
const PER_FEED = 4_200;
/** Bytes of text per notification. Their sum is the payload in all other measurements. */
const BYTES = { title: 50, body: 150 };
const ARRAYS_AT_ONCE = 8;
/** After posting this many arrays of notifications, wait until all are published, so that they don't pile up. */
const ARRAYS_PER_ROUND = 200;

export interface CompressionFigures {
  /** Ratio of compressed to uncompressed publication size in the history: 0 to 1. */
  share: number;
  /** Bytes per publication in Redis without and with compression. */
  bytes: { plain: number; compressed: number };
  /** A bff's CPU time per publication without and with compression (µs). */
  cpu: { plain: number; compressed: number };
}

/** Publishes the same texts on stacks with and without compression to measure how much smaller the history gets. */
export async function measureCompression(
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<CompressionFigures> {
  const measureWith = (setting: 'off' | 'on') => {
    say(`1 bff: history with HISTORY_COMPRESSION=${setting}`);
    return onRig(1, signal, (rig) => fill(rig, signal), { bffEnv: { HISTORY_COMPRESSION: setting } });
  };
  const plain = await measureWith('off');
  const compressed = await measureWith('on');
  return {
    share: compressed.bytes / plain.bytes,
    bytes: { plain: plain.bytes, compressed: compressed.bytes },
    cpu: { plain: plain.cpu, compressed: compressed.cpu },
  };
}

/**
 * Fills feeds with sentences. Notifications in the same array have the same timestamp, and would compress too well in
 * the same feed. Therefore, each array has only one notification per feed. Returns a publication's size in Redis and
 * the bff's CPU time per publication.
 */
async function fill(rig: Rig, signal: AbortSignal): Promise<{ bytes: number; cpu: number }> {
  const text = sentencesFrom(1);
  const url = rig.peer.publishUrls[0] ?? '';
  const feeds = Array.from({ length: FEEDS }, (_, index) => feedOf('history', FEEDS)(index));
  const post = async () => {
    const items = feeds.map((feed) => ({ feed, title: text(BYTES.title), body: text(BYTES.body) }));
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(items) });
    if (!response.ok)
      throw new Error(`${response.url} returned ${response.status}: ${await response.text()}`);
  };
  const [cpuBefore, before] = [readCpu(rig).bff, await countPublications(rig)];
  for (let sent = 0; sent < PER_FEED;) {
    if (signal.aborted) throw new Stopped('Stopped.');
    await Promise.all(Array.from({ length: ARRAYS_AT_ONCE }, post));
    sent += ARRAYS_AT_ONCE;
    if (sent % ARRAYS_PER_ROUND === 0) await untilPublished(rig, before + sent * FEEDS);
  }
  await untilPublished(rig, before + PER_FEED * FEEDS);
  const cpu = (readCpu(rig).bff - cpuBefore) / (PER_FEED * FEEDS);
  const { segments } = await measureFeedSizes(rig, feeds);
  return { bytes: segments / (PER_FEED * FEEDS), cpu };
}
