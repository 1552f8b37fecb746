import { Random } from '../chaos/random.ts';

const WORDS = (
  'order invoice shipment payment customer account delivery package warehouse ticket comment review report meeting ' +
  'deadline project release build deployment server database backup certificate domain password login device session ' +
  'member team channel message reply mention document folder version change request approval budget expense receipt ' +
  'refund subscription plan trial upgrade limit usage quota storage bandwidth latency error warning incident outage ' +
  'maintenance window schedule calendar event reminder task milestone sprint board card label priority assignee owner ' +
  'reviewer manager director engineer designer analyst support agent visitor guest driver courier location address ' +
  'street city region country morning evening tomorrow yesterday monday tuesday wednesday thursday friday weekend ' +
  'week month quarter year hour minute second first last next previous new old open closed pending blocked ready ' +
  'failed finished started stopped paused resumed cancelled updated created deleted moved shared archived restored ' +
  'signed verified rejected accepted scheduled delayed missed expired renewed the a an your our their this that with ' +
  'without from into before after until because please check see view confirm contact read answer is was has been ' +
  'will can should must and or but for of to in on at by over under about'
).split(' ');
const NUMBER_SHARE = 0.06;

/** Creates sentences from random words and numbers, for measuring compression. */
export function sentencesFrom(seed: number): (bytes: number) => string {
  const random = new Random(seed);
  const word = () => (random.next() < NUMBER_SHARE ? String(random.below(100_000)) : random.pick(WORDS));
  const sentence = () => {
    const text = Array.from({ length: 5 + random.below(12) }, word).join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  return (bytes) => {
    let text = sentence();
    while (text.length < bytes) text += ` ${sentence()}`;
    // Tocsin trims texts, so they must not end with a space.
    return text.slice(0, bytes).replace(/ $/, '.');
  };
}
