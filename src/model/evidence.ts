/** What a statement rests on: the source as it was read, where in it, and what stands there. */
export interface Evidence {
  /** The file or command, as the snapshot names it (`nodes/node-a/iptables-save.txt`, `cluster/services.json`). */
  readonly source: string;
  /** A line (`line 41`) or JSON path (`items[3].spec.selector`). */
  readonly location?: string;
  /** The text that stands there, cut to what matters; never a secret. */
  readonly text: string;
}

/** Something that was not seen: what, why, and the smallest right or command that would change that. */
export interface Gap {
  readonly what: string;
  readonly why: string;
  readonly unlock: string;
  /** The node it concerns, where it concerns one. */
  readonly node?: string;
}

/** A line or document that a parser did not understand. It is kept, listed, and never read as clean. */
export interface ParseIssue {
  readonly source: string;
  /** 1-based; absent where the whole source is meant. */
  readonly line?: number;
  readonly text: string;
  readonly problem: string;
}
