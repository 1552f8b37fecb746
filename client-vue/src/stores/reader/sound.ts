/** Minimum time between tones (ms). */
const MIN_INTERVAL_MS = 2_000;
/** Maximum time a tone may be delayed while the browser starts audio (ms). */
const MAX_DELAY_MS = 1_000;
const HIGH_HZ = 880;
const LOW_HZ = 660;
const DURATION_S = 0.25;
const VOLUME = 0.08;

let context: AudioContext | undefined;
let last = -Infinity;

/**
 * Plays a short tone. Browsers allow sound only after the reader has clicked or pressed a key. Earlier tones are
 * dropped because otherwise they would all sound together at the first click.
 */
export function playTone(): void {
  const requestedAt = performance.now();
  if (requestedAt - last < MIN_INTERVAL_MS) return;
  last = requestedAt;
  const audio = (context ??= new AudioContext());
  if (audio.state === 'running') return startTone(audio);
  audio
    .resume()
    .then(() => {
      if (performance.now() - requestedAt < MAX_DELAY_MS) startTone(audio);
    })
    .catch((error: unknown) => console.warn("The browser doesn't allow sound yet.", error));
}

function startTone(context: AudioContext): void {
  const start = context.currentTime;
  const tone = new OscillatorNode(context, { type: 'sine', frequency: HIGH_HZ });
  const volume = new GainNode(context, { gain: VOLUME });
  tone.frequency.setValueAtTime(LOW_HZ, start + DURATION_S / 2);
  volume.gain.exponentialRampToValueAtTime(0.001, start + DURATION_S);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + DURATION_S);
}
