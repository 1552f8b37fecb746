/** The token was rejected (`unauthorized`) or couldn't be checked (`unavailable`). */
export class AuthError extends Error {
  override name = 'AuthError';
  readonly code: 'unauthorized' | 'unavailable';
  readonly tokenGiven: boolean;

  constructor(
    code: 'unauthorized' | 'unavailable',
    message: string,
    options: { tokenGiven?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.tokenGiven = options.tokenGiven ?? true;
  }

  /** Whether retrying with the same token can succeed. */
  get temporary(): boolean {
    return this.code === 'unavailable';
  }
}
