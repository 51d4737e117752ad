/**
 * `[data-refresh="/path"]`: a part of the page that the server draws again every few seconds. The
 * button that it gets stops that; a page that nobody sees asks for nothing.
 */

const EVERY_MS = 5_000;

export function startRefresh(): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-refresh]")) keepFresh(part);
}

function keepFresh(part: HTMLElement): void {
  const { refresh: path, pause = "Pause", resume = "Go on", stale = "" } = part.dataset;
  if (!path) return;
  const bar = document.createElement("div");
  bar.className = "refresh-bar";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small button-quiet";
  button.textContent = pause;
  bar.append(said, button);
  part.before(bar);

  let paused = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? resume : pause;
    if (!paused) void refresh();
  });
  const refresh = async () => {
    try {
      const answer = await fetch(path, { headers: { accept: "text/html" }, redirect: "error" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const html = await answer.text();
      if (!paused) replace(part, html);
      say("");
    } catch {
      say(stale);
    }
  };
  const say = (words: string) => {
    if (said.textContent !== words) said.textContent = words;
  };
  setInterval(() => {
    // What somebody is in the middle of stays as it is.
    const busy = part.contains(document.activeElement) || holdsSelection(part);
    if (!paused && !document.hidden && !busy) void refresh();
  }, EVERY_MS);
}

function holdsSelection(part: HTMLElement): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode);
}

/** What was opened stays open. */
function replace(part: HTMLElement, html: string): void {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  for (const kept of part.querySelectorAll<HTMLDetailsElement>("details[data-keep][open]")) {
    const again = fresh.querySelector<HTMLDetailsElement>(`details[data-keep="${kept.dataset["keep"]}"]`);
    if (again) again.open = true;
  }
  part.replaceChildren(...fresh.childNodes);
}
