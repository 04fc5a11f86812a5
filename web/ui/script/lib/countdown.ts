// Seconds that run down: rings ([data-ring]) and deadlines ([data-ends]). The
// end is counted from when the element came, so the phone's clock may be wrong.
import { each } from "./page";

const ends = new WeakMap<HTMLElement, number>();
let ticking = 0;

export function countdowns(root: ParentNode): void {
  each(root, "[data-left]", (e) => {
    if (!ends.has(e)) ends.set(e, performance.now() + Number(e.dataset.left) * 1000);
  });
  if (!ticking && document.querySelector("[data-left]")) ticking = window.setInterval(tick, 200);
  tick();
}

/** Seconds left, with fraction. */
export function left(e: HTMLElement): number {
  return Math.max(0, ((ends.get(e) ?? 0) - performance.now()) / 1000);
}

function tick(): void {
  const all = document.querySelectorAll<HTMLElement>("[data-left]");
  if (all.length === 0) {
    window.clearInterval(ticking);
    ticking = 0;
  }
  all.forEach((e) => {
    const s = left(e);
    if (e.dataset.ends !== undefined) show(e, clock(Math.ceil(s)));
    if (e.dataset.ring !== undefined) {
      const span = Number(e.dataset.span) || 1;
      e.querySelector(".ring-left")?.setAttribute("stroke-dashoffset", String(100 - (100 * s) / span));
      const text = e.querySelector<HTMLElement>("[data-ring-text]");
      if (text) show(text, String(Math.ceil(s)));
    }
    if (s === 0 && e.dataset.over === undefined) {
      e.dataset.over = "";
      e.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    }
  });
}

function show(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}

function clock(s: number): string {
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
