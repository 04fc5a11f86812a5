package ui

import (
	"io"
	"net/url"

	"github.com/a-h/templ"
)

// icons are our own strokes on a grid of 24, round ends, two units wide.
var icons = map[string]string{
	"explore":  "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M15.5 8.5l-2 5-5 2 2-5z",
	"map":      "M9 4 3.5 6.5v13L9 17l6 3 5.5-2.5v-13L15 7zM9 4v13M15 7v13",
	"card":     "M5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5v-9A2.5 2.5 0 0 1 5.5 5M3 10h18M7 15h4",
	"me":       "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
	"scan":     "M4 8.500V6a2 2 0 0 1 2-2h2.500M15.5 4H18a2 2 0 0 1 2 2v2.500M20 15.500V18a2 2 0 0 1-2 2h-2.500M8.5 20H6a2 2 0 0 1-2-2v-2.500M4 12h16",
	"keys":     "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01",
	"torch":    "M8 3h8v3.500l-2 3V20a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1V9.500l-2-3zM8 6.500h8M12 12.500v2",
	"today":    "M6 5.500h12a2 2 0 0 1 2 2V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V7.500a2 2 0 0 1 2-2M4 10h16M8.5 3.500v4M15.5 3.500v4M8.5 14.500h3",
	"shop":     "M4.5 10v9a1 1 0 0 0 1 1h13a1 1 0 0 0 1-1v-9M3.5 8.5 5.5 4h13l2 4.500a2.8 2.8 0 0 1-5.6 0 2.9 2.9 0 0 1-5.8 0 2.8 2.8 0 0 1-5.6 0M10 20v-5h4v5",
	"people":   "M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 19.500c.7-3.2 3.2-4.9 6.5-4.900s5.8 1.7 6.5 4.900M15.5 5.400a3.3 3.3 0 0 1 0 6.200M18 14.900c1.9.7 3.1 2.3 3.5 4.6",
	"receipt":  "M6 3.500h12V21l-2.4-1.600L13.2 21 12 20.2 10.8 21l-2.4-1.600L6 21zM9.5 8.500h5M9.5 12.500h5",
	"money":    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 7.500l3.5 4.5 3.5-4.500M12 12v5M9 12.500h6M9 15h6",
	"ledger":   "M6 3.500h11.500a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H6a1.5 1.5 0 0 1-1.5-1.500V5A1.5 1.5 0 0 1 6 3.500M9 3.500v17M12 8h3.500M12 12h3.5",
	"plan":     "M4 7.500A1.5 1.5 0 0 1 5.5 6h13A1.5 1.5 0 0 1 20 7.500v2.200a2.3 2.3 0 0 0 0 4.600v2.200a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 16.500v-2.200a2.3 2.3 0 0 0 0-4.600zM14 6v2M14 11v2M14 16v2",
	"audit":    "M12 3l7.5 3v5.500c0 4.6-3 7.8-7.5 9.5-4.5-1.7-7.5-4.9-7.5-9.500V6zM8.8 12l2.3 2.3 4.2-4.4",
	"jobs":     "M12 4v3M12 17v3M4 12h3M17 12h3M6.3 6.300l2.2 2.200M15.5 15.500l2.2 2.200M6.3 17.700l2.2-2.200M15.5 8.500l2.2-2.2",
	"system":   "M4 6.500h16M4 12h16M4 17.500h16M8 4.500v4M16 10v4M10 15.500v4",
	"search":   "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20 20",
	"pin":      "M12 21c-4.3-4.2-6.5-7.6-6.5-10.500a6.5 6.5 0 0 1 13 0C18.5 13.4 16.3 16.8 12 21M12 8a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5",
	"walk":     "M13 3.500a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.600M9 21l2.2-5.500L9.5 13l1-4.5 3 .5 1.5 2.5 3 .8M11.2 15.500l2.8 2.2.8 3.300M10.5 8.5 7.5 10l-.8 3",
	"clock":    "M12 3.500a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.500V12l3 2",
	"check":    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12.300l2.7 2.700L16 9.5",
	"tick":     "M5 12.500l4.5 4.500L19 7.5",
	"stop":     "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.500v5.500M12 16.300v.01",
	"info":     "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11v5.500M12 7.700v.01",
	"left":     "M14.5 5.5 8 12l6.5 6.5",
	"right":    "M9.5 5.5 16 12l-6.5 6.5",
	"menu":     "M4 7h16M4 12h16M4 17h16",
	"close":    "M6 6l12 12M18 6 6 18",
	"erase":    "M9 5.500h10a1.5 1.5 0 0 1 1.5 1.500v10a1.5 1.5 0 0 1-1.5 1.500H9L3.5 12zM11.5 9.500l5 5M16.5 9.500l-5 5",
	"undo":     "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3",
	"refresh":  "M19.5 11a7.6 7.6 0 0 0-14-3M4.5 13a7.6 7.6 0 0 0 14 3M5 3.500V8h4.500M19 20.500V16h-4.5",
	"phone":    "M8 3h8a1.5 1.5 0 0 1 1.5 1.500v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.500v-15A1.5 1.5 0 0 1 8 3M10.5 18h3",
	"sign":     "M5 4h14v9H5zM12 13v8M9 21h6M8.5 7.500h7M8.5 10h4",
	"gift":     "M4.5 9.500h15v3h-15zM6 12.500h12V20H6zM12 9.500V20M12 9.500C9.5 9.5 8 8.5 8 7s2.8-2.5 4 2.500C13.2 4.5 16 5.5 16 7s-1.5 2.5-4 2.5",
	"download": "M12 4v10.500M7.5 10.5 12 15l4.5-4.500M5 19.500h14",
	"upload":   "M12 15V4.500M7.5 8.5 12 4l4.5 4.500M5 19.500h14",
	"empty":    "M4 19.500h16M6.5 19.500v-7l5.5-5 5.5 5v7M10.5 19.500v-4h3v4M4.5 8.500c1.2-2 2.5-2 3.5-.5",
	"link":     "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1-1",
	"curated":  "M12 3.500l2.200 1.600 2.700 0 .8 2.600 2.200 1.600-.8 2.600.8 2.600-2.200 1.600-.8 2.600-2.700 0L12 20.300l-2.200-1.600-2.700 0-.8-2.600-2.200-1.600.8-2.600-.8-2.600 2.200-1.600.8-2.600 2.700 0zM9 12.200l2.200 2.100 3.900-4.300",
	"plus":     "M12 5.500v13M5.5 12h13",
	"minus":    "M5.5 12h13",
	"note":     "M5 19l1-4L16 5l3 3L9 18zM13.500 7.500l3 3M13 19.500h6.500",
	"camera":   "M4.5 7.500h3l1.5-2.500h6l1.5 2.500h3a1.5 1.5 0 0 1 1.5 1.500v9a1.5 1.5 0 0 1-1.5 1.500h-15A1.5 1.5 0 0 1 3 18V9a1.5 1.5 0 0 1 1.5-1.500M12 9.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
	"picture":  "M5.5 4.500h13A1.5 1.5 0 0 1 20 6v12a1.5 1.5 0 0 1-1.5 1.500h-13A1.5 1.5 0 0 1 4 18V6a1.5 1.5 0 0 1 1.5-1.500M4 16l4.5-4.500 4 4 3-3L20 17M14.5 8.500h.01",
	"sound":    "M4.5 9.500v5h3l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
}

// Icon is one of our icons, without meaning of its own: its words stand beside
// it. A name that is not there draws nothing.
func Icon(name string) templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="`+icons[name]+`"/></svg>`)
		return err
	})
}

// mark is the product's sign: a roof over a road that leads on.
const mark = `<rect width="24" height="24" rx="7" fill="#C8401A"/><path d="M4.5 12.2 12 5.5l7.5 6.7" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/><path d="M11 12.5h2l1.8 6.5H9.200z" fill="#fff"/>`

// markURL is the sign as the window's icon; it costs no request.
var markURL = "data:image/svg+xml," + url.PathEscape(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">`+mark+`</svg>`)

// Mark is the product's sign.
func Mark() templ.Component {
	return component(func(w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">`+mark+`</svg>`)
		return err
	})
}
