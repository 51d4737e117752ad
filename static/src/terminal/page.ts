/** Puts the terminal page together: xterm.js, the link to the server, and the bar. */

import { FitAddon } from "@xterm/addon-fit";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import { Panel } from "../demo/panel";
import { shownBy } from "../demo/shown";
import { say } from "../text/words";
import { Acknowledger } from "./acknowledge";
import { look } from "./api";
import { Bar } from "./bar";
import { bindKeys, tellHowToLeave } from "./keys";
import { Link } from "./link";
import { Painter } from "./painter";
import { numberToken, terminalFont, terminalTheme } from "./style";
import { TouchKeys } from "./touch-keys";
import { SUBPROTOCOL, type ServerFrame } from "./wire";

const FIT_AFTER_MS = 60;
const SCROLLBACK_LINES = 10_000;

export function startTerminal(main: HTMLElement, screen: HTMLElement): void {
  const address = main.dataset["terminal"] ?? "";
  const { embedHeader, embedKey } = main.dataset;
  const credential = embedHeader && embedKey ? { [embedHeader]: embedKey } : undefined;
  const term = makeTerminal(screen);
  const fit = new FitAddon();
  term.loadAddon(fit);
  const bar = new Bar(main);
  tellHowToLeave(term, (words) => bar.notice(words, 5_000));

  const acknowledger = new Acknowledger((offset) => link.rendered(offset));
  const painter = new Painter(term, {
    rendered: (offset) => acknowledger.advance(offset),
    painted: () => {
      fitted();
      demo?.painted();
    },
  });
  const link = new Link(
    { look: () => look(address, credential), open: (url) => new WebSocket(url, SUBPROTOCOL) },
    {
      state: (state) => bar.state(state),
      opened: () => {
        painter.restart();
        acknowledger.restart();
        fitToBox();
        sendSize();
      },
      frame: (frame) => paint(frame),
      looked: (live) => bar.time(live.expiresAt, live.clockOffset),
      ended: (end) => {
        acknowledger.stop();
        term.options.disableStdin = true;
        term.options.cursorBlink = false;
        bar.ended(end);
      },
    },
  );

  /** A page that is not laid out has no size: the program must not be squeezed for that. */
  const fitToBox = () => {
    if (screen.clientWidth > 0 && screen.clientHeight > 0) fit.fit();
  };
  const sendSize = () => {
    main.dataset["columns"] = String(term.cols);
    main.dataset["rows"] = String(term.rows);
    link.resize(term.cols, term.rows);
  };
  /** Fits the terminal to its box, and tells the server where that changed anything. */
  const fitted = () => {
    const { cols, rows } = term;
    fitToBox();
    if (term.cols !== cols || term.rows !== rows) sendSize();
  };
  const paint = (frame: ServerFrame) => {
    switch (frame.kind) {
      case "output":
        return painter.output(frame.offset, frame.bytes);
      case "screen":
        demo?.repainted();
        return painter.screen(frame.offset, frame.columns, frame.rows, frame.bytes);
      case "status":
        bar.time(frame.status.expiresAt);
        if (frame.status.state === "frozen" || frame.status.state === "running") {
          bar.frozen(frame.status.state === "frozen");
        }
        bar.limits(frame.status.limitsMet);
        return bar.viewers(frame.status.viewers);
      case "pong":
        return;
    }
  };

  const encoder = new TextEncoder();
  const type = (bytes: Uint8Array) => {
    if (!link.type(bytes)) bar.notice(say("terminal.tooMuch"), 6_000);
  };
  const keys = new TouchKeys(term, (text) => type(encoder.encode(text)));
  term.onData((text) => type(encoder.encode(keys.typed(text))));
  // Mouse reports in the old encoding are bytes, not text.
  term.onBinary((text) => type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
  const demo = Panel.find(main, {
    shown: shownBy(term),
    type: (text) => type(encoder.encode(text)),
    focus: () => term.focus(),
  });
  term.onWriteParsed(() => demo?.output());
  term.onTitleChange((title) => bar.title(title));

  let fitTimer: ReturnType<typeof setTimeout> | undefined;
  new ResizeObserver(() => {
    clearTimeout(fitTimer);
    fitTimer = setTimeout(fitted, FIT_AFTER_MS);
  }).observe(screen);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => restyle(term, fitted));
  matchMedia("(max-width: 40rem)").addEventListener("change", () => restyle(term, fitted));
  addEventListener("online", () => link.hurry());
  addEventListener("pagehide", () => link.sleep());
  addEventListener("pageshow", (event) => {
    if (event.persisted) link.wake();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") link.hurry();
  });

  fitToBox();
  bar.state("connecting");
  link.start();
  term.focus();
}

function makeTerminal(screen: HTMLElement): Terminal {
  const font = terminalFont();
  const term = new Terminal({
    allowProposedApi: true, // The Unicode add-on needs it.
    fontFamily: font.family,
    fontSize: font.size,
    theme: terminalTheme(),
    minimumContrastRatio: numberToken("--terminal-contrast", 1),
    scrollback: SCROLLBACK_LINES,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    macOptionIsMeta: true,
    rightClickSelectsWord: false,
  });
  term.loadAddon(new Unicode11Addon());
  term.unicode.activeVersion = "11";
  term.loadAddon(new WebLinksAddon(openLink));
  bindKeys(term);
  term.open(screen);
  return term;
}

/** What a program prints is a stranger's text: its links get no handle on this page. */
function openLink(_event: MouseEvent, address: string): void {
  window.open(address, "_blank", "noopener,noreferrer");
}

function restyle(term: Terminal, fitted: () => void): void {
  term.options.theme = terminalTheme();
  term.options.minimumContrastRatio = numberToken("--terminal-contrast", 1);
  term.options.fontSize = terminalFont().size;
  fitted();
}
