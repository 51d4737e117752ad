/**
 * `data-busy="…"` and `data-try-form`: forms whose button says what it is doing while the server
 * works. A form that starts a sandbox also sends the size that its terminal will have, so that the
 * program sees the right one at its first look.
 */

import { cellsThatFit } from "../terminal/geometry";
import { measure, numberToken, terminalFont } from "../terminal/style";
import { say } from "../text/words";

export function startBusyForms(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-try-form], form[data-busy]")) {
    let pressed: { button: HTMLButtonElement; label: string } | undefined;
    form.addEventListener("submit", (event) => {
      if (form.classList.contains("is-busy")) return event.preventDefault();
      if (form.dataset["tryForm"] !== undefined) fillSize(form);
      form.classList.add("is-busy");
      const button = event.submitter ?? form.querySelector("button:not([type=button])");
      if (!(button instanceof HTMLButtonElement)) return;
      pressed = { button, label: button.innerHTML };
      button.textContent = form.dataset["busy"] ?? say("starting");
      // After this event: a button that is disabled now would not be sent with the form.
      setTimeout(() => (button.disabled = true));
    });
    // Back from the next page: the browser may show this one as it was left.
    addEventListener("pageshow", () => {
      form.classList.remove("is-busy");
      if (!pressed) return;
      pressed.button.disabled = false;
      pressed.button.innerHTML = pressed.label;
      pressed = undefined;
    });
  }
}

function fillSize(form: HTMLFormElement): void {
  const cell = measure(terminalFont());
  if (!cell) return; // The server has a size of its own for this.
  const { columns, rows } = cellsThatFit(cell, {
    width: innerWidth, // The terminal page has no scroll bar of its own.
    height: innerHeight,
    bar: numberToken("--bar-height", 44) + numberToken("--keys-height", 0),
    padding: numberToken("--terminal-padding", 8),
    ratio: devicePixelRatio,
  });
  field(form, "columns").value = String(columns);
  field(form, "rows").value = String(rows);
}

function field(form: HTMLFormElement, name: string): HTMLInputElement {
  const existing = form.elements.namedItem(name);
  if (existing instanceof HTMLInputElement) return existing;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  form.append(input);
  return input;
}
