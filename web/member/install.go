package member

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"sync"
	"time"

	"citywalk/web"
	"citywalk/web/ui"
)

// icons are the pictures of the app among a phone's others, drawn once.
var icons = sync.OnceValue(func() map[string][]byte {
	return map[string][]byte{"192.png": ui.MarkPNG(192), "512.png": ui.MarkPNG(512), "mask.png": ui.MaskPNG(512)}
})

// icon is one of the pictures.
func (a *App) icon(w http.ResponseWriter, r *http.Request) error {
	picture, ok := icons()[r.PathValue("icon")]
	if !ok {
		return web.ErrNowhere
	}
	return web.Data(w, r, "image/png", picture, 24*time.Hour)
}

// manifest says what a browser needs to put the app among a phone's others.
func (a *App) manifest(w http.ResponseWriter, r *http.Request) error {
	p := a.page(r, "explore.title", "")
	type picture struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	type shortcut struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	name := a.Programme
	if name == "" {
		name = p.T("ui.product")
	}
	b, err := json.Marshal(map[string]any{
		"id": "/", "name": name, "short_name": p.T("ui.product"), "lang": p.Lang, "start_url": "/", "scope": "/",
		"display": "standalone", "background_color": "#FBF7F0", "theme_color": "#FBF7F0",
		"icons": []picture{
			{"/icons/192.png", "192x192", "image/png", "any"},
			{"/icons/512.png", "512x512", "image/png", "any"},
			{"/icons/mask.png", "512x512", "image/png", "maskable"},
		},
		"shortcuts": []shortcut{{p.T("tab.card"), "/card"}, {p.T("tab.map"), "/map"}},
	})
	if err != nil {
		return fmt.Errorf("member: write the manifest: %w", err)
	}
	w.Header().Add("Vary", "Cookie, Accept-Language")
	return web.Data(w, r, "application/manifest+json", b, time.Hour)
}

// worker is the script that keeps pages on the phone. It stands here because it
// rules over the paths below its own. A browser asks for it each time, so that
// a new one is used.
func (a *App) worker(w http.ResponseWriter, _ *http.Request) error {
	f, err := ui.Dist().Open(path.Base(ui.Asset("memberworker.js")))
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	_, err = io.Copy(w, f)
	return err
}

// offline stands for pages that cannot be had without a network and lists those
// that can. It is nobody's, so it says nothing of whoever is signed in.
func (a *App) offline(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, offlinePage(a.page(r, "offline.title", "")))
}
