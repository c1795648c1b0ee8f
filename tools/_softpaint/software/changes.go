package software

import (
	"bytes"
	"image"
)

const (
	gap  = 16      // so many unchanged rows lie between two areas that are sent separately
	most = 1 << 20 // bytes of an area that are sent at once, as a whole number of rows
)

// Changes finds what differs between frames.
type Changes struct {
	last image.RGBA // the frame as it was sent
	all  bool
	buf  []byte
}

// Everything makes the next Find give the whole frame: the window lost its pixels.
func (c *Changes) Everything() { c.all = true }

// Find gives the areas in which img differs from the frame of the call before,
// from top to bottom, and keeps it for the next.
func (c *Changes) Find(img *image.RGBA) []image.Rectangle {
	if img.Rect.Empty() {
		return nil
	}
	if c.all || c.last.Rect != img.Rect {
		c.all = false
		c.last = image.RGBA{Pix: append(c.last.Pix[:0], img.Pix...), Stride: img.Stride, Rect: img.Rect}
		return []image.Rectangle{img.Rect}
	}
	var areas []image.Rectangle
	for y := range img.Rect.Dy() {
		now, before := img.Pix[y*img.Stride:(y+1)*img.Stride], c.last.Pix[y*img.Stride:(y+1)*img.Stride]
		if bytes.Equal(now, before) {
			continue
		}
		row := changed(now, before, y)
		copy(before, now)
		if n := len(areas) - 1; n >= 0 && y-areas[n].Max.Y < gap {
			areas[n] = areas[n].Union(row)
		} else {
			areas = append(areas, row)
		}
	}
	return areas
}

// Send hands what differs from the frame before to blit, piece by piece from top to
// bottom, as rows of BGRA. Those are valid during the call only: all pieces share
// one buffer, so that a large window needs no third copy of its pixels.
func (c *Changes) Send(img *image.RGBA, blit func(pix []byte, r image.Rectangle)) {
	for _, area := range c.Find(img) {
		rows := max(1, most/(4*area.Dx()))
		for y := area.Min.Y; y < area.Max.Y; y += rows {
			r := image.Rect(area.Min.X, y, area.Max.X, min(y+rows, area.Max.Y))
			c.buf = BGRA(c.buf, img, r)
			blit(c.buf, r)
		}
	}
}

// changed gives the part of row y from the first to the last pixel that differs.
func changed(now, before []byte, y int) image.Rectangle {
	from, to := 0, len(now)
	for now[from] == before[from] {
		from++
	}
	for now[to-1] == before[to-1] {
		to--
	}
	return image.Rect(from/4, y, (to+3)/4, y+1)
}

// BGRA gives an area of img as rows of blue, green, red and a byte that is not
// used, which is what Windows and X11 take. buf is used again if it is large enough.
func BGRA(buf []byte, img *image.RGBA, r image.Rectangle) []byte {
	n := r.Dx() * r.Dy() * 4
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	o := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[img.PixOffset(r.Min.X, y):img.PixOffset(r.Max.X, y)]
		for i := 0; i+3 < len(row); i += 4 {
			buf[o], buf[o+1], buf[o+2], buf[o+3] = row[i+2], row[i+1], row[i], 0xff
			o += 4
		}
	}
	return buf
}
