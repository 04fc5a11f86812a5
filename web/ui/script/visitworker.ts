// The worker of visits. It shows the pages of visits that a reviewer opened
// before when there is no network, and the files they are made of. It keeps
// nothing itself (lib/visitkeep.ts does) and touches nothing else. When the
// server leads to the sign-in, all that was kept is deleted.
//
// It imports nothing, because a browser takes it as one plain script.
(() => {
  const worker = self as any;
  const prefix = "visits:";
  const patience = 6000; // For a weak network, when there is a page at hand.
  const pages = /^\/console\/curation\/(visits|shops\/[^/]+\/visit)$/;

  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (e: any) => e.waitUntil(worker.clients.claim()));
  worker.addEventListener("fetch", (e: any) => {
    const url = new URL(e.request.url);
    if (url.origin !== location.origin || e.request.method !== "GET") return;
    if (e.request.mode === "navigate" && pages.test(url.pathname)) e.respondWith(page(e.request, url.pathname));
    else if (url.pathname.startsWith("/assets/")) e.respondWith(file(e.request));
  });

  async function page(request: Request, path: string): Promise<Response> {
    const kept = await find(path);
    try {
      const fresh = await (kept ? within(fetch(request)) : fetch(request));
      if (fresh.type === "opaqueredirect" || fresh.status === 401 || fresh.status === 403) await forget();
      return kept && fresh.status >= 500 ? kept : fresh;
    } catch (e) {
      if (kept) return kept;
      throw e;
    }
  }

  async function file(request: Request): Promise<Response> {
    return (await find(new URL(request.url).pathname)) ?? fetch(request);
  }

  async function find(path: string): Promise<Response | undefined> {
    for (const name of await caches.keys()) {
      if (!name.startsWith(prefix)) continue;
      const kept = await (await caches.open(name)).match(path, { ignoreVary: true });
      if (kept) return kept;
    }
    return undefined;
  }

  async function forget(): Promise<void> {
    for (const name of await caches.keys()) if (name.startsWith(prefix)) await caches.delete(name);
  }

  function within(answer: Promise<Response>): Promise<Response> {
    return new Promise((done, failed) => {
      setTimeout(() => failed(new Error("late")), patience);
      answer.then(done, failed);
    });
  }
})();
