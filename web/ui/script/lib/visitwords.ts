// What the pages of visits share: the line that tells how much waits, and the
// moments for sending.
import type { Say } from "./make";
import type { State } from "./post";
import { keep } from "./visitkeep";
import { waiting, type Waiting } from "./visitstore";
import { flush } from "./visitsync";

/** What is to be sent yet: neither refused nor done but for refused photos. */
export const unsent = (w: Waiting): boolean => w.refused === undefined && (!w.to || w.photos.some((p) => !p.sent && p.refused === undefined));

/** Tells in one line what waits and why. */
export function line(place: HTMLElement | null, say: Say, state: State, mine: Waiting[]): void {
  if (!place) return;
  const n = mine.filter(unsent).length;
  let text = "";
  if (n > 0 && state === "sending") text = say("sending", n);
  else if (n > 0) text = say(state === "signin" || state === "busy" ? state : "queued") + " · " + say("waiting", n);
  place.hidden = text === "";
  place.dataset.look = state === "signin" ? "bad" : "";
  if (place.textContent !== text) place.textContent = text;
}

/**
 * Watches what this phone keeps for the person that the page is for: show is
 * called at once and whenever it changed, and it is sent whenever there may be
 * a network. Returns what sends at once.
 */
export function watch(of: HTMLElement, show: (state: State, mine: Waiting[], others: number) => void): () => void {
  const by = of.dataset.by ?? "";
  const to = of.dataset.to ?? "";
  let state: State = "idle";
  const look = async () => {
    const all = await waiting();
    const mine = all.filter((w) => w.by === by);
    show(navigator.onLine ? state : "offline", mine, all.length - mine.length);
  };
  const send = () => {
    void look();
    if (navigator.onLine) {
      void flush({ by, to, tell: (now) => {
        state = now;
        void look();
      } });
    }
  };
  window.addEventListener("online", send);
  window.addEventListener("offline", () => void look());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => document.visibilityState === "visible" && send(), 20000);
  send();
  const path = location.pathname;
  void keep(by, path === to ? [to] : [path, to]).catch(() => undefined);
  return send;
}
