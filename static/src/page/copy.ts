/** `data-copy="#id"` and `data-copy-text="…"`: buttons that copy a text. */

import { say } from "../text/words";

const SAID_MS = 1_600;

export function startCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy], [data-copy-text]")) {
    const label = button.textContent;
    let timer: ReturnType<typeof setTimeout> | undefined;
    button.addEventListener("click", async () => {
      const done = await copy(textOf(button));
      button.textContent = say(done ? "copied" : "pressCtrlC");
      clearTimeout(timer);
      timer = setTimeout(() => (button.textContent = label), SAID_MS);
    });
  }
}

function source(button: HTMLElement): HTMLElement | null {
  const selector = button.dataset["copy"];
  return selector ? document.querySelector<HTMLElement>(selector) : null;
}

function textOf(button: HTMLElement): { text: string; element: HTMLElement | null } {
  const element = source(button);
  const value = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.value : element?.textContent;
  return { text: button.dataset["copyText"] ?? value?.trim() ?? "", element };
}

/** Where the browser gives no clipboard, the text is selected so that a key press copies it. */
async function copy({ text, element }: { text: string; element: HTMLElement | null }): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (!element) return false;
    getSelection()?.selectAllChildren(element);
    return document.execCommand("copy");
  }
}
