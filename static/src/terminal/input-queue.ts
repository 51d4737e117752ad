/**
 * What was typed or pasted and has not left yet, in pieces that the wire takes. A large paste waits
 * here until the socket has room, so the browser's own buffer never grows without bound.
 */

/** The largest payload of one input frame, in bytes. */
export const PIECE_BYTES = 32 * 1024;
/** How much the socket may hold unsent before more is held back, in bytes. */
export const SOCKET_BYTES = 128 * 1024;
/** More than this is refused: nobody means to paste it into a terminal. */
export const QUEUE_BYTES = 16 * 1024 * 1024;

const CTRL_C = 3;

export class InputQueue {
  private pieces: Uint8Array[] = [];
  private size = 0;

  get length(): number {
    return this.size;
  }

  /** Answers false where the bytes were refused because too much waits already. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length === 1 && bytes[0] === CTRL_C) this.clear(); // Ctrl-C overtakes a paste.
    if (this.size + bytes.length > QUEUE_BYTES) return false;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.pieces.push(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.size += bytes.length;
    return true;
  }

  /** The next piece, where the socket with `buffered` unsent bytes has room for it. */
  next(buffered: number): Uint8Array | undefined {
    if (buffered >= SOCKET_BYTES) return undefined;
    const piece = this.pieces.shift();
    this.size -= piece?.length ?? 0;
    return piece;
  }

  clear(): void {
    this.pieces = [];
    this.size = 0;
  }
}
