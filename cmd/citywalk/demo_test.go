package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"citywalk/web/webtest"
)

// startDemo runs the demo as its command does, with two days of history, and
// returns its address.
func startDemo(t *testing.T) string {
	t.Helper()
	listen, box, dir := freePort(t), freePort(t), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	var out, errs bytes.Buffer
	go func() {
		c := &DemoCmd{DB: filepath.Join(dir, "demo.db"), Listen: listen, SandboxListen: box, Days: 2}
		done <- c.Run(ctx, &Streams{Out: &out, Err: &errs})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the demo ended: %v", err)
		}
	})
	for {
		select {
		case err := <-done:
			done <- nil
			t.Fatalf("the demo did not start: %v\n%s", err, errs.String())
		default:
		}
		if r, err := http.Get("http://" + listen + "/readyz"); err == nil {
			r.Body.Close()
			return "http://" + listen
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// freePort returns an address of this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// at waits until the page says that the play stands at this step.
func at(p *webtest.Page, step string) {
	p.WaitCount(".stage[data-at="+step+"] .next[aria-disabled=false]", 1)
}

// walk presses Next from step to step; each is looked at when it is reached.
func walk(p *webtest.Page, look func(step string), steps ...string) {
	for i, step := range steps {
		at(p, step)
		look(step)
		if i < len(steps)-1 {
			p.Click("[data-do=next]")
		}
	}
}

// send submits a form in a device, as its button would; on a phone the device
// may be behind another.
func send(p *webtest.Page, device, action string) {
	form := "document.querySelector('[data-device=" + device + "] iframe').contentDocument.querySelector(\"form[action$='" + action + "']\")"
	webtest.Eval[bool](p, "("+form+".requestSubmit(), true)")
}

// TestDemo plays the demo on the real services behind its command: Next walks
// from the member's code to the proof of the books; then the second door, an
// undo, a member who walks away, and a newcomer up to the cashier; on a desktop
// in Chinese and on a dark phone in English.
func TestDemo(t *testing.T) {
	base := startDemo(t)
	desk := webtest.Desktop
	desk.Width = 1440
	phone := webtest.Phone
	phone.Language, phone.Dark = "en", true
	for name, d := range map[string]webtest.Device{"desk": desk, "phone": phone} {
		t.Run(name, func(t *testing.T) {
			p := webtest.Open(t, d, base+"/demo")
			look := func(what string) {
				p.Axe()
				p.Screenshot("demo-" + name + "-" + what)
			}
			look("welcome")
			p.Click(".welcome .primary")
			walk(p, look, "code", "enter", "confirm", "paid", "record", "statement", "proof", "code")
			act := func(selector string) {
				if d.Touch {
					p.Click(".stage-more summary")
				}
				p.Click(selector)
			}
			act("[data-do=sign]")
			walk(p, look, "sign", "agree", "accept", "paid")
			send(p, "till", "/undo")
			walk(p, look, "undone", "code", "enter")
			send(p, "member", "/cancel")
			walk(p, look, "refused", "code")
			act("[action='/demo/newcomer'] button")
			walk(p, look, "sell")
			p.Click("[data-do=next]")
			p.WaitCount(".stage[data-at=cashier] .next[aria-disabled=true]", 1)
			look("cashier")
			act("[data-do=reset]")
			at(p, "sell")
		})
	}
}
