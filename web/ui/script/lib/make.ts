// Small parts of pages that script makes by itself, with words that the server
// gave for when it cannot be asked.

/** The words that stand on an element, with {n} filled in. */
export type Say = (key: string, n?: number | string) => string;

export function words(of: HTMLElement): Say {
  const all: Record<string, string> = JSON.parse(of.dataset.words ?? "{}");
  return (key, n) => (all[key] ?? "").replace("{n}", String(n ?? ""));
}

/** Makes an element with a class, a text and children. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, name = "", text = "", ...inside: Node[]): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (name) e.className = name;
  if (text) e.textContent = text;
  e.append(...inside);
  return e;
}
