/**
 * Paints the server's frames in their order. xterm.js writes asynchronously while reset and resize
 * act at once, so a `screen` frame first waits for the writes before it, and holds back what follows.
 */

export interface Surface {
  write(bytes: Uint8Array, done: () => void): void;
  reset(): void;
  resize(columns: number, rows: number): void;
}

export interface PaintEvents {
  /** Everything before `offset` is on the screen. */
  rendered(offset: number): void;
  /** The first `screen` frame of a connection has been painted, at the server's size. */
  painted(): void;
}

export class Painter {
  private held: (() => void)[] | undefined;
  private generation = 0;
  private fresh = true;

  constructor(
    private readonly surface: Surface,
    private readonly events: PaintEvents,
  ) {}

  /** A new connection: writes of the last one still paint, but count for nothing. */
  restart(): void {
    this.generation += 1;
    this.fresh = true;
  }

  output(offset: number, bytes: Uint8Array): void {
    const generation = this.generation;
    this.inOrder(() => {
      this.surface.write(bytes, () => {
        if (generation === this.generation) this.events.rendered(offset + bytes.length);
      });
    });
  }

  screen(offset: number, columns: number, rows: number, bytes: Uint8Array): void {
    const generation = this.generation;
    // Later ones may have another viewer's size: answering those with ours would never end.
    const first = this.fresh;
    this.fresh = false;
    this.inOrder(() => {
      this.held = [];
      this.surface.write(new Uint8Array(), () => {
        this.surface.reset();
        this.surface.resize(columns, rows);
        this.surface.write(bytes, () => {
          if (generation !== this.generation) return;
          this.events.rendered(offset);
          if (first) this.events.painted();
        });
        this.release();
      });
    });
  }

  private inOrder(step: () => void): void {
    if (this.held) this.held.push(step);
    else step();
  }

  private release(): void {
    const steps = this.held ?? [];
    this.held = undefined;
    for (const step of steps) this.inOrder(step);
  }
}
