/**
 * Tells the server how far the screen has been painted. The server stops reading the program's
 * output when too much is unacknowledged, so each acknowledgement is batched but never withheld.
 */

const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 50;

export class Acknowledger {
  private sent = 0;
  private rendered = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `send` gets the offset up to which everything is painted. */
  constructor(private readonly send: (offset: number) => void) {}

  /** A new connection: what was pending for the last one is moot. */
  restart(): void {
    this.stop();
    this.sent = 0;
    this.rendered = 0;
  }

  advance(offset: number): void {
    if (offset <= this.rendered) return;
    this.rendered = offset;
    if (this.rendered - this.sent >= BATCH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush(): void {
    this.stop();
    this.sent = this.rendered;
    this.send(this.rendered);
  }
}
