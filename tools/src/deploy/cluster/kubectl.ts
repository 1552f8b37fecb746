import { z } from 'zod';
import { Failure } from '../../failure.ts';
import { findCommand, run, type RunOptions } from '../../process/run.ts';

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** For a streaming call: the handler for each output line, and the signal that ends the call. */
export type Follow = Required<Pick<RunOptions, 'onLine' | 'signal'>>;

/** Runs `kubectl` with these arguments and `input` on standard input. */
export type RunKubectl = (args: readonly string[], input?: string, follow?: Follow) => Promise<KubectlResult>;

/** kubectl's timeout for API server requests. */
const TIMEOUT_OPTION = '--request-timeout=20s';

export class Kubectl {
  readonly #run: RunKubectl;
  /** The context to use. Defaults to the current context. */
  readonly context: string | undefined;

  constructor(run: RunKubectl, context?: string) {
    this.#run = run;
    this.context = context;
  }

  /** Makes a call that runs until `signal` aborts or kubectl exits. Resolves with the result, even for failed calls. */
  follow(args: readonly string[], follow: Follow): Promise<KubectlResult> {
    return this.#run(args, undefined, follow);
  }

  /** Makes a call. Resolves with the result, even for failed calls. */
  try(args: readonly string[], input?: string): Promise<KubectlResult> {
    return this.#run(args, input);
  }

  /**
   * Makes a call. Resolves with the standard output.
   * @throws Failure that contains kubectl's error message
   */
  async text(args: readonly string[], input?: string): Promise<string> {
    const result = await this.#run(args, input);
    if (result.code === 0) return result.stdout;
    throw new Failure(`\`kubectl ${args.join(' ')}\` failed: ${errorLineOf(result)}`);
  }

  /** `kubectl get … -o json`, or `undefined` if the object doesn't exist. @throws Failure, as `text` does */
  async get<T extends z.ZodType>(schema: T, args: readonly string[]): Promise<z.infer<T> | undefined> {
    const text = await this.text(['get', ...args, '--ignore-not-found', '-o', 'json', TIMEOUT_OPTION]);
    return text.trim() === '' ? undefined : schema.parse(JSON.parse(text));
  }

  /**
   * The items in a list returned by `kubectl get … -o json`.
   * @throws Failure, as `text` does
   */
  async list<T extends z.ZodType>(item: T, args: readonly string[]): Promise<z.infer<T>[]> {
    return (await this.get(z.object({ items: z.array(item) }), args))?.items ?? [];
  }
}

/**
 * Finds kubectl on the PATH.
 * @throws Failure that explains how to install it if it isn't installed
 */
export function findKubectl(context?: string): Kubectl {
  const command = findCommand(['kubectl']);
  if (command === undefined)
    throw new Failure(
      'kubectl was not found. Install it (https://kubernetes.io/docs/tasks/tools/), then try again.',
    );
  const inContext = context === undefined ? [] : ['--context', context];
  return new Kubectl(
    (args, input, follow) =>
      run(command, [...inContext, ...args], { ...follow, ...(input !== undefined && { input }) }),
    context,
  );
}

/** The last line of kubectl's error message, stripped of prefixes. */
export const errorLineOf = ({ stderr }: KubectlResult): string =>
  (stderr.trim().split('\n').at(-1) ?? '').replace(/^(error|Error from server( \(\w+\))?): /i, '') ||
  'no error message';
