/** The terminal page's bar and messages: state, time left, viewers, title, notices and the end. */

import { say } from "../text/words";
import { timeLeft } from "./clock";
import { endedWords } from "./ended";
import type { LinkState } from "./link";
import type { EndReason, LimitMet } from "./status";

export class Bar {
  /** What is said as long as nothing more urgent is. */
  private standing: string | undefined;
  private limitsMet = "";
  private expiresAt: number | undefined;
  private clockOffset = 0;
  private warned = false;
  private readonly pageTitle = document.title;
  private readonly ticker = setInterval(() => this.tick(), 1000);
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly main: HTMLElement) {}

  state(state: LinkState): void {
    this.main.dataset["state"] = state;
    document.body.dataset["state"] = state;
    // Whether it is frozen comes with the first status of each connection.
    this.standing = undefined;
    this.limitsMet = "";
    this.main.removeAttribute("data-frozen");
    this.pill(state, say(`link.${state}`));
    if (state === "reconnecting") this.notice(say("terminal.lost"));
    else if (state === "restarting") this.notice(say("terminal.restarting"));
    else if (state === "connected") this.notice(undefined);
  }

  /** The program stands still, or goes on. */
  frozen(frozen: boolean): void {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-when]")) {
      form.hidden = (form.dataset["when"] === "frozen") !== frozen;
    }
    if (frozen === this.main.hasAttribute("data-frozen")) return;
    this.limitsMet = "";
    this.standing = frozen ? say("terminal.frozenHint") : undefined;
    this.main.toggleAttribute("data-frozen", frozen);
    this.pill(frozen ? "frozen" : "connected", frozen ? say("terminal.frozen") : say("link.connected"));
    this.notice(undefined);
  }

  /** Which limits are met just now. What stands still says so instead. */
  limits(limits: LimitMet[]): void {
    const words = limits.map((limit) => say(`limit.${limit}`)).join(" ");
    if (words === this.limitsMet || this.main.hasAttribute("data-frozen")) return;
    this.limitsMet = words;
    this.standing = words || undefined;
    this.notice(undefined);
  }

  time(expiresAt: number | undefined, clockOffset?: number): void {
    if (clockOffset !== undefined) this.clockOffset = clockOffset;
    if (expiresAt !== undefined) this.expiresAt = expiresAt;
    this.tick();
  }

  viewers(count: number): void {
    const element = this.find("data-terminal-viewers");
    if (!element) return;
    element.hidden = count < 2;
    element.textContent = say("terminal.viewers", { n: count });
  }

  /** The program's own title; control characters are dropped and the length bounded. */
  title(title: string): void {
    const clean = title.replace(/\p{C}/gu, "").trim().slice(0, 120);
    const element = this.find("data-terminal-title");
    if (element) element.textContent = clean;
    document.title = clean ? `${clean} · ${this.pageTitle}` : this.pageTitle;
  }

  /** Shows a message over the terminal; for `milliseconds`, or until the next one. */
  notice(text: string | undefined, milliseconds?: number): void {
    clearTimeout(this.noticeTimer);
    const element = this.find("data-terminal-notice");
    if (!element) return;
    const shown = text ?? this.standing;
    element.textContent = shown ?? "";
    element.hidden = shown === undefined;
    if (milliseconds) this.noticeTimer = setTimeout(() => this.notice(undefined), milliseconds);
  }

  ended(end: EndReason | undefined): void {
    clearInterval(this.ticker);
    this.standing = undefined;
    this.notice(undefined);
    this.main.dataset["reason"] = end?.reason ?? "unknown";
    const words = endedWords(end, this.main.dataset["memoryLimit"]);
    const time = this.find("data-terminal-time");
    if (time) time.hidden = true;
    this.title("");
    setText(this.find("data-terminal-ended-title"), words.title);
    setText(this.find("data-terminal-ended-text"), words.text);
    const box = this.find("data-terminal-ended");
    if (!box) return;
    box.hidden = false;
    box.querySelector<HTMLElement>("button, a")?.focus();
  }

  private tick(): void {
    const element = this.find("data-terminal-time");
    if (!element || this.expiresAt === undefined) return;
    const left = timeLeft(this.expiresAt - (Date.now() + this.clockOffset));
    element.textContent = left.text;
    element.classList.toggle("bar-time-warning", left.warning);
    if (left.warning && !this.warned && this.main.dataset["state"] === "connected") {
      this.warned = true;
      this.notice(say("terminal.nearEnd"), 10_000);
    }
  }

  private pill(state: string, word: string): void {
    const pill = this.find("data-terminal-state");
    if (!pill) return;
    pill.textContent = word;
    pill.dataset["state"] = state;
  }

  private find(hook: string): HTMLElement | null {
    return document.querySelector<HTMLElement>(`[${hook}]`);
  }
}

function setText(element: HTMLElement | null, text: string): void {
  if (element) element.textContent = text;
}
