/** An event between two parts that are created one after the other. The later one listens to the earlier one. */
export class Signal<T> {
  readonly #listeners: ((value: T) => void)[] = [];

  readonly emit = (value: T): void => {
    for (const listener of this.#listeners) listener(value);
  };

  listen(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }
}
