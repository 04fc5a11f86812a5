// Keeps the pages of visits that were opened, and the files they are made of,
// so that the worker can show them without a network. They are kept by name of
// the person; pages of others are deleted.
import { forget, kept } from "./leave";
import { employ } from "./page";

/** The most pages that are kept; the ones kept longest ago go first. */
const pagesMax = 30;

export async function keep(by: string, pages: string[]): Promise<void> {
  if (!("caches" in window) || !("serviceWorker" in navigator)) return;
  await forget(by);
  await employ("/console/curation/worker.js");
  if (!navigator.onLine) return;
  const cache = await caches.open(kept + by);
  for (const path of pages) await keepPage(cache, path);
  await tidy(cache);
}

async function keepPage(cache: Cache, path: string): Promise<void> {
  const r = await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!r.ok || r.redirected) return;
  const html = await r.text();
  const files = new Set(html.match(/\/assets\/[\w.-]+/g) ?? []);
  // Scripts load parts of themselves, which no page names.
  for (const e of performance.getEntriesByType("resource")) {
    const url = new URL(e.name);
    if (url.origin === location.origin && url.pathname.startsWith("/assets/")) files.add(url.pathname);
  }
  for (const file of files) {
    if (!(await cache.match(file, { ignoreVary: true }))) await cache.add(file);
  }
  const headers = new Headers(r.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set("X-Files", [...files].join(" "));
  headers.set("X-Kept", String(Date.now()));
  await cache.put(path, new Response(html, { headers }));
}

/** Deletes the oldest pages beyond the most, and files that no page needs. */
async function tidy(cache: Cache): Promise<void> {
  const pages: { url: Request; at: number; files: string[] }[] = [];
  for (const url of await cache.keys()) {
    const files = (await cache.match(url, { ignoreVary: true }))?.headers.get("X-Files");
    const at = (await cache.match(url, { ignoreVary: true }))?.headers.get("X-Kept");
    if (files) pages.push({ url, at: Number(at), files: files.split(" ") });
  }
  pages.sort((a, b) => b.at - a.at);
  for (const p of pages.splice(pagesMax)) await cache.delete(p.url, { ignoreVary: true });
  const needed = new Set(pages.flatMap((p) => p.files));
  for (const url of await cache.keys()) {
    const path = new URL(url.url).pathname;
    if (path.startsWith("/assets/") && !needed.has(path)) await cache.delete(url, { ignoreVary: true });
  }
}
