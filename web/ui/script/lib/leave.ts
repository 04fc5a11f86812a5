// Who signs out, or signs in, leaves no page behind that the worker of visits
// kept: the next person at this phone is shown none of them.
export const kept = "visits:";

export function leave(): void {
  document.addEventListener("submit", (e) => {
    const to = new URL((e.target as HTMLFormElement).action, location.href).pathname;
    if (to.endsWith("/signout") || to.endsWith("/signin/code")) void forget();
  });
}

/** Deletes the pages that were kept, except those of one person. */
export async function forget(except = ""): Promise<void> {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(kept) && name !== kept + except) await caches.delete(name);
  }
}
