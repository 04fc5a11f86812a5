// What all maps share: the library, which loads only where a map is, the
// colours of the house, and the ground that everything stands on: districts,
// metro lines and stations, from GeoJSON of ours.
import { trusted } from "./page";

export type Feature = { type: "Feature"; geometry: { type: string; coordinates: any }; properties: Record<string, any> };
export type Collection = { type: "FeatureCollection"; crowded?: boolean; features: Feature[] };

export const nothing: Collection = { type: "FeatureCollection", features: [] };

/** The library, which names its worker by a plain string; the browser wants one that the policy let pass. */
export async function library(worker: string): Promise<any> {
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trusted(String(url)), options);
    }
  };
  const gl: any = await import("../../vendor/maplibre-gl/maplibre-gl.mjs");
  gl.setWorkerUrl(worker);
  return gl;
}

/** A colour of the house as it is now, light or dark. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Calls fn when light turns to dark or back. */
export function onShade(fn: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fn);
}

export async function load(url: string): Promise<Collection> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const english = document.documentElement.lang.startsWith("en");
const named = english ? ["case", ["!=", ["coalesce", ["get", "en"], ""], ""], ["get", "en"], ["get", "name"]] : ["get", "name"];

export const font = ["PingFang SC", "Noto Sans CJK SC", "system-ui", "sans-serif"];

const kind = (name: string) => ["==", ["get", "kind"], name];
const byZoom = (...stops: number[]) => ["interpolate", ["linear"], ["zoom"], ...stops];

/** A style of the ground alone; layers on top of it come behind its own. */
export function ground(base: Collection, sources: Record<string, any>, layers: any[]): any {
  const halo = { "text-halo-color": colour("surface"), "text-halo-width": 1.4 };
  return {
    version: 8,
    sources: { base: { type: "geojson", data: base }, ...sources },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": colour("paper") } },
      { id: "land", type: "fill", source: "base", filter: kind("district"), paint: { "fill-color": colour("surface") } },
      { id: "borders", type: "line", source: "base", filter: kind("district"), paint: { "line-color": colour("line"), "line-width": byZoom(9, 0.8, 14, 2) } },
      {
        id: "tracks", type: "line", source: "base", filter: kind("line"), layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": ["case", ["==", ["get", "colour"], ""], colour("quiet"), ["get", "colour"]], "line-width": byZoom(9, 1, 13, 2.5, 16, 5), "line-opacity": 0.75 },
      },
      {
        id: "stations", type: "circle", source: "base", minzoom: 11.5, filter: kind("metro"),
        paint: { "circle-color": colour("surface"), "circle-radius": byZoom(11.5, 1.5, 15, 5), "circle-stroke-color": colour("quiet"), "circle-stroke-width": byZoom(11.5, 0.8, 15, 2) },
      },
      {
        id: "districts", type: "symbol", source: "base", maxzoom: 14, filter: kind("label"),
        layout: { "text-field": named, "text-font": font, "text-size": byZoom(9, 11, 13, 14), "text-letter-spacing": 0.08 },
        paint: { "text-color": colour("quiet"), ...halo },
      },
      {
        id: "stops", type: "symbol", source: "base", minzoom: 13, filter: kind("metro"),
        layout: { "text-field": named, "text-font": font, "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.7], "text-optional": true },
        paint: { "text-color": colour("quiet"), ...halo },
      },
      ...layers,
    ],
  };
}

/** A map in box that shows style, with our words for what it says by itself. */
export function draw(gl: any, box: HTMLElement, style: any, label: string, more: Record<string, any>): any {
  const map = new gl.Map({
    container: box, style, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    maxZoom: 18, minZoom: 7, fadeDuration: still ? 0 : 160, locale: { "Map.Title": label }, ...more,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

/** Where most of the points lie: the box of the middle nine tenths of them. */
export function extent(points: [number, number][]): [[number, number], [number, number]] | undefined {
  if (points.length === 0) return undefined;
  const at = (axis: 0 | 1) => {
    const sorted = points.map((p) => p[axis]).sort((a, b) => a - b);
    const cut = Math.floor(sorted.length / 20);
    return [sorted[cut]!, sorted[sorted.length - 1 - cut]!] as const;
  };
  const [west, east] = at(0);
  const [south, north] = at(1);
  const rim = 0.004;
  return [[west - rim, south - rim], [east + rim, north + rim]];
}
