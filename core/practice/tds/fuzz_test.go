package tds

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// oneWay is a connection that reads from a fixed text and throws away what is
// written to it.
type oneWay struct {
	io.Reader
	net.Conn
}

func (o oneWay) Read(b []byte) (int, error) { return o.Reader.Read(b) }
func (oneWay) Write(b []byte) (int, error)  { return len(b), nil }
func (oneWay) Close() error                 { return nil }
func (oneWay) SetDeadline(time.Time) error  { return nil }

// seedRequests are valid requests and near misses for the fuzzers to start from.
func seedRequests() [][]byte {
	named := appendUTF16(append(headers(), 3, 0), "abc")
	value := func(info ...byte) []byte { return append(slices.Clone(named), append([]byte{0, 0, 0, 1}, info...)...) }
	return [][]byte{
		batchBody("select 1"),
		append(named, 0, 0),
		value(wireIntN, 4, 4, 1, 0, 0, 0),
		value(wireNull),
		value(wireNumericN, 17, 38, 4, 5, 1, 9, 0, 0, 0),
		value(wireNVarChar, 0xFF, 0xFF, 9, 4, 0xD0, 0, 0x34, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 'a', 0, 0, 0, 0, 0),
		value(wireVariant, 0x49, 0x1F, 0, 0, 10, 0, 0, 0, wireNVarChar, 7, 9, 4, 0xD0, 0, 0x34, 0x40, 0x1F, 'x', 0),
		value(wireDateTimeOffset, 7, 10, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5),
		value(wireXML, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF),
		value(wireText, 0, 0, 0, 0x7F, 9, 4, 0xD0, 0, 0x34, 1, 0, 0, 0, 'x'),
		value(wireGUID, 16, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
	}
}

// FuzzConversation feeds a whole conversation to a server: whatever comes, it
// ends, and nothing panics.
func FuzzConversation(f *testing.F) {
	server, err := NewServer(Config{Backend: newFake(), AllowStrict: true, MaxRequest: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	start := slices.Concat(
		framed(packetPrelogin, statusEnd, preloginAnswer(Version{}, encryptNotSupported)),
		framed(packetLogin, statusEnd, loginBody(rawLoginOptions{features: []byte{featureUTF8, 0, 0, 0, 0, featureEnd}})))
	f.Add(start)
	f.Add([]byte{tlsRecordHandshake, 3, 1, 0, 5, 1, 0, 0, 1, 0})
	f.Add(framed(packetPrelogin, statusEnd, preloginAnswer(Version{}, encryptOn)))
	for _, body := range seedRequests() {
		f.Add(slices.Concat(start, framed(packetBatch, statusEnd|statusReset, body), framed(packetRPC, statusEnd, body)))
	}
	f.Add(slices.Concat(start, framed(packetTransaction, statusEnd, append(headers(), 5, 0, 2, 0)), framed(packetTransaction, statusEnd, append(headers(), 8, 0, 0, 1, 0, 0))))
	f.Add(slices.Concat(start, framed(packetBulk, 0, []byte{tokenColumns, 1, 0, 0, 0, 0, 0, 1, 0, wireIntN, 4, 1, 'a', 0}), framed(packetBulk, statusEnd, []byte{tokenRow, 0, tokenDone, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})))
	f.Add(slices.Concat(start, framed(packetAttention, statusEnd, nil), framed(packetBatch, statusEnd|statusIgnore, nil)))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = server.ServeConn(oneWay{Reader: bytes.NewReader(data)}) // any error will do; a panic or a hang will not
	})
}

// FuzzCalls parses the body of an RPC request and re-encodes what it got.
func FuzzCalls(f *testing.F) {
	for _, body := range seedRequests() {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newDecoder(bytes.NewReader(data), len(data))
		for _, call := range readCalls(d) {
			if d.err != nil {
				break
			}
			for _, p := range call.params {
				w := toWire(p.Type)
				encoded, err := w.appendValue(nil, p.Value, new([]byte))
				if err != nil {
					continue // a value out of the type's range, such as a datetime in the year 5000000
				}
				if len(encoded) == 0 {
					t.Errorf("%s: nothing was written for %v", p.Type, p.Value)
				}
			}
		}
	})
}

