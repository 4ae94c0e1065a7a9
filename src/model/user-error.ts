/** Wrong use or unreachable input: one line that says what and where, and a hint that says what to do. Exit code 3. */
export class UserError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'UserError';
    this.hint = hint;
  }
}
