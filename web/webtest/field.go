package webtest

import (
	"fmt"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// This file is what happens to a phone out in the street: it loses its
// network, takes pictures, and knows where it is.

// Offline takes the device's network away, from the page and from its worker,
// or gives it back. The page is told, as a phone tells it.
func (p *Page) Offline(on bool) {
	p.t.Helper()
	p.do("change the network", chromedp.Steps(
		call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			EmulateOfflineServiceWorker: &on,
			MatchedNetworkConditions:    []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: -1, Offline: on}},
		}),
		call(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: on, DownloadThroughput: -1, UploadThroughput: -1}),
	))
}

// Choose puts files into the field that a CSS selector names, as a person does
// with the system's own window.
func (p *Page) Choose(selector string, paths ...string) {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf("document.querySelector(%q)", selector)})
	if err != nil || got.Result.ObjectID == "" {
		p.t.Fatalf("find %s: %v", selector, err)
	}
	p.do("choose files", call(dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: got.Result.ObjectID}))
}

// Locate lets the device know where it is, in WGS-84 degrees and within
// metres, and its owner allow every page to ask.
func (p *Page) Locate(lat, lng, metres float64) {
	p.t.Helper()
	allow := browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: "granted",
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID}
	if _, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, allow); err != nil {
		p.t.Fatalf("allow the position: %v", err)
	}
	p.do("set the position", call(emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &lng, Accuracy: &metres}))
}
