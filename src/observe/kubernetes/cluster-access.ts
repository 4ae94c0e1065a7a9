import type { Duplex } from 'node:stream';

/** Why something could not be had of the cluster. */
export interface AccessFailure {
  /**
   * `forbidden`: RBAC or admission says no; `not-found`: no such object; `expired`: a list's continuation is too old; `no-program`: the container has no such executable;
   * `timeout`: no answer in time; `cut`: the stream ended in the middle; `unreachable`: no connection; `failed`: anything else.
   */
  readonly kind:
    'forbidden' | 'not-found' | 'no-program' | 'expired' | 'timeout' | 'cut' | 'unreachable' | 'failed';
  /** One line, without secrets: what the API server or the runtime said. */
  readonly message: string;
}

/** What came of asking the cluster: a value, or why there is none. Nothing throws. */
export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: AccessFailure };

/** A container: the only one of the pod where none is named. */
export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

/** How long something may take, and who may end it before. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What a program printed. */
export interface ExecResult {
  /** -1 where it was not waited for. */
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** Why what it printed ends too early: it hung, the stream broke, more than `maxBytes` came. */
  readonly cutBy?: AccessFailure;
}

/**
 * A running cluster, as far as observing it goes. Expected failures are values; after its timeout, or when its signal is given, every
 * call ends and leaves nothing open.
 */
export interface ClusterAccess {
  /**
   * GET of an API path (`/api/v1/…?labelSelector=…`), its JSON unread. Where a list has more pages, `onMore` may be given the continuation before this page is parsed: whoever asks
   * for the next one then has the server work meanwhile.
   */
  getJson(
    path: string,
    options: Patience & { readonly onMore?: (continuation: string) => void },
  ): Promise<Attempt<unknown>>;
  /**
   * Runs `argv` in a container, without a shell. `stdin` is written, then closed. What was printed before it hung or broke is a value; nothing printed is a
   * failure. Needs create on pods/exec.
   */
  exec(
    at: ContainerName,
    argv: readonly string[],
    options: Patience & { readonly maxBytes: number; readonly stdin?: Uint8Array },
  ): Promise<Attempt<ExecResult>>;
  /**
   * Byte streams to ports of the pod, one for each of `ports` (a port may stand there twice), over one connection that ends when the caller has ended all of
   * them. A port that nobody listens on breaks its stream only. Needs create on pods/portforward.
   */
  forwardPorts(
    at: ContainerName,
    ports: readonly number[],
    patience: Patience,
  ): Promise<Attempt<readonly Duplex[]>>;
  /** The last lines that a container logged, or of its run before. Needs get on pods/log. */
  log(
    at: ContainerName,
    options: Patience & { readonly tailLines: number; readonly isPrevious?: boolean },
  ): Promise<Attempt<Uint8Array>>;
  /** Makes a pod; what comes back is the pod as made. Needs create on pods. */
  createPod(namespace: string, pod: object, patience: Patience): Promise<Attempt<unknown>>;
  /** Deletes a pod at once (grace 0). Needs delete on pods. */
  deletePod(namespace: string, name: string, patience: Patience): Promise<Attempt<undefined>>;
}
