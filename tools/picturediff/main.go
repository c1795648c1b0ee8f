// Command picturediff compares two folders of PNG pictures, which have to show the
// same: it fails where pictures are missing, differ in size, or where pixels differ
// by more than antialiasing does.
//
//	go run ./picturediff STOCK NEW
package main

import (
	"errors"
	"flag"
	"fmt"
	"image"
	_ "image/png" // the pictures
	"os"
	"path/filepath"
	"slices"
)

func main() {
	tolerance := flag.Int("tolerance", 8, "difference of a colour, of 255, that nobody sees")
	most := flag.Int("most", 0, "pixels of a picture that may differ by more")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: picturediff [-tolerance N] [-most N] FOLDER FOLDER")
		os.Exit(64)
	}
	n, err := compare(flag.Arg(0), flag.Arg(1), *tolerance, *most)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d pictures look the same\n", n)
}

// compare gives the number of pictures compared, and an error that names all that
// differ.
func compare(a, b string, tolerance, most int) (int, error) {
	names, err := pictures(a)
	if err != nil {
		return 0, err
	}
	others, err := pictures(b)
	if err != nil {
		return 0, err
	}
	if len(names) == 0 || !slices.Equal(names, others) {
		return 0, fmt.Errorf("the folders do not hold the same pictures: %d in %s, %d in %s", len(names), a, len(others), b)
	}
	var all []error
	for _, n := range names {
		d, err := difference(filepath.Join(a, n), filepath.Join(b, n), tolerance)
		if err == nil && d.pixels > most {
			err = fmt.Errorf("%d pixels differ by up to %d, within %v", d.pixels, d.worst, d.area)
		}
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", n, err))
		}
	}
	return len(names), errors.Join(all...)
}

func pictures(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".png" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// diff says how two pictures differ.
type diff struct {
	pixels int // that differ by more than the tolerance
	worst  int
	area   image.Rectangle
}

func difference(a, b string, tolerance int) (diff, error) {
	x, err := read(a)
	if err != nil {
		return diff{}, err
	}
	y, err := read(b)
	if err != nil {
		return diff{}, err
	}
	if x.Bounds() != y.Bounds() {
		return diff{}, fmt.Errorf("the sizes differ: %v and %v", x.Bounds(), y.Bounds())
	}
	var d diff
	r := x.Bounds()
	for py := r.Min.Y; py < r.Max.Y; py++ {
		for px := r.Min.X; px < r.Max.X; px++ {
			by := apart(x, y, px, py)
			d.worst = max(d.worst, by)
			if by > tolerance {
				d.pixels++
				d.area = d.area.Union(image.Rect(px, py, px+1, py+1))
			}
		}
	}
	return d, nil
}

// apart is the largest difference of a colour at a pixel, of 255.
func apart(x, y image.Image, px, py int) int {
	r1, g1, b1, a1 := x.At(px, py).RGBA()
	r2, g2, b2, a2 := y.At(px, py).RGBA()
	most := 0
	for _, p := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}, {a1, a2}} {
		by := int(p[0]>>8) - int(p[1]>>8)
		most = max(most, by, -by)
	}
	return most
}

func read(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(f)
	return img, errors.Join(err, f.Close())
}
