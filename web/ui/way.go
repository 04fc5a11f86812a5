package ui

import (
	"fmt"
	"net/url"

	"citywalk/geo"
)

// WayURL opens the map that phones here have, with the way on foot to the
// place; in a browser without it, the same map on the web. It is told where
// the place is and not where the reader is.
func WayURL(name string, at geo.Point) string {
	lat, lng := at.Out(geo.GCJ02)
	v := url.Values{
		"to": {fmt.Sprintf("%.6f,%.6f,%s", lng, lat, name)}, "mode": {"walk"},
		"coordinate": {"gaode"}, "callnative": {"1"}, "src": {"citywalk"},
	}
	return "https://uri.amap.com/navigation?" + v.Encode()
}
