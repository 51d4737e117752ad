/**
 * Keeps a terminal connected.
 *
 *     looking ──live──> opening ──first frame──> connected
 *        ▲                 │ close                  │ close, or silence after a ping
 *        └──── waiting <───┴────────────────────────┘
 *     connected ── the program is started afresh ──> restarting ──> looking
 *     any ── the API or the server says so ──> ended
 *
 * Each attempt looks first, because a ticket opens one terminal for a minute and no longer.
 */

import type { Look } from "./api";
import { backoff } from "./backoff";
import { InputQueue } from "./input-queue";
import type { EndReason } from "./status";
import * as wire from "./wire";

export type LinkState = "connecting" | "connected" | "reconnecting" | "restarting" | "ended";

/** The part of WebSocket that is used, so that tests can stand in for it. */
export interface Socket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export interface LinkDoor {
  look(): Promise<Look>;
  open(url: string): Socket;
}

export interface LinkEvents {
  state(state: LinkState): void;
  /** A socket is open: send the size. */
  opened(): void;
  frame(frame: wire.ServerFrame): void;
  looked(look: Look & { kind: "live" }): void;
  ended(end: EndReason | undefined): void;
}

const PING_EVERY_MS = 20_000;
const OPEN_WITHIN_MS = 15_000;
const PONG_WITHIN_MS = 10_000;
/** A page that was busy or asleep gets to read what has arrived before the link counts as dead. */
const GRACE_MS = 1_000;
const PUMP_MS = 15;
const STARTING_MS = 400;

export class Link {
  private socket: Socket | undefined;
  private open = false;
  private state: LinkState = "connecting";
  private attempt = 0;
  private refusals = 0;
  private heard = false;
  private asleep = false;
  private wait: ReturnType<typeof setTimeout> | undefined;
  private ping: ReturnType<typeof setTimeout> | undefined;
  private pump: ReturnType<typeof setTimeout> | undefined;
  private readonly input = new InputQueue();

  constructor(
    private readonly door: LinkDoor,
    private readonly events: LinkEvents,
  ) {}

  start(): void {
    void this.connect();
  }

  /** Queues what was typed or pasted; answers false where it was refused as too much. */
  type(bytes: Uint8Array): boolean {
    if (this.state === "ended") return true;
    const taken = this.input.push(bytes);
    this.drain();
    return taken;
  }

  resize(columns: number, rows: number): void {
    if (this.open) this.socket?.send(wire.encodeResize(columns, rows));
  }

  rendered(offset: number): void {
    if (this.open) this.socket?.send(wire.encodeRendered(offset));
  }

  /** The network is back, or the page is looked at again: do not wait out the backoff. */
  hurry(): void {
    if (this.wait !== undefined) {
      this.attempt = 0;
      void this.connect();
    } else if (this.state === "connected") {
      this.sendPing();
    }
  }

  /** The page is put away, perhaps to be taken out again by Back: it must not count as a viewer. */
  sleep(): void {
    this.asleep = true;
    this.drop();
    if (this.state !== "ended") this.enter("connecting");
  }

  /** It was taken out again. */
  wake(): void {
    if (!this.asleep) return;
    this.asleep = false;
    if (this.state !== "ended") void this.connect();
  }

  end(end: EndReason | undefined): void {
    if (this.state === "ended") return;
    this.drop();
    this.input.clear();
    this.enter("ended");
    this.events.ended(end);
  }

  private async connect(): Promise<void> {
    clearTimeout(this.wait);
    this.wait = undefined;
    const look = await this.door.look();
    if (this.state === "ended" || this.asleep) return;
    switch (look.kind) {
      case "live":
        this.events.looked(look);
        return this.dial(look.url);
      case "ended":
        return this.end(look.end);
      case "starting":
        return this.retry(STARTING_MS);
      case "unreachable":
        return this.lost();
    }
  }

