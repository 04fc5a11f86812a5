// The list beside the map: the same shops as in view, as cards made from the
// page's own template.
import { Feature } from "./mapkit";

export type Words = Record<string, string>;

/** A word with its {places} filled. */
export function say(words: Words, key: string, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Metres along the great circle between two positions. */
export function metres(a: [number, number], b: [number, number]): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((b[1] - a[1]) * rad) / 2) ** 2 + Math.cos(a[1] * rad) * Math.cos(b[1] * rad) * Math.sin(((b[0] - a[0]) * rad) / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** How far it is and how long one walks, as the server says it; walk is how many metres as the crow flies one makes in a minute. */
export function away(words: Words, m: number, walk: number): string {
  const min = Math.max(1, Math.ceil(m / walk));
  if (m < 1000) return say(words, "shop.away.m", { m: Math.round(m / 10) * 10, min });
  return say(words, "shop.away.km", { km: (m / 1000).toFixed(1), min });
}

/** The card of a shop. */
export function card(words: Words, shop: Feature, me: [number, number] | undefined, walk: number): HTMLLIElement {
  const template = document.querySelector<HTMLTemplateElement>("[data-map-shop]")!;
  const li = template.content.firstElementChild!.cloneNode(true) as HTMLLIElement;
  const v = shop.properties;
  const put = (name: string, text: string) => {
    const place = li.querySelector<HTMLElement>(`[data-${name}]`)!;
    if (text) place.textContent = text;
    else place.remove();
    return place;
  };
  li.dataset.id = v.id;
  li.querySelector("a")!.href = "/shops/" + encodeURIComponent(v.id);
  put("name", v.name);
  put("why", [v.called ?? v.kind, v.within ?? v.district, v.price && say(words, "shop.price", { price: v.price })].filter(Boolean).join(" · "));
  put("gives", v.gives ?? "");
  put("away", me ? away(words, metres(me, shop.geometry.coordinates), walk) : "");
  if (!v.curated) li.querySelector("[data-curated]")!.remove();
  if (v.open === undefined) put("open", "");
  else put("open", say(words, v.open ? "shop.open" : "shop.shut")).className = v.open ? "open" : "shut";
  return li;
}
