/** What a command line program is given by the machine; tests give their own. */
export interface Host {
  /** The words after the program's name. */
  readonly args: readonly string[];
  /** The name the user called it by: `plumb`, or `kubectl plumb`. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Fires when the user wants it to end; what is known by then is told. */
  readonly signal?: AbortSignal;
}

/** A stream to write to, and what is known of the terminal behind it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}
