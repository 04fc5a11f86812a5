// The member's code: a new one is fetched before the ring is empty, and at
// once when the phone comes back to light or to the network. While offline the
// card says so; a code that is past its time is hidden, because showing it
// would only make the till refuse it.
import { left } from "./lib/countdown";
import { announce, arrived, parse } from "./lib/page";

const early = 3; // Seconds before the end.
let busy = false;

function card(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-code]");
}

function ring(): HTMLElement | null {
  return card()?.querySelector<HTMLElement>("[data-ring]") ?? null;
}

async function renew(): Promise<void> {
  const old = card();
  const url = old?.dataset.codeRenew;
  if (!old || !url || busy) return;
  busy = true;
  try {
    const r = await fetch(url, { method: "POST", headers: { "X-Fragment": "1" }, credentials: "same-origin" });
    const next = r.ok ? parse(await r.text()).querySelector<HTMLElement>("[data-code]") : null;
    if (!next) {
      // Signed out, lapsed or too often: the page itself knows what to say.
      if (r.status === 401 || r.status === 409 || r.status === 410) location.reload();
      else stale();
      return;
    }
    const node = document.importNode(next, true);
    old.replaceWith(node);
    arrived(node);
  } catch {
    stale();
  } finally {
    busy = false;
  }
}

/** Says that no new code came, and hides the old one when its time is over. */
function stale(): void {
  const c = card();
  const r = ring();
  if (!c || !r) return;
  const state = c.querySelector<HTMLElement>("[data-code-state]");
  const text = c.dataset.codeOffline ?? "";
  if (state && state.textContent !== text) {
    state.textContent = text;
    announce(text);
  }
  c.classList.toggle("stale", left(r) === 0);
}

// A card comes without a code: looking at a page makes none.
const first = ring();
if (first && !document.hidden && left(first) <= early) void renew();

window.setInterval(() => {
  const r = ring();
  if (!r || document.hidden) return;
  if (left(r) <= early) void renew();
}, 1000);

document.addEventListener("visibilitychange", () => {
  const r = ring();
  if (!document.hidden && r && left(r) <= early) void renew();
});
window.addEventListener("online", () => void renew());
