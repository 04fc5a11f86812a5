// The worker of maps: it cuts GeoJSON into tiles and lays out labels, beside
// the page's own thread.
import "../vendor/maplibre-gl/maplibre-gl-worker.mjs";
