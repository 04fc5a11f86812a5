package shop

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

func numbered(digits string) string { return digits + string(checkDigit(digits)) }

func TestSign(t *testing.T) {
	sh := Shop{Name: "老王茶馆", Number: numbered("12345")}
	for base, want := range map[string]string{
		"https://card.example":        "https://card.example/s/" + sh.Number,
		"https://card.example/":       "https://card.example/s/" + sh.Number,
		"https://example.com/walk/":   "https://example.com/walk/s/" + sh.Number,
		"http://127.0.0.1:8080":       "http://127.0.0.1:8080/s/" + sh.Number,
		"ftp://card.example":          "",
		"card.example":                "",
		"https://card.example?x=1":    "",
		"https://me:pw@card.example/": "",
	} {
		sheet, err := Sign(base, sh)
		if want == "" && err == nil || want != "" && (err != nil || sheet.URL != want || sheet.Shop != sh.Name || sheet.Number != sh.Number) {
			t.Errorf("%s: %+v, %v", base, sheet, err)
		}
	}
	if _, err := Sign("https://card.example", Shop{Number: "123456"}); !errors.Is(err, ErrNumber) {
		t.Errorf("a number that is none: %v", err)
	}
}

// TestSignCanBeScanned draws the path of the QR code as a printer would and
// reads it with another library, whole and with a corner of the data covered.
func TestSignCanBeScanned(t *testing.T) {
	sheet, err := Sign("https://citywalk.example.com", Shop{Name: "老王茶馆", Number: numbered("90210")})
	if err != nil {
		t.Fatal(err)
	}
	path, size, err := sheet.QR()
	if err != nil {
		t.Fatal(err)
	}
	for _, covered := range []int{0, 5} {
		img := draw(t, path, size, 8)
		for x := range covered * 8 {
			for y := range covered * 8 {
				img.SetGray((size+4)*8-1-x, (size+4)*8-1-y, color.Gray{Y: 255})
			}
		}
		bits, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bits, nil)
		if err != nil || read.GetText() != sheet.URL {
			t.Errorf("with %d squares covered: %v, %v", covered, read, err)
		}
	}
}

// draw paints the path of unit squares, each scale pixels wide, with the quiet
// zone round it.
func draw(t *testing.T, path string, size, scale int) *image.Gray {
	t.Helper()
	side := (size + 8) * scale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, run := range strings.Split(strings.TrimPrefix(path, "M"), "M") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "%d %dh%dv1h%dz", &x, &y, &n, &back); err != nil || back != -n {
			t.Fatalf("path %q: %v", run, err)
		}
		for dx := range n * scale {
			for dy := range scale {
				img.SetGray((x+4)*scale+dx, (y+4)*scale+dy, color.Gray{})
			}
		}
	}
	return img
}

// TestSignSVG: the sheet is well-formed whatever the shop is called, has A6
// size, says what it must and fetches nothing.
func TestSignSVG(t *testing.T) {
	for _, name := range []string{
		"老王茶馆", `<script>alert("&")</script>`, "a\x00b\ufffe]]>", strings.Repeat("长", 100), "",
		"Large Eight Italy Lounge&Restaurant大八意大利酒廊西餐厅(1862时尚艺术中心店)",
	} {
		sheet, err := Sign("https://card.example", Shop{Name: name, Number: numbered("12345")})
		if err != nil {
			t.Fatal(err)
		}
		sheet.Programme = "城市漫步卡"
		var b bytes.Buffer
		if err := SignSVG(&b, sheet); err != nil {
			t.Fatal(err)
		}
		text, sizes := readSVG(t, b.String())
		for _, must := range []string{"城市漫步卡", sheet.Number[:3] + " " + sheet.Number[3:], sheet.URL, "扫码", "Scan", "NFC"} {
			if !strings.Contains(text, must) {
				t.Errorf("%q: the sheet does not say %s", name, must)
			}
		}
		for _, size := range sizes {
			if size < 0.5 {
				t.Errorf("%q: letters of %v mm", name, size)
			}
		}
		for _, never := range []string{"<script", "href", "url(", "<style"} {
			if strings.Contains(b.String(), never) {
				t.Errorf("%q: the sheet holds %s", name, never)
			}
		}
		if !strings.Contains(b.String(), `width="105mm" height="148mm"`) {
			t.Error("the sheet is not A6")
		}
		if dir := os.Getenv("CITYWALK_TEST_OUT"); dir != "" {
			os.WriteFile(dir+"/sign-"+strconv.Itoa(len(name))+".svg", b.Bytes(), 0o600)
		}
	}
}

// readSVG returns the text and the sizes of letters of an SVG.
func readSVG(t *testing.T, svg string) (text string, sizes []float64) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return text, sizes
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch token := token.(type) {
		case xml.CharData:
			text += string(token)
		case xml.StartElement:
			for _, a := range token.Attr {
				if a.Name.Local == "font-size" {
					size, err := strconv.ParseFloat(a.Value, 64)
					if err != nil {
						t.Error(err)
					}
					sizes = append(sizes, size)
				}
			}
		}
	}
}
