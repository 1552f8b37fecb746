/** An event that one part of an instance emits, and that parts created later can listen to. */
export class Signal<T> {
  readonly #listeners: ((value: T) => void)[] = [];

  readonly emit = (value: T): void => {
    for (const listener of this.#listeners) listener(value);
  };

  listen(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }
}
