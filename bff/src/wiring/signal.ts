/** An event that lets parts of an instance listen to parts that were created before them. */
export class Signal<T> {
  readonly #listeners: ((value: T) => void)[] = [];

  readonly emit = (value: T): void => {
    for (const listener of this.#listeners) listener(value);
  };

  listen(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }
}
