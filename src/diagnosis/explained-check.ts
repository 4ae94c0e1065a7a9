/** A check as `plumb explain` shows it. */
export interface ExplainedCheck {
  readonly id: string;
  readonly asserts: string;
  readonly faults: readonly string[];
  readonly needs: readonly string[];
  /** Its page in Markdown; empty where the page was not found beside the program. */
  readonly page: string;
}
