package adsync

import (
	"fmt"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// read makes a fact from a value of a row: absent when the version lacks the
// column, unknown when it is NULL or of another kind than convert takes.
func read[T any](r record, table, key string, at time.Time, convert func(any) (T, bool)) facts.Read[T] {
	source := table + "." + key
	v, has := r.raw(key)
	if !has {
		return facts.Absent[T](source, absentHere, at)
	}
	if v == nil {
		return facts.Unknown[T](source, "the column is empty (NULL)", at)
	}
	value, ok := convert(v)
	if !ok {
		return facts.Unknown[T](source, fmt.Sprintf("the column holds a value that could not be understood (%T)", v), at)
	}
	return facts.Known(value, source, at)
}

// readTime makes a fact from a time of a row.
func readTime(r record, table, key string, at time.Time) facts.Read[time.Time] {
	return read(r, table, key, at, func(v any) (time.Time, bool) {
		_, ok := v.(time.Time)
		return r.time(key), ok
	})
}

// readText makes a fact from a text of a row.
func readText(r record, table, key string, at time.Time) facts.Read[string] {
	return read(r, table, key, at, func(v any) (string, bool) {
		s, _, ok := textValue(v)
		return s, ok
	})
}

// notRead makes the fact of a table that could not be read: absent without the
// table, unknown with the error's text.
func notRead[T any](source string, at time.Time, err error) facts.Read[T] {
	if err == nil {
		return facts.Absent[T](source, absentHere, at)
	}
	return facts.Unknown[T](source, err.Error(), at)
}
