// Pages of the member's that can be read without a network: lets the worker
// that <html data-worker> names keep them, says when a page is one that was
// kept, and lists what is there on the page that stands for those that are not.
// Signing out takes all away.
import { announce, employ } from "./page";

const pagesName = "member:pages:1"; // As the worker has it.

export function offline(): void {
  const script = document.documentElement.dataset.worker;
  if (!script || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", (e) => {
    if (e.data?.kept) old(e.data.kept);
  });
  const ruled = navigator.serviceWorker.controller;
  ruled?.postMessage("when");
  employ(script).then(async () => {
    if (!ruled) (await navigator.serviceWorker.ready).active?.postMessage({ keep: location.pathname + location.search });
  }, () => undefined);
  document.querySelector('form[action="/signout"]')?.addEventListener("submit", () => {
    void caches.delete(pagesName);
  });
  void list();
}

/** Says that the page is from before. */
function old(at: number): void {
  const line = document.querySelector<HTMLElement>("[data-kept]");
  if (!line) return;
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(at);
  line.textContent = (line.dataset.kept ?? "").replace("{time}", when);
  line.hidden = false;
  announce(line.textContent);
}

/** Fills the offline page's list of what can be read. */
async function list(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-offline-list]");
  if (!place) return;
  const pages = await caches.open(pagesName);
  const rows: HTMLLIElement[] = [];
  for (const request of [...(await pages.keys())].reverse()) {
    const path = new URL(request.url).pathname + new URL(request.url).search;
    if (["/reader", "/offline"].includes(path) || path.includes(".geojson")) continue;
    const title = /<title>([^<]*)<\/title>/.exec((await (await pages.match(request, { ignoreVary: true }))?.text()) ?? "")?.[1];
    if (!title) continue;
    const link = document.createElement("a");
    link.href = path;
    link.textContent = plain(title).replace(/ · [^·]*$/, "");
    link.className = "row-main";
    const row = document.createElement("li");
    row.className = "row";
    row.append(link);
    rows.push(row);
  }
  place.replaceChildren(...rows);
  const none = document.querySelector<HTMLElement>("[data-offline-none]");
  if (none) none.hidden = rows.length > 0;
}

/** The characters that a title of ours escapes. */
function plain(title: string): string {
  return title.replace(/&#34;|&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