  private dial(url: string): void {
    const socket = this.door.open(url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    // Handlers of a socket that has been given up must not touch the next one's state.
    const ours = (handler: () => void) => {
      if (socket === this.socket) handler();
    };
    socket.onopen = () =>
      ours(() => {
        this.open = true;
        this.events.opened();
      });
    socket.onmessage = (event) => ours(() => this.receive(event.data));
    socket.onclose = (event) => ours(() => this.closed(event.code));
    this.ping = setTimeout(() => this.giveUp(), OPEN_WITHIN_MS);
  }

  private receive(data: unknown): void {
    this.heard = true;
    if (!(data instanceof ArrayBuffer)) return this.broken("a text frame");
    let frame;
    try {
      frame = wire.decode(data);
    } catch (error) {
      return this.broken(error instanceof Error ? error.message : String(error));
    }
    if (this.state !== "connected") {
      this.attempt = 0;
      this.refusals = 0;
      this.enter("connected");
      this.schedulePing();
      this.drain();
    }
    this.events.frame(frame);
    if (frame.kind === "status" && frame.status.state === "ended") this.end(frame.status.end);
  }

  private broken(why: string): void {
    console.error(`trythis: the server sent ${why}`);
    this.giveUp();
  }

  private closed(code: number): void {
    this.drop();
    if (this.state === "ended") return;
    if (code === wire.CLOSE_ENDED || code === wire.CLOSE_NO_SANDBOX) return void this.askWhy(code);
    if (code === wire.CLOSE_RESTARTED) {
      // What was typed was meant for the program that is gone.
      this.input.clear();
      this.enter("restarting");
      return this.retry(STARTING_MS);
    }
    if (code === wire.CLOSE_TICKET_REFUSED && this.refusals === 0) {
      // A ticket that went stale on its way: a fresh one, at once, but only once.
      this.refusals += 1;
      return this.retry(0);
    }
    this.lost();
  }

  /** The close code says that it is over; the API says why. */
  private async askWhy(code: number): Promise<void> {
    const look = await this.door.look();
    if (look.kind === "ended") this.end(look.end);
    else this.end(code === wire.CLOSE_NO_SANDBOX ? { reason: "gone" } : undefined);
  }

  private lost(): void {
    this.retry(backoff(this.attempt++));
  }

  private retry(after: number): void {
    // At the very first moments "Connecting…" stays true; a second failure is worth a word.
    if (this.state === "connected" || this.attempt > 1) this.enter("reconnecting");
    clearTimeout(this.wait);
    this.wait = setTimeout(() => void this.connect(), after);
  }

  private enter(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.events.state(state);
  }

  /** Sends as much of what was typed as the socket has room for. */
  private drain(): void {
    clearTimeout(this.pump);
    this.pump = undefined;
    const { socket } = this;
    if (!socket || this.state !== "connected") return;
    for (;;) {
      const piece = this.input.next(socket.bufferedAmount);
      if (!piece) break;
      socket.send(wire.encodeInput(piece));
    }
    if (this.input.length > 0) this.pump = setTimeout(() => this.drain(), PUMP_MS);
  }

  private schedulePing(): void {
    clearTimeout(this.ping);
    this.ping = setTimeout(() => this.sendPing(), PING_EVERY_MS);
  }

  private sendPing(): void {
    const { socket } = this;
    if (!socket) return;
    this.heard = false;
    socket.send(wire.encodePing(new Uint8Array([1])));
    clearTimeout(this.ping);
    this.ping = setTimeout(() => this.checkPong(socket, false), PONG_WITHIN_MS);
  }

  private checkPong(socket: Socket, graced: boolean): void {
    if (socket !== this.socket) return;
    if (this.heard) return this.schedulePing();
    if (!graced) {
      this.ping = setTimeout(() => this.checkPong(socket, true), GRACE_MS);
      return;
    }
    this.giveUp();
  }

  private giveUp(): void {
    this.drop();
    this.lost();
  }

  private drop(): void {
    clearTimeout(this.ping);
    clearTimeout(this.wait);
    clearTimeout(this.pump);
    this.wait = undefined;
    this.open = false;
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }
}
