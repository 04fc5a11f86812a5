package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"citywalk/db"
	"citywalk/money"
)

//go:embed page
var files embed.FS

var page = template.Must(template.ParseFS(files, "page/cashier.html"))

// words are the page's, in Chinese and in English.
var words = map[string][2]string{
	"title":  {"沙盒收银台", "Sandbox cashier"},
	"label":  {"沙盒收银台，不涉及真实资金", "Sandbox cashier: no real money"},
	"number": {"支付单号", "Payment number"},
	"pay":    {"支付", "Pay"},
	"agree":  {"支付并开通免密支付", "Pay and allow one-tap payments"},
	"limit":  {"开通后，每笔不超过 ¥500 的支付不再到这里确认，可随时在会员卡里关闭。", "Later payments up to ¥500 each will not come here. You can turn this off with your card at any time."},
	"cancel": {"取消", "Cancel"},
	"paid":   {"已支付", "Paid"},
	"closed": {"这笔支付已取消或已过期，没有扣款。", "This payment was cancelled or has expired. Nothing was charged."},
	"back":   {"返回商家", "Back to the merchant"},
	"none":   {"没有这笔支付。请返回商家重新下单。", "There is no such payment. Go back to the merchant and order again."},
	"broken": {"收银台出错了，请稍候再试。", "The cashier failed. Try again shortly."},
	"other":  {"English", "中文"},
}

// A sheet is what the page shows.
type sheet struct {
	Lang    string // "zh-CN" or "en"
	Other   string
	No      string
	Subject string
	Amount  money.Amount
	Status  Status
	Say     string // A sentence instead of the buttons.
	Return  string
	OneTap  bool
}

// T returns the word for key.
func (s sheet) T(key string) string {
	if s.Lang == "en" {
		return words[key][1]
	}
	return words[key][0]
}

func newSheet(r *http.Request) sheet {
	lang := r.URL.Query().Get("lang")
	if lang != "en" && lang != "zh-CN" {
		lang = "zh-CN"
		if first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ","); strings.HasPrefix(first, "en") {
			lang = "en"
		}
	}
	s := sheet{Lang: lang, Other: "en", No: r.PathValue("no")}
	if lang == "en" {
		s.Other = "zh-CN"
	}
	return s
}

// showCashier is the page on which the payer pays.
func (s *Server) showCashier(w http.ResponseWriter, r *http.Request) {
	p := newSheet(r)
	c, err := s.open(r.Context(), p.No)
	if err != nil {
		s.showError(w, p, err)
		return
	}
	p.show(c)
	s.render(w, http.StatusOK, p)
}

func (s *sheet) show(c charge) {
	s.Subject, s.Amount, s.Status, s.Return = c.Subject, c.Amount, c.Status, c.ReturnTo
	s.OneTap = c.Payer != ""
	switch c.Status {
	case Paid:
		s.Say = s.T("paid")
	case Closed:
		s.Say = s.T("closed")
	}
}

func (s *Server) open(ctx context.Context, no string) (c charge, err error) {
	err = s.db.Update(ctx, func(tx *db.Tx) error {
		c, err = find(tx, no)
		if err == nil && c.Status == Pending {
			err = errNotThere
		}
		return err
	})
	return c, err
}

// useCashier does what the payer pressed and sends him back. Pressing again
// changes nothing more.
func (s *Server) useCashier(w http.ResponseWriter, r *http.Request) {
	p := newSheet(r)
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	what := r.PostFormValue("do")
	var c charge
	err := s.db.Update(r.Context(), func(tx *db.Tx) (err error) {
		if c, err = find(tx, p.No); err != nil || c.Status != Open {
			return err
		}
		switch what {
		case "cancel":
			c.Status = Closed
			return update(tx, c, Open)
		case "agree":
			if c.Granted, err = grant(tx, c.Payer, rand.Text()); err != nil {
				return err
			}
			fallthrough
		case "pay":
			if err := pay(tx, &c, Open); err != nil {
				return err
			}
			return tell(tx, c)
		}
		return errRequest
	})
	if err == nil && c.Status == Pending {
		err = errNotThere
	}
	if err != nil {
		s.showError(w, p, err)
		return
	}
	s.ring()
	if c.ReturnTo == "" {
		p.show(c)
		s.render(w, http.StatusOK, p)
		return
	}
	s.protect(w, c.ReturnTo)
	http.Redirect(w, r, c.ReturnTo, http.StatusSeeOther)
}

func (s *Server) showError(w http.ResponseWriter, p sheet, err error) {
	var no *refusal
	status, key := http.StatusInternalServerError, "broken"
	if errors.As(err, &no) {
		status, key = no.status, "none"
	}
	p.Say = p.T(key)
	s.render(w, status, p)
}

func (s *Server) render(w http.ResponseWriter, status int, p sheet) {
	var out bytes.Buffer
	if err := page.Execute(&out, p); err != nil {
		http.Error(w, "sandbox: page", http.StatusInternalServerError)
		return
	}
	s.protect(w, p.Return)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(out.Bytes())
}

// protect sets the page's headers. The form may lead to the merchant's origin,
// because browsers hold the redirect after it to the same rule.
func (s *Server) protect(w http.ResponseWriter, to string) {
	form, frame := "'self'", "'none'"
	if u, err := url.Parse(to); err == nil && u.Host != "" {
		form += " " + u.Scheme + "://" + u.Host
	}
	if s.frame != "" {
		frame = s.frame
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action "+form+"; frame-ancestors "+frame)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

func serveFile(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeFileFS(w, r, files, name)
	}
}
