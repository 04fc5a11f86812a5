package console

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"citywalk/curate"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/money"
	"citywalk/photo"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// Refusals of what a visit's page or its script sends.
var (
	errMark = fault.New(fault.Invalid, "console.mark", fault.Operator, "自己的评分是 1 到 5。", "Your own mark is from 1 to 5.")
	errBy   = fault.New(fault.Conflict, "console.visit_by", fault.Operator, "这次探店是另一位同事在这台手机上记的，要由本人登录后上传。", "A colleague wrote this visit on this phone. It is sent when they sign in.")
)

// photoFile is what one upload may have. Package photo refuses at 8 MB, and
// one byte more has to reach it to be refused by name.
const photoFile = 8*photo.MB + 1

// photosSent is what a form with all its photos may have.
const photosSent = 9*photoFile + 256<<10

// A visitSent is a visit as the page's script sends it. Amounts are as they
// were typed.
type visitSent struct {
	Key     string     `json:"key"`
	By      string     `json:"by"` // For whom the page was made.
	Shop    string     `json:"shop"`
	Visited time.Time  `json:"visited"`
	Mark    string     `json:"mark"` // "1" to "5", or "".
	Yes     []string   `json:"yes"`
	No      []string   `json:"no"`
	Price   string     `json:"price"` // Yuan, or "".
	Terms   string     `json:"terms"`
	Remark  string     `json:"remark"`
	Point   *geo.Point `json:"point"`
}

// visit reads what was typed.
func (s visitSent) visit() (curate.Visit, error) {
	v := curate.Visit{Key: s.Key, Shop: shop.ID(s.Shop), Visited: s.Visited, Point: s.Point,
		Seen: curate.Seen{Yes: s.Yes, No: s.No, Terms: s.Terms, Remark: s.Remark}}
	var err error
	if price := strings.TrimSpace(s.Price); price != "" {
		if v.Seen.Price, err = money.Parse(price); err != nil {
			return v, web.ErrAmount.In("price")
		}
	}
	if s.Mark != "" {
		n, err := strconv.Atoi(s.Mark)
		if err != nil || n < 1 || n > 5 {
			return v, errMark.In("mark")
		}
		v.Value = float64(n)
	}
	return v, nil
}

// readVisit reads the same from the page's form, which knows no clock.
func readVisit(f ui.Form, id shop.ID, now time.Time) visitSent {
	s := visitSent{Key: key(f), Shop: string(id), Visited: now, Mark: f.Value("mark", ""), Price: f.Value("price", ""),
		Terms: f.Value("terms", ""), Remark: f.Value("remark", "")}
	for _, c := range curate.Checks {
		switch f.Value("check_"+c, "") {
		case "yes":
			s.Yes = append(s.Yes, c)
		case "no":
			s.No = append(s.No, c)
		}
	}
	lat, latErr := strconv.ParseFloat(f.Value("lat", ""), 64)
	lng, lngErr := strconv.ParseFloat(f.Value("lng", ""), 64)
	if latErr == nil && lngErr == nil {
		s.Point = &geo.Point{Lat: lat, Lng: lng}
	}
	return s
}

// visitForm is the page on which a reviewer writes down what is at a shop.
func (a *App) visitForm(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, visitPage(a.visitHead(r), s, web.Session(r), ui.Form{}))
}

func (a *App) visitHead(r *http.Request) ui.Page {
	p := a.page(r, "visit.title", "tab.visits")
	p.Islands = []string{"visit"}
	return p
}

// addVisit keeps a visit that came as a form, with its photos.
func (a *App) addVisit(w http.ResponseWriter, r *http.Request) error {
	s, err := a.shopOf(r)
	if err != nil {
		return err
	}
	web.Large(w, r, photosSent)
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(5 * time.Minute))
	f, err := web.Form(r)
	if err != nil {
		return web.Next(err, web.Page(r).T("visit.title"), visitPath(s.ID))
	}
	files, closeAll, err := web.Files(r, "camera", "photo")
	defer closeAll()
	if err != nil {
		return err
	}
	v, err := readVisit(f, s.ID, a.Now()).visit()
	if err == nil {
		_, err = a.Curate.RecordWith(r.Context(), web.Session(r), v, files)
	}
	if err == nil {
		return web.SeeAndSay(w, r, visitsPath, "say.visit")
	}
	return web.Again(w, r, err, f, func(f ui.Form) templ.Component {
		return visitPage(a.visitHead(r), s, web.Session(r), f)
	})
}

// sendVisit keeps a visit that a phone wrote, perhaps hours ago and perhaps
// not for the first time.
func (a *App) sendVisit(w http.ResponseWriter, r *http.Request) error {
	var s visitSent
	if err := web.ReadJSON(r, &s); err != nil {
		return err
	}
	who := web.Session(r)
	if s.By != string(who.Person) {
		return errBy
	}
	v, err := s.visit()
	if err != nil {
		return err
	}
	kept, err := a.Curate.Record(r.Context(), who, v)
	if err != nil {
		return err
	}
	return told(w, map[string]any{"visit": kept.ID, "photos": visitsPath + "/" + string(kept.ID) + "/photos"})
}

// sendPhoto keeps one picture of one's own visit: the body is the file.
func (a *App) sendPhoto(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "visit", "vis")
	if err != nil {
		return err
	}
	web.Large(w, r, photoFile)
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(3 * time.Minute))
	kept, err := a.Curate.AddPhoto(r.Context(), web.Session(r), curate.VisitID(id), r.Header.Get("Idempotency-Key"), r.Body)
	if err != nil {
		return err
	}
	return told(w, map[string]any{"photo": kept})
}

// told answers script.
func told(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(b)
	return err
}

// photo is one picture of a visit. Its bytes never change, but who may see
// them does, so a browser asks every time.
func (a *App) photo(w http.ResponseWriter, r *http.Request) error {
	id, err := web.ID(r, "photo", "pho")
	if err != nil {
		return err
	}
	size := curate.Whole
	if r.URL.Query().Get("size") == string(curate.Thumb) {
		size = curate.Thumb
	}
	jpeg, err := a.Curate.Photo(r.Context(), web.Session(r), curate.PhotoID(id), size)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", `"`+id+"-"+string(size)+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(jpeg))
	return nil
}

const visitsPath = "/console/curation/visits"

func visitPath(id shop.ID) string { return "/console/curation/shops/" + string(id) + "/visit" }

func photoPath(id curate.PhotoID, size curate.Size) string {
	return at("/console/curation/photos/"+string(id), "size", string(size))
}
