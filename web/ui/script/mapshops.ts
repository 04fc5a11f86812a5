// The member's map. [data-map-shops] names the shops' GeoJSON, data-map-base
// what lies under them, data-map-worker the library's worker, data-map-words
// the words, data-map-walk how many metres one makes in a minute. Shops stand in clusters; the list below shows the same shops as
// the part of the map in view, nearest to the middle first. The position is
// asked for by a tap, once, and stays in the browser.
//
// The element carries the map and what it shows as properties (map, shown), so
// that what is drawn can be compared with the list.
import { announce, each, onArrival } from "./lib/page";
import { Collection, Feature, colour, draw, extent, font, ground, library, load, nothing, onShade, still } from "./lib/mapkit";
import { Words, card, metres, say } from "./lib/maplist";

const page = 30; // Cards of the list at once.

class ShopMap {
  private readonly words: Words;
  private readonly walk: number;
  private map: any;
  private base: Collection = nothing;
  private all: Collection = nothing;
  private me?: [number, number];
  private picked = "";
  private cards = page;
  private asked = "";
  private readonly list = document.querySelector<HTMLElement>("[data-map-list]")!;
  private readonly filter = document.querySelector<HTMLFormElement>("[data-map-filter]")!;

  constructor(private readonly box: HTMLElement) {
    this.words = JSON.parse(box.dataset.mapWords!);
    this.walk = Number(box.dataset.mapWalk);
  }

  async start(): Promise<void> {
    try {
      const [gl, base, shops] = await Promise.all([library(this.box.dataset.mapWorker!), load(this.box.dataset.mapBase!), load(this.box.dataset.mapShops!)]);
      this.base = base;
      this.all = shops;
      this.box.hidden = false;
      this.open(gl);
    } catch {
      // No network or no WebGL: the list by districts stays.
      this.box.hidden = true;
      this.tell("map.broken");
      return;
    }
    this.listen();
  }

  private open(gl: any): void {
    const canvas = this.box.querySelector<HTMLElement>("[data-map-canvas]")!;
    const box = extent(this.matching().map((f) => f.geometry.coordinates)) ?? extent(this.all.features.map((f) => f.geometry.coordinates));
    this.map = draw(gl, canvas, this.style(), this.words["map.label"]!, box ? { bounds: box, fitBoundsOptions: { padding: 24, maxZoom: 15 } } : { center: [121.47, 31.23], zoom: 10 });
    (this.box as any).map = this.map;
    onShade(() => this.map.setStyle(this.style()));
    this.map.on("moveend", () => {
      this.cards = page;
      void this.follow();
    });
    this.map.on("click", (e: any) => this.tap(e));
    this.map.once("idle", () => (this.box.dataset.mapReady = ""));
    void this.follow();
  }

  private listen(): void {
    document.querySelector("[data-map-go]")?.remove();
    document.querySelector("[data-map-districts]")?.remove();
    document.querySelector("[data-map-pages]")?.remove();
    this.filter.addEventListener("submit", (e) => e.preventDefault());
    this.filter.addEventListener("change", () => this.refilter());
    this.box.querySelector("[data-map-me]")!.addEventListener("click", () => this.locate());
    this.box.querySelector("[data-map-close]")!.addEventListener("click", () => this.pick(""));
    document.querySelector("[data-map-more]")!.addEventListener("click", () => {
      this.cards += page;
      this.show();
    });
    this.list.addEventListener("focusin", (e) => this.point((e.target as HTMLElement).closest("li")?.dataset.id ?? ""));
    this.list.addEventListener("pointerover", (e) => this.point((e.target as HTMLElement).closest("li")?.dataset.id ?? ""));
  }

  /** What the filters let pass. */
  private matching(): Feature[] {
    const f = new FormData(this.filter);
    return this.all.features.filter(({ properties: v }) => v.n !== undefined ||
      ((!f.get("open") || v.open) && (!f.get("works") || v.works) && (!f.get("kind") || v.kind === f.get("kind")) && (!f.get("district") || v.district === f.get("district"))));
  }

  private refilter(): void {
    this.filter.querySelector("[name=district]")?.remove();
    const asked = new URLSearchParams(new FormData(this.filter) as any);
    for (const [name, value] of [...asked]) if (!value) asked.delete(name);
    history.replaceState(null, "", asked.size ? "/map?" + asked : "/map");
    this.map.getSource("shops").setData({ ...this.all, features: this.matching() });
    this.pick("");
    this.cards = page;
    this.show();
  }

  private style(): any {
    const count = ["coalesce", ["get", "sum"], ["get", "n"]];
    const crowd = ["any", ["has", "point_count"], ["has", "n"]];
    const shops = { type: "geojson", data: { ...this.all, features: this.matching() }, cluster: true, clusterRadius: 46, clusterMaxZoom: 15, clusterProperties: { sum: ["+", ["coalesce", ["get", "n"], 1]] } };
    const me = { type: "geojson", data: this.mine() };
    return ground(this.base, { shops, me }, [
      {
        id: "crowds", type: "circle", source: "shops", filter: crowd,
        paint: { "circle-color": colour("accent"), "circle-stroke-color": colour("surface"), "circle-stroke-width": 2, "circle-radius": ["interpolate", ["linear"], ["sqrt", count], 1, 13, 10, 20, 40, 30] },
      },
      {
        id: "counts", type: "symbol", source: "shops", filter: crowd,
        layout: { "text-field": ["to-string", count], "text-font": font, "text-size": 13, "text-allow-overlap": true }, paint: { "text-color": colour("on-accent") },
      },
      {
        id: "shops", type: "circle", source: "shops", filter: ["!", crowd],
        paint: {
          "circle-color": ["case", ["get", "works"], colour("accent"), colour("quiet")], "circle-stroke-color": colour("surface"), "circle-stroke-width": 2,
          "circle-radius": ["case", ["==", ["get", "id"], this.picked], 11, 7.5],
        },
      },
      {
        id: "names", type: "symbol", source: "shops", minzoom: 15, filter: ["!", crowd],
        layout: { "text-field": ["get", "name"], "text-font": font, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true, "text-max-width": 9 },
        paint: { "text-color": colour("ink"), "text-halo-color": colour("surface"), "text-halo-width": 1.4 },
      },
      { id: "me", type: "circle", source: "me", paint: { "circle-color": colour("good"), "circle-radius": 8, "circle-stroke-color": colour("surface"), "circle-stroke-width": 3 } },
    ]);
  }

