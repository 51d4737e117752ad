/**
 * The wire between a terminal page and the server: subprotocol `trythis.v1`.
 *
 * Binary frames, integers big-endian; the first byte is the kind.
 *
 *     from the browser            from the server
 *     0 input     bytes           0 output  u64 offset, bytes
 *     1 resize    u16, u16        1 screen  u64 offset, u16 columns, u16 rows, bytes
 *     2 rendered  u64 offset      2 status  JSON
 *     3 ping      bytes           3 pong    the same bytes
 */

import { parseStatus, type Status } from "./status";

export const SUBPROTOCOL = "trythis.v1";

/** Close codes of our own. */
export const CLOSE_TICKET_REFUSED = 4401;
export const CLOSE_NO_SANDBOX = 4404;
export const CLOSE_ENDED = 4410;
export const CLOSE_RESTARTED = 4411;

export type ServerFrame =
  | { kind: "output"; offset: number; bytes: Uint8Array }
  | { kind: "screen"; offset: number; columns: number; rows: number; bytes: Uint8Array }
  | { kind: "status"; status: Status }
  | { kind: "pong"; bytes: Uint8Array };

/** A frame that does not fit the table above. */
export class WireError extends Error {}

type Frame = Uint8Array<ArrayBuffer>;

export function encodeInput(bytes: Uint8Array): Frame {
  return prefixed(0, bytes);
}

/** Sizes beyond 16 bits are cut to what the wire can say. */
export function encodeResize(columns: number, rows: number): Frame {
  const frame = new Uint8Array(5);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 1);
  view.setUint16(1, Math.min(columns, 0xffff));
  view.setUint16(3, Math.min(rows, 0xffff));
  return frame;
}

export function encodeRendered(offset: number): Frame {
  const frame = new Uint8Array(9);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 2);
  view.setBigUint64(1, BigInt(offset));
  return frame;
}

export function encodePing(bytes: Uint8Array): Frame {
  return prefixed(3, bytes);
}

/** Reads a frame of the server's; its bytes are a view into `buffer`. */
export function decode(buffer: ArrayBuffer): ServerFrame {
  const view = new DataView(buffer);
  if (view.byteLength === 0) throw new WireError("an empty frame");
  const kind = view.getUint8(0);
  switch (kind) {
    case 0:
      need(view, 9);
      return { kind: "output", offset: readOffset(view), bytes: new Uint8Array(buffer, 9) };
    case 1:
      need(view, 13);
      return {
        kind: "screen",
        offset: readOffset(view),
        columns: view.getUint16(9),
        rows: view.getUint16(11),
        bytes: new Uint8Array(buffer, 13),
      };
    case 2:
      return { kind: "status", status: readStatus(new Uint8Array(buffer, 1)) };
    case 3:
      return { kind: "pong", bytes: new Uint8Array(buffer, 1) };
    default:
      throw new WireError(`a frame of unknown kind ${kind}`);
  }
}

function prefixed(kind: number, bytes: Uint8Array): Frame {
  const frame = new Uint8Array(1 + bytes.length);
  frame[0] = kind;
  frame.set(bytes, 1);
  return frame;
}

function need(view: DataView, length: number): void {
  if (view.byteLength < length) {
    throw new WireError(`a frame of ${view.byteLength} bytes where at least ${length} are needed`);
  }
}

/** Offsets stay exact up to 2^53, nine petabytes of output. */
function readOffset(view: DataView): number {
  const offset = view.getBigUint64(1);
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireError("an offset beyond 2^53");
  return Number(offset);
}

function readStatus(bytes: Uint8Array): Status {
  try {
    return parseStatus(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new WireError(`a status that is not JSON: ${String(error)}`);
  }
}
