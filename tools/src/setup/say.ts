/** Prints one line about the progress to the terminal. */
export type Say = (line: string) => void;

export const sayNothing: Say = () => undefined;
