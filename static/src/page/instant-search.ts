/**
 * `form[data-instant-search="#list"]`: the list follows what is typed. The server makes it, by the
 * same address with `fragment=1`; without this script the form is sent as any other.
 */

import { startBusyForms } from "./busy-form";

/** Long enough that a word is not looked for letter by letter, short enough to feel at once. */
const PAUSE_MS = 150;

export function startInstantSearch(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-instant-search]");
  const list = form && document.querySelector<HTMLElement>(form.dataset["instantSearch"] ?? "");
  const input = form?.querySelector<HTMLInputElement>("input[type=search]");
  if (!form || !list || !input) return;
  const search = new InstantSearch(form, list);
  input.addEventListener("input", (event) => {
    // Korean and Japanese are put together letter by letter; each step is worth a look.
    if (event instanceof InputEvent || input.value === "") search.soon();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search.now();
  });
}

/** The address of a search, without what is empty. */
export function addressOf(action: string, fields: Iterable<[string, string]>): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields) if (value.trim() !== "") query.set(name, value.trim());
  const text = query.toString();
  return text === "" ? action : `${action}?${text}`;
}

class InstantSearch {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private shown: string;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly list: HTMLElement,
  ) {
    this.shown = this.address();
  }

  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), PAUSE_MS);
  }

  now(): void {
    clearTimeout(this.timer);
    void this.look();
  }

  private address(): string {
    const fields: [string, string][] = [];
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") fields.push([name, value]);
    return addressOf(this.form.getAttribute("action") ?? "", fields);
  }

  private async look(): Promise<void> {
    const address = this.address();
    if (address === this.shown) return;
    // What was asked before is of no interest any more.
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.list.classList.add("results-loading");
    try {
      const fragment = `${address}${address.includes("?") ? "&" : "?"}fragment=1`;
      const response = await fetch(fragment, { signal: running.signal, headers: { accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      this.show(address, await response.text());
    } catch {
      // The page itself says what is wrong, or works.
      if (!running.signal.aborted) location.assign(address);
    } finally {
      if (this.running === running) this.list.classList.remove("results-loading");
    }
  }

  private show(address: string, html: string): void {
    this.shown = address;
    this.list.innerHTML = html;
    startBusyForms(this.list);
    history.replaceState(history.state, "", address);
    const status = document.querySelector("[data-search-status]");
    const told = this.list.querySelector<HTMLElement>("[data-count]")?.dataset["count"];
    if (status) status.textContent = told ?? "";
  }
}
