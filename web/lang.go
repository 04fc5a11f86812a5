package web

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"

	"citywalk/fault"
)

var matcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// Lang is the language of the request.
func Lang(r *http.Request) fault.Lang { return state(r).lang }

// languageOf is what the reader chose by the switch, else what the browser
// asks for, else Chinese.
func languageOf(r *http.Request) fault.Lang {
	if c, err := r.Cookie("lang"); err == nil {
		switch fault.Lang(c.Value) {
		case fault.Zh, fault.En:
			return fault.Lang(c.Value)
		}
	}
	return spoken.of(firstRunes(r.Header.Get("Accept-Language"), 200))
}

// A tongues keeps what headers ask for: browsers write some hundreds of them,
// and to weigh one costs more than to answer many a question.
type tongues struct {
	sync.RWMutex
	kept map[string]fault.Lang
}

// tonguesMax is how many are kept.
const tonguesMax = 1000

var spoken tongues

// of is the language that a header asks for.
func (t *tongues) of(header string) fault.Lang {
	if header == "" {
		return fault.Zh
	}
	t.RLock()
	lang, ok := t.kept[header]
	t.RUnlock()
	if ok {
		return lang
	}
	lang = asked(header)
	t.Lock()
	defer t.Unlock()
	if t.kept == nil || len(t.kept) >= tonguesMax {
		t.kept = map[string]fault.Lang{}
	}
	t.kept[strings.Clone(header)] = lang
	return lang
}

// asked reads a header.
func asked(header string) fault.Lang {
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return fault.Zh
	}
	if _, i, sure := matcher.Match(tags...); sure != language.No && i == 1 {
		return fault.En
	}
	return fault.Zh
}

// switchLang keeps the chosen language and returns to where the reader was.
func switchLang(w http.ResponseWriter, r *http.Request) error {
	f, err := Form(r)
	if err != nil {
		return err
	}
	lang := fault.Zh
	if f.Value("lang", "") == string(fault.En) {
		lang = fault.En
	}
	http.SetCookie(w, &http.Cookie{
		Name: "lang", Value: string(lang), Path: "/", MaxAge: 400 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: state(r).edge.opts.Secure,
	})
	return See(w, r, Local(f.Value("back", ""), state(r).app.Base))
}

// Back is where a sign-in returns to: the request's back parameter if it is a
// path of this app, else the app's start.
func Back(r *http.Request, value string) string {
	base := "/"
	if app := state(r).app; app != nil {
		base = app.Base
	}
	to := Local(value, base)
	if !strings.HasPrefix(to, base) {
		return base
	}
	return to
}

// Local returns path if it is a plain path of this host, else otherwise. What
// a browser may read as another host (//x, /\x, the same encoded, or with
// blanks that it drops) is not.
func Local(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || len(path) > 2000 || u.Host != "" || u.Scheme != "" || u.User != nil {
		return otherwise
	}
	if !rootedHere(path) || !rootedHere(u.Path) || strings.ContainsFunc(path, unicode.IsSpace) {
		return otherwise
	}
	return path
}

// rootedHere reports whether a path begins with one slash and hides nothing.
func rootedHere(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") &&
		!strings.Contains(path, `\`) && !strings.ContainsFunc(path, unicode.IsControl)
}
