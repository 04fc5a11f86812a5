// A map of anything, for the console's pages; ui.Map writes its element:
//
//   data-map         address of a GeoJSON FeatureCollection of ours
//   data-map-kind    "points", "circles" or "areas"
//   data-map-base    address of what lies under it (/map/base.geojson?city=…), or empty
//   data-map-label   what it shows, for those who do not see it
//   data-map-worker  address of the library's worker
//
// Of a feature's properties it reads
//
//   name   stands at the point when there is room, and in the line below the map
//   line   what else the line below says when the feature is pressed
//   href   where a press leads, if it leads somewhere
//   tone   "accent", "good", "wait", "bad" or "quiet": colour of a point or circle
//   weight how large a circle's area is, against the largest
//   value  how dark an area is, against the largest
//
// Without network or WebGL the element stays hidden. It carries the map as a
// property (map).
import { each, onArrival } from "./lib/page";
import { Collection, Feature, colour, draw, extent, font, ground, library, load, nothing, onShade } from "./lib/mapkit";

const tones = ["accent", "good", "wait", "bad", "quiet"];

onArrival((root) => each(root, "[data-map]", (box) => void show(box)));

async function show(box: HTMLElement): Promise<void> {
  try {
    // Without the ground the things still show where they lie.
    const base = box.dataset.mapBase ? load(box.dataset.mapBase).catch(() => nothing) : Promise.resolve(nothing);
    const [gl, under, data] = await Promise.all([library(box.dataset.mapWorker!), base, load(box.dataset.map!)]);
    box.hidden = false;
    const style = () => ground(under, { things: { type: "geojson", data } }, layers(box.dataset.mapKind!, data));
    const bounds = extent(data.features.flatMap(corners)) ?? extent(under.features.flatMap(corners));
    const map = draw(gl, box.querySelector<HTMLElement>("[data-map-canvas]")!, style(), box.dataset.mapLabel!, bounds ? { bounds, fitBoundsOptions: { padding: 24, maxZoom: 15 } } : {});
    (box as any).map = map;
    onShade(() => map.setStyle(style()));
    map.on("click", (e: any) => press(box, map, e.point));
    map.once("idle", () => (box.dataset.mapReady = ""));
  } catch {
    box.hidden = true;
  }
}

/** All positions of a feature. */
function corners(f: Feature): [number, number][] {
  const flat = (c: any): [number, number][] => (typeof c[0] === "number" ? [[c[0], c[1]]] : c.flatMap(flat));
  return flat(f.geometry.coordinates);
}

/** The largest of a property, so that maps of any city use the whole scale. */
function largest(data: Collection, name: string): number {
  return data.features.reduce((most, f) => Math.max(most, Number(f.properties[name]) || 0), 0) || 1;
}

function layers(kind: string, data: Collection): any[] {
  const toned = ["match", ["coalesce", ["get", "tone"], "accent"], ...tones.flatMap((t) => [t, colour(t)]), colour("accent")];
  if (kind === "areas") {
    const share = ["/", ["coalesce", ["get", "value"], 0], largest(data, "value")];
    return [
      { id: "things", type: "fill", source: "things", paint: { "fill-color": colour("accent"), "fill-opacity": ["interpolate", ["linear"], share, 0, 0.04, 1, 0.72] } },
      { id: "edges", type: "line", source: "things", paint: { "line-color": colour("surface"), "line-width": 1 } },
      { id: "names", type: "symbol", source: "things", layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": font, "text-size": 12 }, paint: { "text-color": colour("ink"), "text-halo-color": colour("surface"), "text-halo-width": 1.4 } },
    ];
  }
  const share = ["sqrt", ["/", ["coalesce", ["get", "weight"], 0], largest(data, "weight")]];
  const radius = kind === "circles" ? ["interpolate", ["exponential", 1.4], ["zoom"], 9, ["+", 2, ["*", 14, share]], 14, ["+", 4, ["*", 40, share]]] : 7;
  return [
    { id: "things", type: "circle", source: "things", paint: { "circle-color": toned, "circle-radius": radius, "circle-opacity": kind === "circles" ? 0.45 : 1, "circle-stroke-color": kind === "circles" ? toned : colour("surface"), "circle-stroke-width": kind === "circles" ? 1 : 2 } },
    {
      id: "names", type: "symbol", source: "things", minzoom: 13,
      layout: { "text-field": ["coalesce", ["get", "name"], ""], "text-font": font, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true },
      paint: { "text-color": colour("ink"), "text-halo-color": colour("surface"), "text-halo-width": 1.4 },
    },
  ];
}

/** Says what was pressed, and leads where it leads. */
function press(box: HTMLElement, map: any, at: { x: number; y: number }): void {
  const [found] = map.queryRenderedFeatures([[at.x - 10, at.y - 10], [at.x + 10, at.y + 10]], { layers: ["things"] });
  const line = box.querySelector<HTMLElement>("[data-map-line]")!;
  const v = found?.properties ?? {};
  line.replaceChildren();
  const words = [v.name, v.line].filter(Boolean).join(" · ");
  if (!v.href || !String(v.href).startsWith("/")) return line.append(words);
  const link = document.createElement("a");
  link.href = v.href;
  link.textContent = words;
  line.append(link);
}
