package member

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"citywalk/curate"
	"citywalk/web/webtest"
)

// sent is what the page hands to the phone's way of sending, which a browser
// without a screen does not have, so that one is put in its place.
const sent = `(async () => {
	let got;
	navigator.canShare = () => true;
	navigator.share = async (about) => { got = about; };
	document.querySelector("[data-share-send]").click();
	while (!got) await new Promise(done => setTimeout(done, 20));
	const bytes = new Uint8Array(await got.files[0].arrayBuffer());
	let text = "";
	for (const b of bytes) text += String.fromCharCode(b);
	return [got.url, got.files[0].name, btoa(text)];
})()`

// The picture that is sent is a PNG whose code leads to the shop, and nothing
// on the page is of whoever made it.
func TestShareCard(t *testing.T) {
	for name, device := range looks() {
		t.Run(name, func(t *testing.T) {
			g := sqlite(t)
			g.town()
			g.praised(g.shop, 40)
			g.ruled(g.shop, curate.Included)
			p := g.member()
			page := webtest.Open(t, device, "")
			page.SetCookie(g.url, "member", p.token)
			page.Open(g.url + "/shops/" + string(g.shop.ID) + "/share")
			settled(t, page, name+"-share")
			got := webtest.Eval[[]string](page, sent)
			link := g.url + "/shops/" + string(g.shop.ID)
			if got[0] != link || got[1] != g.shop.Name+".png" {
				t.Errorf("sent %s and %s", got[0], got[1])
			}
			raw, err := base64.StdEncoding.DecodeString(got[2])
			g.must(err)
			img, err := png.Decode(bytes.NewReader(raw))
			g.must(err)
			bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
			g.must(err)
			read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
			if err != nil || read.GetText() != link {
				t.Errorf("the code says %v, %v", read, err)
			}
			page.Click("[data-share-save]")
			page.WaitCount("[data-share-say]", 1)
		})
	}
}

// Without script the picture and the link are there, the same for everybody.
func TestSharePageIsNobodys(t *testing.T) {
	g := sqlite(t)
	path := "/shops/" + string(g.shop.ID) + "/share"
	member, guest := g.member(), g.stranger()
	guest.Header.Del("Cookie")
	for _, p := range []*person{member, guest} {
		page := p.get(path)
		for _, want := range []string{g.url + "/shops/" + string(g.shop.ID), `property="og:title"`, `class="share-card"`} {
			if !strings.Contains(page, want) {
				t.Errorf("no %s", want)
			}
		}
		if strings.Contains(page, member.session.Masked) || strings.Contains(page, member.session.Name) {
			t.Error("the page names its reader")
		}
	}
	if a, b := member.get(path+".svg"), guest.get(path+".svg"); a != b {
		t.Error("the picture differs by its reader")
	}
}
