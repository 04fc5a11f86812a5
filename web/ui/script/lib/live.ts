// A page that follows the server. <main data-live data-live-url="..."> names an
// event stream; each event is a version of what the page shows. When it
// changes, the page is fetched again as a fragment and every element with
// data-live-region is replaced by the one of the same name. The version that
// the page was made at stands on it, so that a change before the stream opens is
// not missed. Without a stream the page is asked every two seconds.
import { announce, arrived, parse, word } from "./page";

const poll = 2000;
let version = "";
let timer = 0;

export function live(): void {
  const main = document.querySelector<HTMLElement>("[data-live]");
  const url = main?.dataset.liveUrl;
  if (!url) return;
  version = main?.dataset.liveVersion ?? "";
  if (!("EventSource" in window)) {
    timer = window.setInterval(refetch, poll);
    return;
  }
  listen(url);
}

function listen(url: string): void {
  const source = new EventSource(url);
  source.addEventListener("open", () => {
    state(true);
    window.clearInterval(timer);
    timer = 0;
  });
  source.addEventListener("version", (e) => {
    const next = (e as MessageEvent<string>).data;
    if (version && next !== version) void refetch();
    version = next;
  });
  source.addEventListener("error", () => {
    state(false);
    if (!timer) timer = window.setInterval(refetch, poll);
    // A stream that the server refused is not opened again by the browser.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(url), 5 * poll);
  });
  window.addEventListener("pagehide", () => source.close());
}

let fetching = false;
let again = false;

/** Fetches this page, by its own address where a refused form was answered, as a fragment and replaces its live regions. */
export async function refetch(): Promise<void> {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const page = new URL(document.querySelector<HTMLElement>("[data-live]")?.dataset.livePage || location.href, location.href);
    const r = await fetch(page, { headers: { "X-Fragment": "1" }, credentials: "same-origin", cache: "no-store" });
    if (r.redirected && new URL(r.url).pathname !== page.pathname) {
      location.assign(r.url);
      return;
    }
    if (r.status < 500) replace(await r.text());
    state(true);
  } catch {
    state(false);
  } finally {
    fetching = false;
    if (again) {
      again = false;
      void refetch();
    }
  }
}

/** Replaces the live regions of the page by those of the same name in html. */
export function replace(html: string): void {
  const fresh = parse(html);
  document.querySelectorAll<HTMLElement>("[data-live-region]").forEach((old) => {
    const name = old.dataset.liveRegion;
    const next = fresh.querySelector<HTMLElement>(`[data-live-region="${CSS.escape(name ?? "")}"]`);
    if (!next || next.isEqualNode(old)) return;
    // It is of the same version: what was tapped into it meanwhile stays.
    if (old.dataset.liveOf && old.dataset.liveOf === next.dataset.liveOf) return;
    // Someone is typing there: what they wrote is worth more than being fresh.
    if (old.contains(document.activeElement) && (document.activeElement as HTMLElement).matches("input, textarea, select")) return;
    const node = document.importNode(next, true);
    const focus = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(node);
    if (focus) refocus(node, focus);
    arrived(node);
    announce(node.querySelector<HTMLElement>("[data-announce], h1")?.textContent ?? "");
    document.dispatchEvent(new CustomEvent("live", { detail: node }));
  });
}

/** Puts the focus where it was, or on the region, so that keys go on working. */
function refocus(node: HTMLElement, was: Element): void {
  const same = was.id ? node.querySelector<HTMLElement>("#" + CSS.escape(was.id)) : null;
  if (!same) node.tabIndex = -1;
  (same ?? node).focus({ preventScroll: true });
}

function state(ok: boolean): void {
  document.querySelectorAll<HTMLElement>("[data-live-state]").forEach((e) => {
    const text = word(ok ? "liveOn" : "liveOff");
    if (e.textContent !== text) e.textContent = text;
    e.dataset.ok = ok ? "yes" : "no";
  });
}
