/**
 * `data-wait`: a notice that something is under way. The page is looked at again every few seconds;
 * the notice says what is new, and when it is over the page is loaded anew, unless that would take
 * away what somebody is typing. With `="until-over"` the notice just goes: the page tells the rest.
 */

const PAUSE_MS = 4_000;

export function startWaiting(): void {
  const notice = document.querySelector<HTMLElement>("[data-wait]");
  if (notice) setTimeout(() => void look(notice), PAUSE_MS);
}

async function look(notice: HTMLElement): Promise<void> {
  const again = () => setTimeout(() => void look(notice), PAUSE_MS);
  if (document.hidden || isTyping()) return void again();
  const fresh = await fetchNotice();
  // The server cannot be reached just now: what was known stays.
  if (fresh === undefined) return void again();
  if (fresh === null) return notice.dataset["wait"] === "until-over" ? notice.remove() : location.reload();
  // Screen readers say what changes here, so nothing changes without need.
  if (notice.textContent !== fresh.textContent) notice.replaceChildren(...fresh.childNodes);
  again();
}

/** The notice as it is now; `null` when the page has none any more. */
async function fetchNotice(): Promise<Element | null | undefined> {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return undefined;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-wait]");
  } catch {
    return undefined;
  }
}

function isTyping(): boolean {
  return [...document.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue);
}
