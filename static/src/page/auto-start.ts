/**
 * `data-auto-start` on the form that starts a sandbox: sends it once, for a person who came by a
 * click (the server marks no other). Not before the page is seen, and not again on a reload or on
 * the way back.
 */

export interface Arrival {
  /** How the browser came here: `navigate`, `reload`, `back_forward` or `prerender`. */
  type: string | undefined;
  /** What this page left in the history at an earlier visit. */
  state: unknown;
}

/** Whether nothing was started from this entry of the history. */
export function isFirst({ type, state }: Arrival): boolean {
  return type === "navigate" && !(typeof state === "object" && state !== null && "started" in state);
}

export function startByItself(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-auto-start]");
  const type = performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined;
  if (!form || !isFirst({ type: type?.type, state: history.state })) return;
  whenSeen(() => {
    history.replaceState({ started: true }, "");
    form.requestSubmit();
  });
}

function whenSeen(then: () => void): void {
  const early = (document as Document & { prerendering?: boolean }).prerendering === true;
  if (document.visibilityState === "visible" && !early) return then();
  const event = early ? "prerenderingchange" : "visibilitychange";
  document.addEventListener(event, () => whenSeen(then), { once: true });
}
