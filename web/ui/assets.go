package ui

import (
	"embed"
	"encoding/json"
	"io/fs"
	"sync"
)

// dist holds what web/build made: hashed files and manifest.json, which maps
// the name that sources use ("app.css") to the hashed one.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the built files.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("ui: dist: " + err.Error())
	}
	return sub
}

var manifest = sync.OnceValue(func() map[string]string {
	raw, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic("ui: dist has no manifest: run go run ./web/build")
	}
	var m map[string]string
	if err := json.Unmarshal(raw, &m); err != nil {
		panic("ui: manifest: " + err.Error())
	}
	return m
})

// Asset returns the path under which the built file called name is served.
func Asset(name string) string {
	if hashed, ok := manifest()[name]; ok {
		return "/assets/" + hashed
	}
	return "/assets/" + name
}
