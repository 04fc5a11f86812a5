// The worker of the member's pages. When the network is away or too slow it
// shows pages that were read before, and the files they are made of; for the
// rest it has a page that says what is there.
//
//   kept        home, search, map, shops, notes, lists; the map's data
//   never kept  code, card, bills, receipts, one's own page, sign-in; anything
//               that is not a whole page of ours
//
// Pages belong to a reader (X-Reader, which the server writes on every page).
// As soon as a page of another reader comes by, signed out included, all that
// was kept goes. Of pages the newest sixty stay, for a month; of files, which
// bear a print of their content in their name and are never asked for twice,
// those last used. Another form of what is kept is another name below.
//
// It imports nothing, because a browser takes it as one plain script.
(() => {
  const worker = self as any;
  const pagesName = "member:pages:1";
  const filesName = "member:files:1";
  const readerKey = "/reader"; // Not an address of ours: where the reader is noted.
  const offlinePath = "/offline";
  const pagesMax = 60;
  const filesMax = 120;
  const age = 30 * 24 * 3600 * 1000;
  const patience = 3000; // For a weak network, when there is a page at hand.
  const keepable = /^\/($|search$|map$|map\/(shops|base)\.geojson$|shops\/[^/]+$|notes\/[^/]+$|lists(\/|$)|saved$|rules\/)/;
  const shown = /^\/($|search$|map$|shops\/|notes\/|lists|saved$|rules\/|card$|me$|receipts$|offline$)/; // Where the offline page may stand.
  const kept = new Map<string, number>(); // Windows that show a kept page: when it was read.
  let asked = 0; // Pages that were asked for.
  let heard = 0; // The last of them whose answer counted: a late one says nothing of who is here now.

  worker.addEventListener("install", (e: any) => e.waitUntil(prepare()));
  worker.addEventListener("activate", (e: any) => e.waitUntil(take()));
  worker.addEventListener("message", (e: any) => {
    if (e.data === "when") e.source?.postMessage({ kept: kept.get(e.source.id) ?? 0 });
    if (typeof e.data?.keep === "string") e.waitUntil(first(new URL(e.data.keep, location.origin)));
  });
  worker.addEventListener("fetch", (e: any) => {
    const url = new URL(e.request.url);
    if (url.origin !== location.origin || e.request.method !== "GET") return;
    if (url.pathname.startsWith("/assets/")) e.respondWith(file(e.request));
    else if (e.request.mode === "navigate" ? shown.test(url.pathname) : url.pathname.endsWith(".geojson") && keepable.test(url.pathname)) e.respondWith(page(e, url));
  });

  async function prepare(): Promise<void> {
    await offline();
    await worker.skipWaiting();
  }

  async function offline(): Promise<void> {
    const answer = await fetch(offlinePath);
    if (answer.ok) await keep(new URL(offlinePath, location.origin), answer);
  }

  /** Lets the offline page speak the language of the pages. */
  async function speak(language: string | null): Promise<void> {
    const old = await find(new URL(offlinePath, location.origin));
    if (language && old?.headers.get("Content-Language") !== language) await offline().catch(() => undefined);
  }

  /** Keeps the page from which the worker was called, which it did not see. */
  async function first(url: URL): Promise<void> {
    if (!keepable.test(url.pathname)) return;
    const turn = ++asked;
    await note(url, await fetch(url), turn);
  }

  /** Drops what earlier workers kept under other names. */
  async function take(): Promise<void> {
    for (const name of await caches.keys()) if (name.startsWith("member:") && name !== pagesName && name !== filesName) await caches.delete(name);
    await worker.clients.claim();
  }

  /** The network's answer if it comes in time, else what was kept, else the network's answer, else the offline page. */
  async function page(e: any, url: URL): Promise<Response> {
    const old = keepable.test(url.pathname) ? await find(url) : undefined;
    const turn = e.request.mode === "navigate" ? ++asked : 0;
    const fresh = fetch(e.request).then(async (answer) => {
      await note(url, answer, turn);
      return answer;
    });
    e.waitUntil(fresh.catch(() => undefined));
    try {
      const answer = await (old ? within(fresh) : fresh);
      if (!old || answer.status < 500) return answer;
    } catch {
      // Too slow, or no network.
    }
    const stand = old ?? (e.request.mode === "navigate" ? await find(new URL(offlinePath, location.origin)) : undefined);
    if (!stand) return fresh;
    if (old && e.resultingClientId) kept.set(e.resultingClientId, readAt(old));
    if (kept.size > 100) kept.delete(kept.keys().next().value!);
    return stand;
  }

  /** Looks at what came: whose it is, and whether it is kept. turn is 0 for what is no page. */
  async function note(url: URL, answer: Response, turn: number): Promise<void> {
    if (answer.type === "opaqueredirect" || (turn > 0 && turn < heard)) return;
    const reader = answer.headers.get("X-Reader");
    if (turn > 0) heard = turn;
    if (turn > 0 && reader) await belong(reader);
    if (turn > 0 && reader) await speak(answer.headers.get("Content-Language"));
    if (answer.status === 404 || answer.status === 410) await (await caches.open(pagesName)).delete(address(url));
    if (!keepable.test(url.pathname) || answer.status !== 200 || answer.redirected || url.searchParams.has("lat")) return;
    if (turn > 0 && (!reader || !(answer.headers.get("Content-Type") ?? "").startsWith("text/html"))) return;
    await keep(url, answer.clone());
  }

  /** Throws everything away when the reader is another than before. */
  async function belong(reader: string): Promise<void> {
    const pages = await caches.open(pagesName);
    const before = await (await pages.match(readerKey))?.text();
    if (before === reader) return;
    if (before !== undefined) await forget();
    await (await caches.open(pagesName)).put(readerKey, new Response(reader));
  }

  async function forget(): Promise<void> {
    const pages = await caches.open(pagesName);
    const offline = await pages.match(offlinePath);
    await caches.delete(pagesName);
    if (offline) await (await caches.open(pagesName)).put(offlinePath, offline);
  }

  async function keep(url: URL, answer: Response): Promise<void> {
    const pages = await caches.open(pagesName);
    const html = (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
    const body = await answer.clone().text();
    await pages.delete(address(url));
    await pages.put(address(url), answer);
    await trim(pages, pagesMax + 2);
    if (html) await Promise.all([...new Set(body.match(/\/assets\/[\w.-]+/g) ?? [])].map((path) => file(new Request(path)).catch(() => undefined)));
  }

  /** A page is kept under its path and query. */
  function address(url: URL): string {
    return url.pathname + url.search;
  }

  async function find(url: URL): Promise<Response | undefined> {
    const pages = await caches.open(pagesName);
    const options = { ignoreVary: true };
    const found = (await pages.match(address(url), options)) ?? (url.pathname.endsWith(".geojson") ? undefined : await pages.match(url.pathname, options));
    if (!found || url.pathname === offlinePath || Date.now() - readAt(found) < age) return found;
    await pages.delete(address(url));
    return undefined;
  }

  function readAt(answer: Response): number {
    return Date.parse(answer.headers.get("Date") ?? "") || 0;
  }

  async function file(request: Request): Promise<Response> {
    const files = await caches.open(filesName);
    const path = new URL(request.url).pathname;
    const found = await files.match(path, { ignoreVary: true });
    if (found) return found;
    const answer = await fetch(request);
    if (answer.status === 200) {
      await files.put(path, answer.clone());
      await trim(files, filesMax);
    }
    return answer;
  }

  /** Drops the oldest; the reader and the offline page stay. */
  async function trim(cache: Cache, max: number): Promise<void> {
    const all = await cache.keys();
    const old = all.filter((r) => ![readerKey, offlinePath].includes(new URL(r.url).pathname));
    for (const r of old.slice(0, Math.max(0, all.length - max))) await cache.delete(r);
  }

  function within(answer: Promise<Response>): Promise<Response> {
    return new Promise((done, failed) => {
      setTimeout(() => failed(new Error("late")), patience);
      answer.then(done, failed);
    });
  }
})();
