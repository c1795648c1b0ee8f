package kit

import (
	"fmt"
	"math"
	"strings"
)

// point is a place on an icon's grid.
type point struct{ x, y float64 }

// svg gives the drawing as filled shapes. Lines become outlines, because the
// renderer of SVG files does not scale the width of lines alike everywhere.
func (d drawing) svg(color string) string {
	var b strings.Builder
	fill := func(points []point) {
		b.WriteString(`<path fill="` + color + `" d="`)
		for i, p := range points {
			letter := "L"
			if i == 0 {
				letter = "M"
			}
			fmt.Fprintf(&b, "%s%.3f %.3f ", letter, p.x, p.y)
		}
		b.WriteString(`Z"/>`)
	}
	for _, l := range d.lines {
		fill(outline(l, d.width/2))
	}
	if len(d.solid) > 0 {
		fill(d.solid)
	}
	for _, p := range d.dots {
		fmt.Fprintf(&b, `<circle cx="%.2f" cy="%.2f" r="%.2f" fill="%s"/>`, p.x, p.y, d.radius, color)
	}
	return b.String()
}

// outline gives the polygon around an open line, half wide on each side, with
// mitred corners and square ends.
func outline(line []point, half float64) []point {
	var left, right []point
	for i, p := range line {
		n := normal(line, i)
		left = append(left, point{p.x + n.x*half, p.y + n.y*half})
		right = append(right, point{p.x - n.x*half, p.y - n.y*half})
	}
	for i := len(right) - 1; i >= 0; i-- {
		left = append(left, right[i])
	}
	return left
}

// normal is the direction across the line at its point i, longer at a corner so
// that the line keeps its width there.
func normal(line []point, i int) point {
	across := func(a, b point) point {
		dx, dy := b.x-a.x, b.y-a.y
		l := math.Hypot(dx, dy)
		return point{-dy / l, dx / l}
	}
	switch i {
	case 0:
		return across(line[0], line[1])
	case len(line) - 1:
		return across(line[i-1], line[i])
	}
	a, b := across(line[i-1], line[i]), across(line[i], line[i+1])
	sum := point{a.x + b.x, a.y + b.y}
	l := math.Hypot(sum.x, sum.y)
	unit := point{sum.x / l, sum.y / l}
	stretch := 1 / max(0.3, unit.x*a.x+unit.y*a.y)
	return point{unit.x * stretch, unit.y * stretch}
}
