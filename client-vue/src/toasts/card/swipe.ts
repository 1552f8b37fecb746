/** Directions for swiping away a toast. */
export type SwipeDirection = 'left' | 'right' | 'up';

/** A shorter move isn't a swipe. */
const START_PX = 8;
/** A swipe of FAR_PX or a fast flick of FLICK_PX dismisses the toast. */
const FAR_PX = 96;
const FLICK_PX = 24;
const FLICK_PX_PER_MS = 0.4;

export interface SwipeMove {
  dx: number;
  dy: number;
}

/**
 * A single-axis swipe that starts on pointer down. Upward swipes work only if `up` is set. Times are in milliseconds.
 */
export class Swipe {
  readonly #x: number;
  readonly #y: number;
  readonly #at: number;
  readonly #up: boolean;
  #axis: 'x' | 'y' | 'none' | undefined;
  #move: SwipeMove = { dx: 0, dy: 0 };

  constructor({ x, y, at, up }: { x: number; y: number; at: number; up: boolean }) {
    this.#x = x;
    this.#y = y;
    this.#at = at;
    this.#up = up;
  }

  /** Returns the toast's offset, or `undefined` if the gesture is a scroll or could still be a tap. */
  move(x: number, y: number): SwipeMove | undefined {
    const [dx, dy] = [x - this.#x, y - this.#y];
    this.#axis ??= this.#axisOf(dx, dy);
    if (this.#axis === undefined || this.#axis === 'none') return undefined;
    this.#move = this.#axis === 'x' ? { dx, dy: 0 } : { dx: 0, dy: Math.min(0, dy) };
    return this.#move;
  }

  /** Returns the direction in which the toast leaves, or `undefined` if it springs back. */
  end(at: number): SwipeDirection | undefined {
    const { dx, dy } = this.#move;
    const length = Math.abs(dx + dy);
    const isFlick = length >= FLICK_PX && length / Math.max(1, at - this.#at) >= FLICK_PX_PER_MS;
    if (length < FAR_PX && !isFlick) return undefined;
    if (dy < 0) return 'up';
    return dx < 0 ? 'left' : 'right';
  }

  #axisOf(dx: number, dy: number): 'x' | 'y' | 'none' | undefined {
    if (Math.hypot(dx, dy) < START_PX) return undefined;
    if (Math.abs(dx) > Math.abs(dy)) return 'x';
    return this.#up && dy < 0 ? 'y' : 'none';
  }
}
