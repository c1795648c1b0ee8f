package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
)

const (
	fonts  = "fyne.io/fyne/v2/theme/bundled-fonts.go"
	charts = "github.com/go-analyze/charts/chartdraw/drawing/font.go"
)

// packed are the fonts of the window, by the name of their variable. They lie in
// the program compressed, which takes 0.6 MB off, and are unpacked at its start.
var packed = []struct{ variable, file string }{
	{"notoSansRegular", "font/NotoSans-Regular.ttf"},
	{"notoSansBold", "font/NotoSans-Bold.ttf"},
	{"dejaVuSansMono", "font/DejaVuSansMono-Powerline.ttf"},
}

// unpack is the function that does so, a file of Fyne's package theme. A font that
// does not unpack is a broken program: nothing could be drawn.
const unpack = `package theme

import (
	"bytes"
	"compress/gzip"
	"io"
)

func unpacked(font []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(font))
	if err != nil {
		panic(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return b
}
`

// packFonts compresses the fonts in vendor. The same font gives the same bytes.
func packFonts(vendor string) error {
	theme := filepath.Join(vendor, filepath.Dir(filepath.FromSlash(fonts)))
	for _, f := range packed {
		file := filepath.Join(theme, filepath.FromSlash(f.file))
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var small bytes.Buffer
		w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := write(file+".gz", small.Bytes()); err != nil {
			return err
		}
		name := f.variable
		if err := apply(vendor, []edit{{
			fonts, "//go:embed " + f.file + "\nvar " + name + " []byte\n",
			"//go:embed " + f.file + ".gz\nvar " + name + "Packed []byte\n\nvar " + name + " = unpacked(" + name + "Packed)\n",
		}}); err != nil {
			return err
		}
	}
	return write(filepath.Join(theme, "unpacked.go"), []byte(unpack))
}
