/** `data-tabs`: the style sheet switches panels by radio buttons; this keeps the choice in the address. */

export function startTabs(): void {
  for (const tabs of document.querySelectorAll<HTMLElement>("[data-tabs]")) {
    const radios = [...tabs.querySelectorAll<HTMLInputElement>(":scope > .tabs-radio")];
    const chosen = radios.find((radio) => radio.id !== "" && location.hash === `#${radio.id}`);
    if (chosen) chosen.checked = true;
    for (const radio of radios) {
      radio.addEventListener("change", () => history.replaceState(history.state, "", `#${radio.id}`));
    }
  }
}
