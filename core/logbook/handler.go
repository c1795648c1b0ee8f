package logbook

import (
	"context"
	"log/slog"
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// handler writes records of log/slog into a book.
type handler struct {
	book   *Book
	prefix string // of a group, with its dot
	attrs  []Attr
}

// Enabled takes every level: a log is read when something went wrong.
func (h *handler) Enabled(context.Context, slog.Level) bool { return true }

// Handle keeps a record, masked.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	e := Entry{
		At: r.Time.UTC(), Level: r.Level.String(), Text: h.book.redact.Text(r.Message),
		Attrs: slices.Clone(h.attrs),
	}
	r.Attrs(func(a slog.Attr) bool {
		e.Attrs = h.add(e.Attrs, h.prefix, a)
		return true
	})
	h.book.add(e)
	return nil
}

// WithAttrs gives a handler that adds attributes to each record.
func (h *handler) WithAttrs(list []slog.Attr) slog.Handler {
	next := *h
	next.attrs = slices.Clone(h.attrs)
	for _, a := range list {
		next.attrs = h.add(next.attrs, h.prefix, a)
	}
	return &next
}

// WithGroup gives a handler that puts a name before those of further attributes.
func (h *handler) WithGroup(name string) slog.Handler {
	next := *h
	if name != "" {
		next.prefix += name + "."
	}
	return &next
}

// add appends an attribute, a group as its members.
func (h *handler) add(list []Attr, prefix string, a slog.Attr) []Attr {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, member := range v.Group() {
			list = h.add(list, prefix, member)
		}
		return list
	}
	if a.Key == "" {
		return list
	}
	text := v.String()
	if err, ok := v.Any().(error); ok {
		text = explain(err)
	}
	return append(list, Attr{Name: prefix + a.Key, Value: h.book.redact.Value(prefix+a.Key, text)})
}

// explain gives an error with what a problem knows beyond its first line.
func explain(err error) string {
	if p := problem.As(err); p != nil {
		return p.Text()
	}
	return err.Error()
}
