package member

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"citywalk/web/webtest"
)

// snap is a picture as a camera makes it.
func snap(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(180 + x*60/w), uint8(90 + y*90/h), uint8(40 + (x/24+y/24)%2*30), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload posts a form with files in the field "photo".
func (p *person) upload(path string, values map[string]string, files ...[]byte) webtest.Reply {
	p.g.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for name, v := range values {
		p.g.must(form.WriteField(name, v))
	}
	_, err := form.CreateFormFile("camera", "") // A browser sends an empty file for a field that nobody used.
	p.g.must(err)
	for _, file := range files {
		part, err := form.CreateFormFile("photo", "IMG_0001.jpg")
		p.g.must(err)
		_, err = part.Write(file)
		p.g.must(err)
	}
	p.g.must(form.Close())
	return p.Send(p.g.t, "POST "+path, form.FormDataContentType(), b.Bytes())
}

// TestANoteWithPictures writes a note with photos from a plain form, and looks
// at it as somebody who was sent its address.
func TestANoteWithPictures(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p := g.member()
		form := "/shops/" + string(g.shop.ID) + "/note"
		values := map[string]string{"idem": g.key(), "text": "汤很鲜", "stars": "5"}
		ten := make([][]byte, 10)
		for i := range ten {
			ten[i] = snap(t, 64, 48)
		}
		if r := p.upload(form, values, ten...); r.Status != http.StatusRequestEntityTooLarge || !strings.Contains(r.Text, "最多 9 张") {
			t.Errorf("ten photos answer %d: %.200s", r.Status, r.Text)
		}
		if r := p.upload(form, values, []byte("GIF89a...")); r.Status < 400 || !strings.Contains(r.Text, "汤很鲜") {
			t.Errorf("a GIF answers %d: %.200s", r.Status, r.Text)
		}
		sent := p.upload(form, values, snap(t, 2400, 1800), snap(t, 600, 800))
		if again := p.upload(form, values, snap(t, 2400, 1800), snap(t, 600, 800)); again.Location != sent.Location || sent.Status != http.StatusSeeOther {
			t.Fatalf("sent it answers %d to %q, again %d to %q: %.200s", sent.Status, sent.Location, again.Status, again.Location, sent.Text)
		}
		n, _, err := g.Community.OfShop(t.Context(), p.session, g.shop.ID, "", "", 10)
		g.must(err)
		if len(n) != 1 || len(n[0].Photos) != 2 || n[0].Photos[0].Width != 1600 || n[0].Photos[1].Height != 800 {
			t.Fatalf("there is %+v", n)
		}
		out := webtest.NewClient(t, g.url)
		seen(t, "the shop", out.Do(t, "GET /shops/"+string(g.shop.ID)).Text, "汤很鲜", "照片 2，共 2 张", photoPath(n[0].Photos[0].ID, "thumb"))
		seen(t, "the note", out.Do(t, "GET "+sent.Location).Text, photoPath(n[0].Photos[1].ID, "thumb"), `loading="lazy"`, "登录后评论")
		whole := out.Do(t, "GET "+photoPath(n[0].Photos[0].ID, "whole"))
		if whole.Status != http.StatusOK || whole.Header.Get("Content-Type") != "image/jpeg" || whole.Header.Get("ETag") == "" {
			t.Fatalf("the photo answers %d %v", whole.Status, whole.Header)
		}
		if m, err := jpeg.DecodeConfig(bytes.NewReader(whole.Body)); err != nil || m.Width != 1600 {
			t.Errorf("the photo is %+v, %v", m, err)
		}
		known := webtest.NewClient(t, g.url)
		known.Header = http.Header{"If-None-Match": {whole.Header.Get("ETag")}}
		if r := known.Do(t, "GET "+photoPath(n[0].Photos[0].ID, "whole")); r.Status != http.StatusNotModified || len(r.Body) > 0 {
			t.Errorf("a photo that is known answers %d with %d bytes", r.Status, len(r.Body))
		}
		if r := out.Do(t, "GET /notes/photos/pic_00000000000000000000000000"); r.Status != http.StatusNotFound {
			t.Errorf("a photo that is not there answers %d", r.Status)
		}
	})
}

// TestLikesAndComments likes, saves and comments as two people do, twice each,
// and takes it back.
func TestLikesAndComments(t *testing.T) {
	each(t, func(t *testing.T, g *rig) {
		p, q := g.stranger(), g.stranger()
		at := p.send("/shops/"+string(g.shop.ID)+"/note", "text", "汤很鲜").Location
		for range 2 {
			if r := q.send(at+"/like", "do", "on"); r.Status != http.StatusSeeOther {
				t.Fatalf("a like answers %d: %.200s", r.Status, r.Text)
			}
			q.send(at+"/save", "do", "on")
		}
		p.send(at+"/like", "do", "on")
		said := q.send(at+"/comments", "text", "下次一起去 <i>")
		if !strings.HasPrefix(said.Location, at+"#com_") {
			t.Fatalf("a comment answers %d to %q", said.Status, said.Location)
		}
		seen(t, "the note to who likes it", q.get(at), "取消赞，已有 2 个", "已收藏", "评论 1", "下次一起去 <i>", "删除")
		seen(t, "the note to its author", p.get(at), "取消赞，已有 2 个", "收藏", "下次一起去", "举报")
		if r := p.send(at+"/comments", "text", " "); r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Text, "写几个字") {
			t.Errorf("an empty comment answers %d", r.Status)
		}
		_, id, _ := strings.Cut(said.Location, "#")
		if r := p.send("/comments/" + id + "/delete"); r.Status != http.StatusNotFound {
			t.Errorf("another's comment is deleted: %d", r.Status)
		}
		q.send("/comments/" + id + "/delete")
		q.send(at+"/like", "do", "off")
		q.send(at+"/save", "do", "off")
		seen(t, "the note later", q.get(at), "赞，已有 1 个", "评论 0", "收藏")
		if r := q.send(at + "/delete"); r.Status != http.StatusNotFound {
			t.Errorf("another's note is deleted: %d", r.Status)
		}
	})
}

// readers are files to be read once.
func readers(files ...[]byte) []io.Reader {
	all := make([]io.Reader, len(files))
	for i, f := range files {
		all[i] = bytes.NewReader(f)
	}
	return all
}
