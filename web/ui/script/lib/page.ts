// What the islands share: running on the page as it came and on what is put
// into it later, fetching a fragment, and telling those who listen.

type Island = (root: ParentNode) => void;

const islands: Island[] = [];

/** Runs island now, and on every part of the page that arrives later. */
export function onArrival(island: Island): void {
  islands.push(island);
  island(document);
}

/** Tells the islands that part has arrived. */
export function arrived(part: ParentNode): void {
  for (const island of islands) island(part);
}

/** Elements in root, root included, that match. */
export function each<E extends HTMLElement>(root: ParentNode, selector: string, fn: (e: E) => void): void {
  if (root instanceof Element && root.matches(selector)) fn(root as unknown as E);
  root.querySelectorAll<E>(selector).forEach(fn);
}

// Trusted Types: the only HTML that we parse is what our own server sent, and
// the only scripts that are named by an address are our workers: of visits, of
// the member's pages, of maps.
interface Policy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}
const workers = ["/console/curation/worker.js", "/worker.js"];
const mapWorker = /^\/assets\/mapworker\.[A-Z0-9]{8}\.js$/;
const rules: Policy = {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (!workers.includes(url) && !mapWorker.test(url)) throw new TypeError("no worker of ours: " + url);
    return url;
  },
};
const policy: Policy = (window as any).trustedTypes?.createPolicy("citywalk", rules) ?? rules;

/** Lets a worker of ours rule over the paths below its own. */
export async function employ(url: string): Promise<void> {
  await navigator.serviceWorker?.register(policy.createScriptURL(url));
}

/** The address of a worker of ours, as the browser wants to have it. */
export function trusted(url: string): string {
  return policy.createScriptURL(url);
}

/** Parses HTML that came from our own server. Scripts in it do not run. */
export function parse(html: string): Document {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}

/** A word that the server put on <main>. */
export function word(name: string): string {
  return document.getElementById("main")?.dataset[name] ?? "";
}

/** Says something to those who do not see the page. */
export function announce(text: string): void {
  const place = document.getElementById("announce");
  if (place && text) place.textContent = text;
}
