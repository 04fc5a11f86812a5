package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"citywalk/account"
	"citywalk/community"
	"citywalk/curate"
	"citywalk/db"
	"citywalk/discover"
	"citywalk/photo"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

const (
	linkMake   = "1"                 // Changes whenever the drawing does.
	linkDrawn  = 30 * 24 * time.Hour // How long a drawn picture is kept by others,
	linkPhotod = time.Hour           // and one with a photo, which may be hidden.
	linkWords  = 90                  // Of a note, beside its picture.
)

// A linkPicture is what is drawn for those who are sent a link. Its address
// bears what it is made of, so that another picture has another address.
type linkPicture struct {
	shop   shop.Shop
	photo  community.PhotoID // Empty if it is drawn.
	ground time.Time         // When what lies under the city's shops last changed.
	at     string            // Its address without the version.
}

func (l linkPicture) version() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%.6f %.6f\n%s\n%d", linkMake, l.shop.ID, l.shop.Category, l.shop.Point.Lat, l.shop.Point.Lng, l.photo, l.ground.UnixMilli()))
	return hex.EncodeToString(sum[:8])
}

func (l linkPicture) address() string { return l.at + "?v=" + l.version() }

// pictureOfShop is the shop's picture: with the photo that shows it best.
func (a *App) pictureOfShop(ctx context.Context, s shop.Shop) (l linkPicture, err error) {
	l.shop, l.at = s, "/pictures/shops/"+string(s.ID)
	if l.photo, _, err = a.Community.ShopPhoto(ctx, s.ID); err != nil {
		return l, err
	}
	l.ground, err = a.Discover.GroundChanged(ctx, s.City)
	return l, err
}

// pictureOfNote is the picture of a note that everybody may read: with its
// first photo, or the shop's.
func (a *App) pictureOfNote(ctx context.Context, n community.Note, s shop.Shop) (linkPicture, error) {
	if len(n.Photos) == 0 {
		return a.pictureOfShop(ctx, s)
	}
	changed, err := a.Discover.GroundChanged(ctx, s.City)
	return linkPicture{s, n.Photos[0].ID, changed, "/pictures/notes/" + string(n.ID)}, err
}

// shopPicture is the picture of a shop as a file.
func (a *App) shopPicture(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "shop", "shp")
	if err != nil {
		return err
	}
	s, err := a.Shop.Get(r.Context(), shop.ID(id))
	if err != nil {
		return err
	}
	l, err := a.pictureOfShop(r.Context(), s)
	if err != nil {
		return err
	}
	return a.sendPicture(w, r, l)
}

// notePicture is the picture of a note as a file. It is made of what everybody
// may see, whoever asks.
func (a *App) notePicture(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "note", "nte")
	if err != nil {
		return err
	}
	n, err := a.Community.Get(r.Context(), account.Session{}, curate.NoteID(id))
	if err != nil {
		return err
	}
	s, err := a.Shop.Get(r.Context(), n.Shop)
	if err != nil {
		return err
	}
	l, err := a.pictureOfNote(r.Context(), n, s)
	if err != nil {
		return err
	}
	return a.sendPicture(w, r, l)
}

// sendPicture answers with a picture under its own version, and leads to it from
// any other.
func (a *App) sendPicture(w http.ResponseWriter, r *http.Request, l linkPicture) error {
	if r.URL.Path != l.at || r.URL.Query().Get("v") != l.version() {
		w.Header().Set("Cache-Control", "no-cache")
		http.Redirect(w, r, l.address(), http.StatusFound)
		return nil
	}
	keep := linkDrawn
	if l.photo != "" {
		keep = linkPhotod
	}
	body, err := a.sheets.get(a.Now(), "picture "+l.at+l.version(), baseKept, func() ([]byte, error) { return a.drawPicture(r.Context(), l) })
	if err != nil {
		return err
	}
	return web.Data(w, r, "image/jpeg", body, keep)
}

// drawPicture makes the picture.
func (a *App) drawPicture(ctx context.Context, l linkPicture) ([]byte, error) {
	card := ui.LinkCard{Category: l.shop.Category, Seed: string(l.shop.ID), At: l.shop.Point}
	if l.photo != "" {
		got, err := a.Community.Photo(ctx, account.Session{}, l.photo, community.Whole, "")
		if err != nil {
			return nil, err
		}
		width, height := ui.LinkPhotoSize()
		if card.Photo, err = photo.Crop(got.JPEG, width, height); err != nil {
			return nil, err
		}
	}
	ground, err := a.grounds.get(a.Now(), l.shop.City+l.ground.Format(time.RFC3339Nano), baseKept, func() (g ground, err error) {
		err = a.DB.View(ctx, func(tx *db.Tx) error {
			if g.areas, err = discover.Areas(tx, l.shop.City, discover.District, discover.Track); err != nil {
				return err
			}
			g.stations, err = discover.Places(tx, l.shop.City, discover.Metro)
			return err
		})
		return g, err
	})
	if err != nil {
		return nil, err
	}
	card.Ground, card.Stations = ground.areas, ground.stations
	return ui.LinkPicture(card)
}

// A ground is what lies under a city's shops.
type ground struct {
	areas    []discover.Area
	stations []discover.Place
}

// meta is what a page says of itself to whoever shows a link to it.
func (a *App) meta(p ui.Page, title, line, link string, l linkPicture) []ui.Meta {
	return []ui.Meta{
		{Property: "og:type", Content: "website"},
		{Property: "og:site_name", Content: p.T("ui.product")},
		{Property: "og:title", Content: title},
		{Property: "og:description", Content: line},
		{Property: "og:url", Content: link},
		{Property: "og:image", Content: strings.TrimSuffix(a.Payment.BaseURL, "/") + l.address()},
		{Property: "og:image:type", Content: "image/jpeg"},
		{Property: "og:image:width", Content: strconv.Itoa(ui.LinkW)},
		{Property: "og:image:height", Content: strconv.Itoa(ui.LinkH)},
	}
}

// shopMeta is meta of a shop, for its page and the one that is shared.
func (a *App) shopMeta(r *http.Request, s shop.Shop, v ui.ShareView) ([]ui.Meta, error) {
	l, err := a.pictureOfShop(r.Context(), s)
	if err != nil {
		return nil, err
	}
	return a.meta(web.Page(r), s.Name, strings.Trim(v.Why+" · "+v.Gives, " ·"), v.Link, l), nil
}

// noteMeta is meta of a note. One that is hidden says nothing of itself, though
// its author reads it.
func (a *App) noteMeta(r *http.Request, p ui.Page, id curate.NoteID, s shop.Shop) ([]ui.Meta, error) {
	n, err := a.Community.Get(r.Context(), account.Session{}, id)
	if errors.Is(err, community.ErrNote) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	l, err := a.pictureOfNote(r.Context(), n, s)
	if err != nil {
		return nil, err
	}
	line := cut(n.Text, linkWords)
	if line != n.Text {
		line += "…"
	}
	return a.meta(p, p.Title, line, strings.TrimSuffix(a.Payment.BaseURL, "/")+notePath(n), l), nil
}
