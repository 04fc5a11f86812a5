package console

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"citywalk/account"
	"citywalk/fault"
	"citywalk/geo"
	"citywalk/shop"
	"citywalk/web"
	"citywalk/web/ui"
)

// importMax is the largest file that is taken in a browser; the command line
// takes any.
const importMax = 8 << 20

var (
	errNoFile   = fault.New(fault.Invalid, "console.no_file", fault.Operator, "请选择要导入的文件。", "Choose the file to import.")
	errFileOver = fault.New(fault.Gone, "console.file_over", fault.Operator, "试跑过的文件已经不在了，请重新选择文件。", "The file that was tried is no longer here. Choose it again.")
	errMapping  = fault.New(fault.Invalid, "console.mapping", fault.Operator, "写法是“我们的字段=文件的列”，用逗号隔开，例如 name=Name,lat=Lat。", "Write our field=the file's column with commas between, for example name=Name,lat=Lat.")
)

// An upload is a file that was tried and waits for the word to import it.
type upload struct {
	token string
	by    account.ID
	name  string
	data  []byte
	at    time.Time
}

const (
	uploadsMax = 8
	uploadLife = 30 * time.Minute
)

// uploads keeps the last few files on this node, so that what was tried need
// not be sent again. A file that is gone is asked for anew.
type uploads struct {
	mu  sync.Mutex
	all []upload
}

func (u *uploads) keep(f upload) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	f.token = rand.Text()
	u.all = append(u.all, f)
	if len(u.all) > uploadsMax {
		u.all = append([]upload(nil), u.all[1:]...)
	}
	return f.token
}

func (u *uploads) find(token string, by account.ID, now time.Time) (upload, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range u.all {
		if f.token == token && f.by == by && now.Sub(f.at).Abs() < uploadLife {
			return f, true
		}
	}
	return upload{}, false
}

// A haul is what an import did or would do.
type haul struct {
	shop.Report
	Dry    bool
	Token  string       // Of the file that was tried.
	Name   string       // Of the file.
	Broken *fault.Error // Why the file was not read to its end.
}

func (a *App) importForm(w http.ResponseWriter, r *http.Request) error {
	f := ui.Form{Values: map[string][]string{"city": {a.City}, "crs": {string(geo.GCJ02)}}}
	return web.Render(w, r, http.StatusOK, importPage(a.page(r, "import.title", "tab.shops"), f))
}

// importFile tries a file, or imports one that was tried. Only what was looked
// at is imported.
func (a *App) importFile(w http.ResponseWriter, r *http.Request) error {
	web.Large(w, r, importMax+64<<10)
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(5 * time.Minute))
	f, err := web.Form(r)
	if err != nil {
		return web.Next(err, web.Page(r).T("import.title"), "/console/shops/import")
	}
	p := a.page(r, "import.title", "tab.shops")
	again := func(err error) error {
		return web.Again(w, r, err, f, func(f ui.Form) templ.Component { return importPage(p, f) })
	}
	file, err := a.received(r, f)
	if err != nil {
		return again(err)
	}
	i, err := readImport(f, file.name)
	if err != nil {
		return again(err)
	}
	h := haul{Dry: f.Value("token", "") == "", Token: f.Value("token", ""), Name: file.name}
	i.DryRun = h.Dry
	h.Report, err = a.Shop.Import(r.Context(), web.Session(r).Person, bytes.NewReader(file.data), i)
	refused, isFault := fault.From(err)
	switch {
	case err != nil && !isFault:
		return err
	case err != nil && h.Rows == 0:
		return again(err)
	case err != nil:
		h.Broken = refused
	}
	if h.Dry {
		h.Token = a.uploads.keep(file)
	}
	return web.Render(w, r, http.StatusOK, haulPage(p, f, h))
}

// received is the file that the form brings, or the one that was tried.
func (a *App) received(r *http.Request, f ui.Form) (upload, error) {
	by := web.Session(r).Person
	if token := f.Value("token", ""); token != "" {
		file, ok := a.uploads.find(token, by, a.Now())
		if !ok {
			f.Values.Del("token")
			return file, errFileOver.In("file")
		}
		return file, nil
	}
	in, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return upload{}, errNoFile.In("file")
	} else if err != nil {
		return upload{}, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, importMax+1))
	switch {
	case err != nil:
		return upload{}, err
	case len(data) > importMax:
		return upload{}, web.ErrTooLarge.In("file")
	case len(data) == 0:
		return upload{}, errNoFile.In("file")
	}
	return upload{by: by, name: filepath.Base(header.Filename), data: data, at: a.Now()}, nil
}

// readImport reads how the file is to be understood. Its format is told by its
// name, and its source is its name unless one is given.
func readImport(f ui.Form, name string) (shop.Import, error) {
	text := func(field string) string { return strings.TrimSpace(f.Value(field, "")) }
	i := shop.Import{
		City: text("city"), District: text("district"), Source: text("source"),
		System: geo.System(text("crs")), Format: shop.CSV, Map: map[string]string{},
	}
	if strings.HasSuffix(strings.ToLower(name), "json") {
		i.Format = shop.GeoJSON
	}
	if i.Source == "" {
		i.Source = strings.TrimSuffix(name, filepath.Ext(name))
	}
	for _, pair := range strings.FieldsFunc(text("map"), func(c rune) bool { return strings.ContainsRune(",，\r\n", c) }) {
		field, column, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || field == "" || column == "" {
			return i, errMapping.In("map")
		}
		i.Map[strings.TrimSpace(field)] = strings.TrimSpace(column)
	}
	return i, nil
}

func systems(p ui.Page) (all []ui.Choice) {
	for _, s := range []geo.System{geo.GCJ02, geo.BD09, geo.WGS84} {
		all = append(all, ui.Choice{Value: string(s), Label: p.T("crs." + string(s))})
	}
	return all
}

// why is a problem's reason in the page's language.
func why(p ui.Page, x shop.Problem) string {
	if p.Zh() && x.Zh != "" {
		return x.Zh
	}
	return x.Reason
}

// anchor leads to where on the page the rows of a count stand, if there are any.
func anchor(n int, to string) string {
	if n == 0 {
		return ""
	}
	return to
}
