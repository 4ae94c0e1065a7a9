import type { UnlockLevel } from './unlock-levels.ts';

/** The options that every command has. */
export interface DrawingOptions {
  readonly output: 'text' | 'json' | 'line';
  readonly short?: boolean;
  readonly verbose?: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly ascii?: boolean;
}

/** Where evidence comes from: files, or a running cluster. */
export interface EvidenceOptions {
  readonly from?: readonly string[];
  readonly node?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly as?: string;
  readonly requestTimeout: number;
  readonly debugPods?: boolean;
  readonly debugImage?: string;
  readonly debugNamespace?: string;
  readonly dryRun?: boolean;
  /** False with `--no-probe`. */
  readonly probe?: boolean;
}

/** `plumb cleanup`. */
export interface CleanupOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly as?: string;
  readonly requestTimeout: number;
  readonly namespace?: string;
  readonly dryRun?: boolean;
}

/** `plumb check`. */
export interface CheckOptions extends DrawingOptions, EvidenceOptions {
  readonly namespace?: string;
  readonly port?: string;
  readonly fromPod?: string;
  readonly fromNode?: string;
  readonly external?: boolean;
  /** A path to ask for. */
  readonly http?: string;
  /** Milliseconds. */
  readonly wait?: number;
  readonly watch?: boolean;
}

/** `plumb audit`. */
export interface AuditOptions extends DrawingOptions, EvidenceOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly threads?: number;
}

/** `plumb trace`. */
export interface TraceOptions extends DrawingOptions, EvidenceOptions {
  readonly src: string;
  readonly dst: string;
  readonly namespace?: string;
}

/** `plumb capture`. */
export interface CaptureOptions extends EvidenceOptions {
  readonly output?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly script?: boolean;
  readonly pseudonyms?: boolean;
  readonly resume?: string;
}

/** `plumb explain`. */
export interface ExplainOptions extends DrawingOptions {
  readonly unlock?: UnlockLevel;
}

/** `plumb dns`. */
export interface DnsOptions extends DrawingOptions, EvidenceOptions {
  readonly namespace?: string;
  readonly fromPod?: string;
}
