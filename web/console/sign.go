package console

import (
	"bytes"
	"mime"
	"net/http"

	"citywalk/shop"
	"citywalk/web"
)

// sheet is the sign of the path's shop.
func (a *App) sheet(r *http.Request) (shop.Shop, shop.Sheet, error) {
	s, err := a.shopOf(r)
	if err != nil {
		return s, shop.Sheet{}, err
	}
	sheet, err := shop.Sign(a.BaseURL, s)
	sheet.Programme = a.Programme
	return s, sheet, err
}

// sign shows the sign as it is printed.
func (a *App) sign(w http.ResponseWriter, r *http.Request) error {
	s, sheet, err := a.sheet(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, signPage(a.page(r, "sign.title", "tab.shops"), s, sheet))
}

// signFile is the sign as one SVG, shown in the page or, asked to, kept.
func (a *App) signFile(w http.ResponseWriter, r *http.Request) error {
	_, sheet, err := a.sheet(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := shop.SignSVG(&b, sheet); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "no-store")
	if r.URL.Query().Get("keep") != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "sign-" + sheet.Number + ".svg"}))
	}
	_, err = w.Write(b.Bytes())
	return err
}