  private mine(): Collection {
    if (!this.me) return nothing;
    return { type: "FeatureCollection", features: [{ type: "Feature", geometry: { type: "Point", coordinates: this.me }, properties: {} }] };
  }

  /** Fetches the part in view of a city that is too large to be told whole, and shows the list of what is in view. */
  private async follow(): Promise<void> {
    if (this.all.crowded || this.asked) await this.fetchView();
    this.show();
  }

  private async fetchView(): Promise<void> {
    const b = this.map.getBounds();
    // Outward to steps of a quarter of the view, so that neighbours ask the same.
    const grid = 2 ** Math.ceil(Math.log2((b.getEast() - b.getWest()) / 4));
    const low = (v: number) => (Math.floor(v / grid) * grid).toFixed(5);
    const high = (v: number) => (Math.ceil(v / grid) * grid).toFixed(5);
    const box = [low(b.getWest()), low(b.getSouth()), high(b.getEast()), high(b.getNorth())].join(",");
    if (box === this.asked) return;
    this.asked = box;
    try {
      const got = await load(this.box.dataset.mapShops + "&box=" + box);
      if (this.asked !== box) return; // The map went on meanwhile.
      this.all = got;
      this.map.getSource("shops")?.setData({ ...got, features: this.matching() });
    } catch {
      this.asked = " ";
      this.tell("map.broken");
    }
  }

  /** The shops in view, nearest to the position or the middle first. */
  private inView(): Feature[] {
    const bounds = this.map.getBounds();
    const middle = this.map.getCenter();
    const from: [number, number] = this.me && bounds.contains(this.me) ? this.me : [middle.lng, middle.lat];
    const far = new Map<Feature, number>();
    const seen = this.matching().filter((f) => bounds.contains(f.geometry.coordinates));
    for (const f of seen) far.set(f, metres(from, f.geometry.coordinates));
    return seen.sort((a, b) => far.get(a)! - far.get(b)!);
  }

  private show(): void {
    const seen = this.inView();
    const shops = seen.filter((f) => f.properties.n === undefined);
    const n = seen.reduce((sum, f) => sum + (f.properties.n ?? 1), 0);
    (this.box as any).shown = shops.map((f) => f.properties.id);
    const line = n === 0 ? "map.none" : shops.length < seen.length ? "map.crowded" : n === 1 ? "map.count.one" : "map.count";
    document.querySelector("[data-map-count]")!.textContent = say(this.words, line, { n });
    document.querySelector("[data-map-none]")?.remove();
    this.list.replaceChildren(...shops.slice(0, this.cards).map((f) => card(this.words, f, this.me, this.walk)));
    document.querySelector<HTMLElement>("[data-map-more]")!.hidden = shops.length <= this.cards;
  }

  private tap(e: any): void {
    const [found] = this.map.queryRenderedFeatures([[e.point.x - 12, e.point.y - 12], [e.point.x + 12, e.point.y + 12]], { layers: ["shops", "crowds"] });
    if (!found) return this.pick("");
    if (found.layer.id === "shops") return this.pick(found.properties.id);
    void this.enter(found);
  }

  /** Goes into a cluster, as far as it takes to tell its shops apart. */
  private async enter(found: any): Promise<void> {
    const center = found.geometry.coordinates;
    const zoom = found.properties.cluster ? await this.map.getSource("shops").getClusterExpansionZoom(found.properties.cluster_id) : this.map.getZoom() + 2;
    this.go(center, Math.min(zoom + 0.3, 18));
  }

  private go(center: [number, number], zoom: number): void {
    if (still) this.map.jumpTo({ center, zoom });
    else this.map.easeTo({ center, zoom, duration: 200 });
  }

  /** Shows a shop's card at the bottom of the map; "" takes it away. */
  private pick(id: string): void {
    const place = this.box.querySelector<HTMLElement>("[data-map-card]")!;
    const shop = this.all.features.find((f) => f.properties.id === id);
    this.point(id);
    place.hidden = !shop;
    const list = this.box.querySelector("[data-map-picked]")!;
    if (!shop) return list.replaceChildren();
    list.replaceChildren(card(this.words, shop, this.me, this.walk));
    announce(shop.properties.name);
  }

  /** Makes one shop stand out. */
  private point(id: string): void {
    if (id === this.picked) return;
    this.picked = id;
    this.map.setPaintProperty("shops", "circle-radius", ["case", ["==", ["get", "id"], id], 11, 7.5]);
  }

  private locate(): void {
    this.tell("map.asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.me = [coords.longitude, coords.latitude];
        this.map.getSource("me").setData(this.mine());
        this.tell("");
        this.go(this.me, Math.max(this.map.getZoom(), 14.5));
        this.show();
      },
      () => this.tell("map.denied"),
      { enableHighAccuracy: false, timeout: 8000, maximumAge: 60000 },
    );
  }

  private tell(key: string): void {
    document.querySelector("[data-map-say]")!.textContent = key && (this.words[key] ?? "");
  }
}

onArrival((root) => each(root, "[data-map-shops]", (box) => void new ShopMap(box).start()));
