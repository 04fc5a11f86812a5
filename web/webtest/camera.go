package webtest

import (
	"bytes"
	"os"
	"sync"

	"rsc.io/qr"
)

// What the camera sees, in pixels. A frame is one byte of light per pixel and
// a quarter of that for each of two colours, which stay grey.
const (
	cameraWidth  = 640
	cameraHeight = 480
	grey         = 128
	white        = 235
	black        = 16
)

const (
	y4mHeader = "YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n"
	y4mFrame  = "FRAME\n"
)

// A camera is a film of one frame that the browser plays again and again
// instead of a real camera's picture. A new picture overwrites the frame where
// it lies, so that a scanner that is already looking sees it.
type camera struct {
	path string
	mu   sync.Mutex
}

func newCamera(path string) (*camera, error) {
	c := &camera{path: path}
	return c, c.show("")
}

// show puts a QR code of the text before the camera, or a grey wall.
func (c *camera) show(text string) error {
	light := bytes.Repeat([]byte{grey}, cameraWidth*cameraHeight)
	if text != "" {
		code, err := qr.Encode(text, qr.M)
		if err != nil {
			return err
		}
		draw(light, code)
	}
	var film bytes.Buffer
	film.WriteString(y4mHeader + y4mFrame)
	film.Write(light)
	film.Write(bytes.Repeat([]byte{grey}, cameraWidth*cameraHeight/2))
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := os.OpenFile(c.path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(film.Bytes(), 0)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

// draw puts a code with its quiet zone in the middle of the picture, a little
// smaller than the picture, as a phone held before a camera is.
func draw(light []byte, code *qr.Code) {
	const quiet, margin = 4, 40
	module := (cameraHeight - 2*margin) / (code.Size + 2*quiet)
	side := module * (code.Size + 2*quiet)
	left, top := (cameraWidth-side)/2, (cameraHeight-side)/2
	for y := range side {
		for x := range side {
			shade := byte(white)
			if code.Black(x/module-quiet, y/module-quiet) {
				shade = black
			}
			light[(top+y)*cameraWidth+left+x] = shade
		}
	}
}
