/** The guided demo beside the terminal. Its markup is templates/demo_panel.html, with all its words. */

import { readChecks, Waiting } from "./check";
import { fill, readProgress, withDone, type Progress } from "./progress";
import { Since, type Shown } from "./since";

const LOOK_AFTER_MS = 120;

export interface Hands {
  shown: Shown;
  /** Types as the visitor would. */
  type(text: string): void;
  focus(): void;
}

export class Panel {
  private readonly steps: HTMLElement[];
  private readonly since: Since;
  private readonly key: string;
  private progress: Progress;
  private waiting = new Waiting([]);
  private ran = new Set<Element>();
  private begun = false;
  private trusted = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `undefined` on a page without a demo. */
  static find(main: HTMLElement, hands: Hands): Panel | undefined {
    const root = document.querySelector<HTMLElement>("[data-demo]");
    return root ? new Panel(root, main, hands) : undefined;
  }

  private constructor(
    private readonly root: HTMLElement,
    private readonly main: HTMLElement,
    private readonly hands: Hands,
  ) {
    this.steps = [...root.querySelectorAll<HTMLElement>("[data-demo-step]")];
    this.since = new Since(hands.shown);
    this.key = `trythis.demo.${main.dataset["sandbox"] ?? ""}`;
    this.progress = readProgress(kept(this.key), this.steps.length);
    if (this.progress.since !== undefined) {
      this.since.restore(this.progress.since);
      this.begun = true;
    }
    this.bind();
    this.show(this.progress.at);
    this.open(this.progress.open);
    this.allow();
  }

  /** The terminal shows what the server keeps of it: from now on what it shows can be trusted. */
  painted(): void {
    this.trusted = true;
    this.output();
  }

  /** All of the terminal is painted anew. */
  repainted(): void {
    this.since.repainted();
  }

  /** The terminal shows more. */
  output(): void {
    if (!this.trusted) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.begun) this.begin();
      this.look();
    }, LOOK_AFTER_MS);
  }

  private bind(): void {
    this.on("[data-demo-run]", (button) => this.run(button));
    this.on("[data-demo-previous]", () => this.go(-1));
    this.on("[data-demo-next]", () => this.go(1));
    this.on("[data-demo-close]", () => {
      this.open(false);
      this.hands.focus();
    });
    const toggle = document.querySelector<HTMLElement>("[data-demo-toggle]");
    toggle?.addEventListener("click", () => {
      this.open(this.root.hidden !== false);
      if (this.root.hidden) this.hands.focus();
      else this.title()?.focus();
    });
    // The bar writes there how the sandbox stands.
    new MutationObserver(() => this.allow()).observe(this.main, { attributeFilter: ["data-state", "data-frozen"] });
  }

  private on(selector: string, act: (button: HTMLElement) => void): void {
    for (const button of this.root.querySelectorAll<HTMLElement>(selector)) {
      button.addEventListener("click", () => act(button));
    }
  }

  private live(): boolean {
    return this.main.dataset["state"] === "connected" && !this.main.hasAttribute("data-frozen");
  }

  /** Commands run only where somebody hears them. */
  private allow(): void {
    const live = this.live();
    for (const button of this.root.querySelectorAll<HTMLButtonElement>("[data-demo-run]")) button.disabled = !live;
  }

  private run(button: HTMLElement): void {
    const command = button.closest(".demo-command")?.querySelector("[data-demo-command]");
    if (!command || !this.live()) return;
    // What was shown so far is looked at first: from here on only what follows counts.
    this.look();
    this.begin();
    this.hands.type(`${command.textContent ?? ""}\r`);
    // A touch would call up the keyboard over what is to be read.
    if (!matchMedia("(pointer: coarse)").matches) this.hands.focus();
    this.ran.add(command);
    const step = this.step();
    if (!step || this.checks().length > 0) return;
    const commands = [...step.querySelectorAll("[data-demo-command]")];
    if (commands.every((each) => this.ran.has(each))) this.done();
  }

  private go(by: number): void {
    const at = this.progress.at + by;
    if (at < 0 || at >= this.steps.length) return;
    if (by > 0 && this.asksNothing()) this.done();
    this.show(at);
    this.begin();
    if (at === this.steps.length - 1 && this.asksNothing()) this.done();
    const body = this.root.querySelector("[data-demo-body]");
    if (body) body.scrollTop = 0;
    this.title()?.focus({ preventScroll: true });
  }

  /** A step that is only read is done when the visitor goes on, or has come to the end. */
  private asksNothing(): boolean {
    return this.checks().length === 0 && !this.step()?.querySelector("[data-demo-command]");
  }

  private show(at: number): void {
    this.progress = { ...this.progress, at };
    this.steps.forEach((step, index) => (step.hidden = index !== at));
    this.waiting = new Waiting(this.checks());
    this.tell();
    this.keep();
  }

  private begin(): void {
    this.since.begin();
    this.begun = true;
    this.keep();
  }

  private look(): void {
    if (!this.begun || this.isDone() || this.checks().length === 0) return;
    if (this.waiting.look(this.since.read())) this.done();
  }

  private done(): void {
    if (this.isDone()) return;
    const at = this.progress.at;
    this.progress = withDone(this.progress, at);
    const all = this.progress.done.length === this.steps.length;
    const words = fill(this.root.dataset["doneWords"], { n: at + 1 });
    const said = this.root.querySelector("[data-demo-said]");
    if (said) said.textContent = all ? `${words} ${this.root.dataset["allWords"] ?? ""}` : words;
    this.tell();
    this.keep();
  }

  private isDone(): boolean {
    return this.progress.done.includes(this.progress.at);
  }

  private open(open: boolean): void {
    this.root.hidden = !open;
    document.querySelector("[data-demo-toggle]")?.setAttribute("aria-expanded", String(open));
    this.progress = { ...this.progress, open };
    this.keep();
  }

  /** Brings marks, words and buttons up to date. */
  private tell(): void {
    const { at, done } = this.progress;
    const place = this.root.querySelector("[data-demo-place]");
    if (place) place.textContent = fill(this.root.dataset["placeWords"], { n: at + 1, all: this.steps.length });
    this.root.querySelectorAll<HTMLElement>("[data-demo-mark]").forEach((mark, index) => {
      mark.toggleAttribute("data-done", done.includes(index));
      mark.toggleAttribute("data-here", index === at);
    });
    const check = this.step()?.querySelector<HTMLElement>("[data-demo-done]");
    if (check) check.hidden = !this.isDone();
    const previous = this.root.querySelector<HTMLButtonElement>("[data-demo-previous]");
    if (previous) previous.disabled = at === 0;
    const next = this.root.querySelector<HTMLButtonElement>("[data-demo-next]");
    if (!next) return;
    next.disabled = at === this.steps.length - 1;
    next.classList.toggle("button-primary", this.isDone() && !next.disabled);
  }

  private keep(): void {
    this.progress.since = this.begun ? this.since.lines : undefined;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.progress));
    } catch {
      // A browser that keeps nothing begins anew after a reload.
    }
  }

  private step(): HTMLElement | undefined {
    return this.steps[this.progress.at];
  }

  private checks(): ReturnType<typeof readChecks> {
    return readChecks(this.step()?.dataset["checks"]);
  }

  private title(): HTMLElement | null | undefined {
    return this.step()?.querySelector<HTMLElement>(".demo-step-title");
  }
}

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}
