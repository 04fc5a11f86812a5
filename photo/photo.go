// Package photo makes clean pictures of what strangers upload.
//
// Whatever comes in, what goes out is a JPEG that this package encoded itself
// from nothing but the pixels: upright, at most 1600 pixels long and about
// 400 KB large, with a thumbnail of 320 pixels. The place and the camera that
// EXIF tells of, colour profiles, comments and whatever else hung on the file
// are gone, and so is a second file hidden in the first.
//
//	bytes ──sniff──▶ kind ──header──▶ pixels, memory ──wait──▶ decode ──▶ scale ──▶ turn ──▶ encode
//	         │                │            │
//	         ▼                ▼            ▼
//	      ErrKind         ErrBroken    ErrPixels, ErrLarge, ErrCostly, ErrBusy
//
// JPEG and PNG are taken. GIF, WebP, HEIC, SVG and all else are refused by
// name: the standard library decodes no WebP or HEIC, and nobody needs a
// thousand frames of a lunch.
//
// Nothing is decoded before its header was read. A file is refused as soon as
// what was read of it is enough: a page that calls itself a picture after 512
// bytes, too many pixels after the header, too many bytes one byte after the
// limit. What a picture will cost is worked out from its header, and all that
// are decoded at one time cost at most 384 MB together and are at most four;
// sixteen more may wait, each with at most its 8 MB, and what comes on top is
// refused. How many may upload at one time is the caller's to bound.
//
// Transparent pixels are laid on white. Colours are taken as sRGB, so that a
// picture with a wide profile comes out a little pale. An animated PNG is its
// first frame. The same bytes give the same picture on every machine.
package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"citywalk/fault"
)

// Refusals of an upload.
var (
	ErrKind = fault.New(fault.Unsupported, "photo.kind", fault.Member,
		"这是 {kind} 文件，我们只收 JPEG 和 PNG 照片。请换一张，或者另存为 JPEG 后再上传。",
		"This is a {kind} file, and only JPEG and PNG photos are taken. Choose another one, or save it as JPEG and upload that.")
	ErrNone = fault.New(fault.Unsupported, "photo.none", fault.Member,
		"这个文件不是照片，没有收下。请选择一张 JPEG 或 PNG 照片。",
		"This file is no photo and was not taken. Choose a JPEG or PNG photo.")
	ErrBroken = fault.New(fault.Invalid, "photo.broken", fault.Member,
		"这张照片的文件坏了或者没传完整，打不开。请重新上传，或者换一张。",
		"The file of this photo is damaged or incomplete and cannot be opened. Upload it again, or choose another one.")
	ErrLarge = fault.New(fault.TooLarge, "photo.large", fault.Member,
		"照片太大了，最多 {max} MB。请压缩后再上传，或者换一张。",
		"This photo is too large; at most {max} MB. Make it smaller, or choose another one.")
	ErrPixels = fault.New(fault.TooLarge, "photo.pixels", fault.Member,
		"照片有 {width}×{height} 像素，最多 {zh}像素。请缩小后再上传，或者换一张。",
		"This photo has {width}×{height} pixels; at most {en} are taken. Make it smaller, or choose another one.")
	ErrCostly = fault.New(fault.TooLarge, "photo.costly", fault.Member,
		"这张照片的存储方式太费资源，没有打开。请另存为普通的 JPEG 后再上传，或者换一张。",
		"This photo is stored in a way that costs too much to open. Save it as an ordinary JPEG and upload that, or choose another one.")
	ErrBusy = fault.New(fault.Unavailable, "photo.busy", fault.Us,
		"现在上传照片的人太多，我们忙不过来。请过一会儿再试。",
		"Too many photos are being uploaded just now and we cannot keep up. Try again in a moment.")
)

// Options are limits of an upload and of what is made of it; a zero stands for
// what the field's comment says.
type Options struct {
	Bytes  int64 // What an upload may have, 8 MB.
	Pixels int64 // What a picture may have, 40 million.
	Side   int   // The long side of the photo in pixels, 1600.
	Thumb  int   // The long side of the thumbnail in pixels, 320.
	Size   int   // What the photo's data should not exceed, 400 KB.
}

// MB is a million bytes, as people's telephones count.
const MB = 1_000_000

// sideMax bounds width and height each; no camera has more.
const sideMax = 30_000

// A Photo is a clean picture.
type Photo struct {
	Data          []byte // JPEG.
	Width, Height int    // Of Data, in pixels.
	Thumb         []byte // JPEG, the same picture smaller.
}

