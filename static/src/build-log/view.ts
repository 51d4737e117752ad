/** Draws a build's log: one foldable block a step, its lines inside. */

import { classes, parseLine, PLAIN, type Style } from "../text/ansi";
import { duration } from "../text/duration";
import { say } from "../text/words";
import type { BuildEvent } from "./events";

/** More lines of one step than this are not kept on the page; the server has them all. */
const LINES_KEPT = 3_000;
/** A step that printed more than this is folded when the next one begins. */
const LINES_OPEN = 300;

interface Step {
  element: HTMLDetailsElement;
  lines: HTMLElement;
  time: HTMLElement;
  began: number;
  dropped: number;
  style: Style;
  pending: DocumentFragment;
}

export class LogView {
  private step: Step | undefined;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;
  private following = true;

  constructor(
    private readonly body: HTMLElement,
    private readonly follow: HTMLButtonElement | null,
  ) {
    body.addEventListener("scroll", () => this.setFollowing(this.atEnd()), { passive: true });
    follow?.addEventListener("click", () => {
      this.setFollowing(true);
      this.toEnd();
    });
  }

  clear(): void {
    this.step = undefined;
    this.body.replaceChildren();
  }

  add(event: BuildEvent): void {
    switch (event.kind) {
      case "step":
        this.closeStep(event.at_ms, true);
        this.step = this.openStep(event.at_ms, `${event.number}/${event.total}`, event.text);
        break;
      case "output":
      case "note":
        this.step ??= this.openStep(event.at_ms, "", say("build.preparing"));
        this.line(this.step, event.text, event.kind);
        break;
      case "state":
        return;
    }
    // Not an animation frame: those stand still in a tab that is not looked at, and lines would pile up.
    this.flushTimer ??= setTimeout(() => this.flush(), 40);
  }

  /** The build is over; the last step stays open to be read. */
  finish(at: number, failed: boolean): void {
    this.flush();
    this.step?.element.classList.toggle("log-step-failed", failed);
    this.closeStep(at, false);
    if (this.following) this.toEnd();
  }

  private openStep(began: number, number: string, text: string): Step {
    const element = document.createElement("details");
    element.className = "log-step";
    element.open = true;
    const summary = document.createElement("summary");
    summary.className = "log-step-head";
    const time = span("log-step-time", "");
    summary.append(span("log-step-number", number), span("log-step-text", text), time);
    const lines = document.createElement("div");
    lines.className = "log-lines";
    element.append(summary, lines);
    this.body.append(element);
    return { element, lines, time, began, dropped: 0, style: PLAIN, pending: document.createDocumentFragment() };
  }

  private closeStep(at: number, fold: boolean): void {
    if (!this.step) return;
    this.flush();
    this.step.time.textContent = duration(at - this.step.began);
    this.step.element.classList.add("log-step-done");
    // What was printed stays to be read, unless it is so much that the rest would be lost behind it.
    const printed = this.step.lines.childElementCount;
    if (fold && (printed === 0 || printed > LINES_OPEN)) this.step.element.open = false;
    this.step = undefined;
  }

  private line(step: Step, text: string, kind: "output" | "note"): void {
    const element = document.createElement("div");
    element.className = kind === "note" ? "log-line log-note" : "log-line";
    const { spans, style } = parseLine(text, step.style);
    step.style = style;
    for (const part of spans) {
      const names = classes(part.style);
      element.append(names === "" ? part.text : span(names, part.text));
    }
    step.pending.append(element);
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    const { step } = this;
    if (!step) return;
    step.lines.append(step.pending);
    this.dropEarly(step);
    if (this.following) this.toEnd();
  }

  private dropEarly(step: Step): void {
    const excess = step.lines.childElementCount - LINES_KEPT;
    if (excess <= 0) return;
    for (let n = 0; n < excess; n += 1) step.lines.firstElementChild?.remove();
    step.dropped += excess;
    step.lines.dataset["dropped"] = say("build.dropped", { n: step.dropped });
  }

  private setFollowing(following: boolean): void {
    this.following = following;
    if (this.follow) this.follow.hidden = following;
  }

  private atEnd(): boolean {
    return this.body.scrollHeight - this.body.scrollTop - this.body.clientHeight < 24;
  }

  private toEnd(): void {
    this.body.scrollTop = this.body.scrollHeight;
  }
}

function span(className: string, text: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
