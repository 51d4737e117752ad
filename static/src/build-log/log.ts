/** Follows a build's log over server-sent events. See README.md for the markup. */

import { duration } from "../text/duration";
import { failureWords, isFinal, stateWords, type BuildEvent, type BuildState, type Failure } from "./events";
import { LogView } from "./view";

export function startLogs(): void {
  for (const section of document.querySelectorAll<HTMLElement>("[data-log]")) new Log(section).start();
}

class Log {
  private readonly view: LogView;
  private seen = -1;
  private readonly created: number;
  private ticker: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly section: HTMLElement) {
    const body = section.querySelector<HTMLElement>("[data-log-body]") ?? section;
    body.replaceChildren();
    this.view = new LogView(body, section.querySelector("[data-log-follow]"));
    const created = Date.parse(section.dataset["created"] ?? "");
    this.created = Number.isNaN(created) ? Date.now() : created;
  }

  start(): void {
    const source = new EventSource(this.section.dataset["log"] ?? "");
    let opened = false;
    source.onopen = () => {
      // A server that numbers no events starts over after a lost connection.
      if (opened && this.seen < 0) this.view.clear();
      opened = true;
      this.section.dataset["link"] = "live";
    };
    source.onmessage = (message) => {
      if (!this.isNew(message.lastEventId)) return;
      const event = JSON.parse(message.data) as BuildEvent;
      this.view.add(event);
      if (event.kind === "state") this.state(event.state, event.failure ?? undefined, event.at_ms, source);
    };
    source.onerror = () => {
      const dead = source.readyState === EventSource.CLOSED;
      this.section.dataset["link"] = dead ? "lost" : "reconnecting";
      if (dead) clearInterval(this.ticker);
    };
    if (!isFinal(this.section.dataset["state"] ?? "")) {
      const tick = () => this.elapsed(Date.now() - this.created);
      tick();
      this.ticker = setInterval(tick, 1000);
    }
  }

  private isNew(id: string): boolean {
    if (!/^\d+$/.test(id)) return true;
    if (Number(id) <= this.seen) return false;
    this.seen = Number(id);
    return true;
  }

  private state(state: BuildState, failure: Failure | undefined, at: number, source: EventSource): void {
    this.section.dataset["state"] = state;
    const pill = this.section.querySelector<HTMLElement>("[data-log-state]");
    if (pill) {
      pill.dataset["state"] = state;
      pill.textContent = stateWords(state);
    }
    if (!isFinal(state)) return;
    source.close();
    clearInterval(this.ticker);
    this.elapsed(at);
    this.view.finish(at, state === "failed");
    for (const element of document.querySelectorAll<HTMLElement>("[data-log-running]")) element.hidden = true;
    for (const element of document.querySelectorAll<HTMLElement>("[data-log-end]")) {
      element.hidden = element.dataset["logEnd"] !== state;
    }
    const place = document.querySelector<HTMLElement>("[data-log-failure]");
    if (failure && place && place.textContent?.trim() === "") place.append(notice(failureWords(failure)));
  }

  private elapsed(milliseconds: number): void {
    const element = this.section.querySelector<HTMLElement>("[data-log-elapsed]");
    if (element) element.textContent = duration(milliseconds);
  }
}

function notice(text: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "notice notice-error";
  element.setAttribute("role", "alert");
  element.textContent = text;
  return element;
}
