package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// A crop is the middle of a photo, in its own proportions, whether the photo is
// larger or smaller than what is wanted.
func TestCrop(t *testing.T) {
	for _, size := range []image.Point{{1600, 1200}, {900, 1600}, {100, 80}, {700, 630}, {1, 1}, {1600, 3}} {
		m := image.NewRGBA(image.Rectangle{Max: size})
		for y := range size.Y {
			for x := range size.X {
				// A white disc in the middle of black.
				dx, dy, r := 2*x-size.X, 2*y-size.Y, min(size.X, size.Y)/2
				v := uint8(0)
				if dx*dx+dy*dy <= r*r {
					v = 255
				}
				m.SetRGBA(x, y, color.RGBA{v, v, v, 255})
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
			t.Fatal(err)
		}
		got, err := Crop(b.Bytes(), 600, 400)
		if err != nil || got.Rect != image.Rect(0, 0, 600, 400) {
			t.Fatalf("%v: %v, %v", size, got, err)
		}
		if size.X < 80 || size.Y < 80 {
			continue // Too small for a disc.
		}
		light := func(x, y int) bool { return got.RGBAAt(x, y).R > 128 }
		// Half of the short side of what is seen is the disc, or less if more of
		// the photo's long side had to go.
		r := 0
		for light(300+r, 200) {
			r++
		}
		if !light(300, 200) || light(2, 2) || r < 90 || r > 160 {
			t.Errorf("%v: the disc has a radius of %d", size, r)
		}
		for _, way := range [][2]int{{-1, 0}, {0, 1}, {0, -1}} {
			if at, beyond := r-10, r+10; !light(300+way[0]*at, 200+way[1]*at) || light(300+way[0]*beyond, 200+way[1]*beyond) {
				t.Errorf("%v: the disc is not round, or not in the middle", size)
			}
		}
	}
	if _, err := Crop([]byte("no photo"), 10, 10); err == nil {
		t.Error("what is no photo was read")
	}
}