// FuzzLogin parses PRELOGIN and LOGIN7.
func FuzzLogin(f *testing.F) {
	f.Add(preloginAnswer(Version{}, encryptOff))
	f.Add(loginBody(rawLoginOptions{}))
	f.Add(loginBody(rawLoginOptions{features: []byte{featureUTF8, 0, 0, 0, 0, featureEnd}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if options, err := parsePrelogin(data); err == nil && len(options) > 256 {
			t.Error("more options than there are")
		}
		if l, err := parseLogin(data); err == nil && (l.packetSize < minPacketSize || l.packetSize > maxPacketSize) {
			t.Errorf("packet size %d", l.packetSize)
		}
	})
}

// FuzzBulk parses the body of a bulk load, which is read as a stream.
func FuzzBulk(f *testing.F) {
	f.Add([]byte{tokenColumns, 1, 0, 0, 0, 0, 0, 1, 0, wireIntN, 4, 1, 'a', 0, tokenRow, 4, 1, 0, 0, 0, tokenDone})
	f.Add([]byte{tokenColumns, 1, 0, 0, 0, 0, 0, 1, 0, wireImage, 0xFF, 0xFF, 0xFF, 0x7F, 1, 0, 't', 0, 1, 'a', 0, tokenRow, 0, tokenDone})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := newDecoder(bytes.NewReader(data), 1<<20)
		columns, types := readBulkColumns(d)
		for rows := 0; d.err == nil; rows++ {
			row, more := readBulkRow(d, types)
			if !more {
				return
			}
			if d.err == nil && len(row) != len(columns) {
				t.Errorf("a row of %d values for %d columns", len(row), len(columns))
			}
		}
	})
}

// TestHugeLengthsCostNothing: a length of 2 GB with nothing behind it must not
// set memory aside.
func TestHugeLengthsCostNothing(t *testing.T) {
	body := append([]byte{tokenColumns, 1, 0, 0, 0, 0, 0, 1, 0, wireImage, 0xFF, 0xFF, 0xFF, 0x7F, 1, 0, 't', 0, 1, 'a', 0, tokenRow, 16},
		make([]byte, 24)...)
	body = binary.LittleEndian.AppendUint32(body, 0x7FFFFFF0)
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := newDecoder(bytes.NewReader(body), 1<<31-1)
			_, types := readBulkColumns(d)
			if row, _ := readBulkRow(d, types); d.err == nil {
				b.Fatalf("a row %v came out of nothing", row)
			}
		}
	}).AllocedBytesPerOp()
	if allocated > 1<<20 {
		t.Errorf("%d bytes were allocated", allocated)
	}
}

// BenchmarkRows streams 100,000 rows of the usual types in memory.
func BenchmarkRows(b *testing.B) {
	s := newSite(b, nil)
	columns := []Column{
		{Name: "id", Type: Type{Kind: UniqueIdentifier}},
		{Name: "n", Type: Type{Kind: BigInt}},
		{Name: "t", Type: Type{Kind: NVarChar, Length: 100}},
		{Name: "d", Type: Type{Kind: DateTime}},
		{Name: "x", Type: Type{Kind: NVarChar, Length: -1}, Nullable: true},
	}
	row := []any{guid, int64(5), "CN=Somebody,OU=People,DC=contoso,DC=test", moment, "<a>some xml</a>"}
	s.on("rows", func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		err := w.Columns(columns)
		for i := 0; err == nil && i < 100_000; i++ {
			err = w.Row(row)
		}
		return 0, errors.Join(err, w.Done(100_000, true))
	})
	db := s.open(b, true, nil)
	b.ReportAllocs()
	for b.Loop() {
		readRows(b, db)
	}
}

func readRows(b *testing.B, db *sql.DB) {
	b.Helper()
	result, err := db.QueryContext(context.Background(), "rows ")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	n := 0
	for result.Next() {
		n++
	}
	if err := result.Err(); err != nil || n != 100_000 {
		b.Fatal(n, err)
	}
}

// BenchmarkRoundTrips is the time of 1,000 small queries on one connection.
func BenchmarkRoundTrips(b *testing.B) {
	for name, inMemory := range map[string]bool{"memory": true, "tcp": false} {
		b.Run(name, func(b *testing.B) {
			s := newSite(b, nil)
			db := s.open(b, inMemory, nil)
			conn, err := db.Conn(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			for b.Loop() {
				for range 1000 {
					var n int
					if err := conn.QueryRowContext(context.Background(), "select 1").Scan(&n); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