// Clean reads one upload from r and makes a photo of it. What it refuses is a
// fault of this package; any other error is r's own, wrapped.
func Clean(r io.Reader, o Options) (Photo, error) {
	o = o.filled()
	data, head, err := read(r, o)
	if err != nil {
		return Photo{}, err
	}
	leave, err := desk.enter(head.cost)
	if err != nil {
		return Photo{}, err
	}
	defer leave()
	src, err := head.kind.decode(bytes.NewReader(data))
	if err != nil || src.Bounds().Empty() {
		return Photo{}, ErrBroken
	}
	small := turn(shrink(src, o.Side), head.orientation)
	return encode(small, o)
}

// filled returns o with what stands for zeros.
func (o Options) filled() Options {
	if o.Bytes <= 0 {
		o.Bytes = 8 * MB
	}
	if o.Pixels <= 0 {
		o.Pixels = 40_000_000
	}
	if o.Side <= 0 {
		o.Side = 1600
	}
	if o.Thumb <= 0 {
		o.Thumb = 320
	}
	if o.Size <= 0 {
		o.Size = 400_000
	}
	return o
}

// A header is what is known of a picture before it is decoded.
type header struct {
	kind        kind
	orientation int   // Of EXIF, 1 to 8.
	cost        int64 // The bytes that decoding may hold at one time.
}

// read reads the upload, as far as it is taken, and looks at its header.
func read(r io.Reader, o Options) ([]byte, header, error) {
	limited := &io.LimitedReader{R: r, N: o.Bytes + 1}
	var kept bytes.Buffer
	if _, err := io.CopyN(&kept, limited, sniffed); err != nil && !errors.Is(err, io.EOF) {
		return nil, header{}, fmt.Errorf("photo: read: %w", err)
	}
	kind, err := sniff(kept.Bytes())
	if err != nil {
		return nil, header{}, err
	}
	// What the config takes from r is kept too, so that it can be read again.
	seen := bytes.NewReader(bytes.Clone(kept.Bytes()))
	config, err := kind.config(io.MultiReader(seen, io.TeeReader(limited, &kept)))
	if err == nil {
		err = fits(config, o)
	} else if limited.N > 0 {
		err = ErrBroken
	} else {
		err = o.large()
	}
	if err != nil {
		return nil, header{}, err
	}
	if _, err := kept.ReadFrom(limited); err != nil {
		return nil, header{}, fmt.Errorf("photo: read: %w", err)
	}
	if limited.N <= 0 {
		return nil, header{}, o.large()
	}
	head, err := kind.header(kept.Bytes(), config)
	return kept.Bytes(), head, err
}

func (o Options) large() error { return ErrLarge.With("max", o.Bytes/MB) }

// fits refuses what has too many pixels.
func fits(c image.Config, o Options) error {
	if c.Width <= 0 || c.Height <= 0 {
		return ErrBroken
	}
	if c.Width > sideMax || c.Height > sideMax || int64(c.Width)*int64(c.Height) > o.Pixels {
		return ErrPixels.With("width", c.Width, "height", c.Height,
			"zh", fmt.Sprintf("%g 万", float64(o.Pixels)/1e4), "en", fmt.Sprintf("%g million", float64(o.Pixels)/1e6))
	}
	return nil
}

// encode makes the photo's data and thumbnail of its pixels. Rather than be too
// large the photo loses detail, and then pixels.
func encode(m *image.RGBA, o Options) (Photo, error) {
	thumb, err := encoded(shrink(m, o.Thumb), 78)
	if err != nil {
		return Photo{}, err
	}
	for {
		for quality := 82; quality >= 50; quality -= 8 {
			data, err := encoded(m, quality)
			if err != nil {
				return Photo{}, err
			}
			long := max(m.Rect.Dx(), m.Rect.Dy())
			if len(data) <= o.Size || quality == 50 && long <= 64 {
				return Photo{Data: data, Width: m.Rect.Dx(), Height: m.Rect.Dy(), Thumb: thumb}, nil
			}
		}
		m = shrink(m, max(m.Rect.Dx(), m.Rect.Dy())*3/4)
	}
}

func encoded(m *image.RGBA, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("photo: encode: %w", err)
	}
	return b.Bytes(), nil
}

// A kind is a format that is taken.
type kind string

const (
	jpegKind kind = "JPEG"
	pngKind  kind = "PNG"
)

func (k kind) config(r io.Reader) (image.Config, error) {
	if k == jpegKind {
		return jpeg.DecodeConfig(r)
	}
	return png.DecodeConfig(r)
}

func (k kind) decode(r io.Reader) (image.Image, error) {
	if k == jpegKind {
		return jpeg.Decode(r)
	}
	return png.Decode(r)
}

// header looks at the parts of data before its pixels. The standard library
// has read the config out of the same data.
func (k kind) header(data []byte, c image.Config) (header, error) {
	var h header
	var err error
	if k == jpegKind {
		h, err = jpegHeader(data)
	} else {
		h, err = pngHeader(data, c)
	}
	if err == nil && h.cost > budget {
		err = ErrCostly
	}
	return h, err
}
