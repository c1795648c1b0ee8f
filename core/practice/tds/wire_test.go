package tds

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// lastDone gives the status of the DONE token at the end of an answer.
func lastDone(t *testing.T, answer []byte) uint16 {
	t.Helper()
	if len(answer) < 13 || answer[len(answer)-13] < tokenDone {
		t.Fatalf("no DONE at the end of % x", answer)
	}
	return binary.LittleEndian.Uint16(answer[len(answer)-12:])
}

// attentions counts the messages up to the first whose end confirms an attention.
func (r *rawClient) confirmed() int {
	r.t.Helper()
	for n := 1; ; n++ {
		answer := r.receive()
		if len(answer) >= 13 && binary.LittleEndian.Uint16(answer[len(answer)-12:])&doneAttention != 0 {
			return n
		}
	}
}

// TestAttentionOnce: whenever an attention comes, there is one confirmation, and
// the next answer belongs to the next request.
func TestAttentionOnce(t *testing.T) {
	s := newSite(t, nil)
	started := make(chan struct{}, 1)
	s.on("wait here", func(ctx context.Context, _ *fakeSession, _ []Param, _ ResultWriter) (int32, error) {
		started <- struct{}{}
		<-ctx.Done()
		return 0, ctx.Err()
	})
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	next := func(what string) {
		t.Helper()
		c.send(packetBatch, statusEnd, batchBody("select 1"))
		if got := lastDone(t, c.receive()); got != doneCount {
			t.Fatalf("%s: the next answer ends with status %#x", what, got)
		}
	}
	c.send(packetAttention, statusEnd, nil)
	if n := c.confirmed(); n != 1 {
		t.Errorf("idle: confirmed in message %d", n)
	}
	next("idle")
	c.send(packetBatch, statusEnd, batchBody("wait here"))
	<-started
	c.send(packetAttention, statusEnd, nil)
	if n := c.confirmed(); n != 2 {
		t.Errorf("running: confirmed in message %d", n)
	}
	next("running")
	// Too late: the answer may have left, or not.
	for range 200 {
		c.send(packetBatch, statusEnd, batchBody("select 1"))
		c.send(packetAttention, statusEnd, nil)
		if n := c.confirmed(); n > 2 {
			t.Fatalf("late: confirmed in message %d", n)
		}
		next("late")
	}
	// A request that is taken back before its end.
	c.send(packetBatch, 0, batchBody("half a"))
	c.send(packetBatch, statusEnd|statusIgnore, nil)
	c.send(packetAttention, statusEnd, nil)
	if n := c.confirmed(); n != 1 {
		t.Errorf("taken back: confirmed in message %d", n)
	}
	next("taken back")
}

// TestRequestInManyPackets with the smallest packets that TDS knows, and the
// answer in the size that the client wished for.
func TestPackets(t *testing.T) {
	s := newSite(t, nil)
	text := "select " + strings.Repeat("x", 3000)
	s.on(text, rows([]Column{{Name: "t", Type: Type{Kind: NVarChar, Length: -1}}}, []any{strings.Repeat("y", 3000)}))
	c := s.rawLogin(t, rawLoginOptions{packetSize: 512})
	if first := c.receive(); !bytes.Contains(first, appendUTF16(nil, "512")) {
		t.Error("the packet size was not confirmed")
	}
	body := batchBody(text)
	for chunk := range slices.Chunk(body, 504) {
		status := byte(0)
		if &chunk[len(chunk)-1] == &body[len(body)-1] {
			status = statusEnd
		}
		c.send(packetBatch, status, chunk)
	}
	count, total := 0, 0
	for {
		p, err := readPacket(c.c)
		if err != nil {
			t.Fatal(err)
		}
		count++
		total += len(p.data)
		if len(p.data) > 504 {
			t.Errorf("a packet of %d bytes", len(p.data))
		}
		if p.last() {
			break
		}
	}
	if count != (total+503)/504 {
		t.Errorf("%d packets for %d bytes", count, total)
	}
}

// TestFeatures: extensions are answered, whether they are known or not.
func TestFeatures(t *testing.T) {
	s := newSite(t, nil)
	features := []byte{0x04, 1, 0, 0, 0, 1, featureUTF8, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, featureEnd}
	answer := s.rawLogin(t, rawLoginOptions{features: features}).receive()
	want := []byte{tokenFeatures, featureUTF8, 1, 0, 0, 0, 1, featureEnd, tokenDone}
	if !bytes.Contains(answer, want) {
		t.Errorf("no % x in % x", want, answer)
	}
	answer = s.rawLogin(t, rawLoginOptions{features: []byte{0x04, 1, 0, 0, 0, 1, featureEnd}}).receive()
	if want := []byte{tokenFeatures, featureEnd, tokenDone}; !bytes.Contains(answer, want) {
		t.Errorf("no % x in % x", want, answer)
	}
	if answer := s.rawLogin(t, rawLoginOptions{}).receive(); bytes.Contains(answer, []byte{featureEnd, tokenDone}) {
		t.Error("features were answered that nobody asked for")
	}
}

// TestOldVersion is refused with an error, not with silence.
func TestOldVersion(t *testing.T) {
	s := newSite(t, nil)
	answer := s.rawLogin(t, rawLoginOptions{version: 0x71000001}).receive()
	if answer[0] != tokenError || binary.LittleEndian.Uint32(answer[3:]) != 17832 || lastDone(t, answer) != doneError {
		t.Errorf("got % x", answer)
	}
}

// TestNoCompactRowsForOldClients: NBCROW came with TDS 7.3B.
func TestNoCompactRowsForOldClients(t *testing.T) {
	s := newSite(t, nil)
	var columns []Column
	for range 20 {
		columns = append(columns, Column{Name: "c", Type: Type{Kind: Int}, Nullable: true})
	}
	s.on("nulls", rows(columns, make([]any, 20)))
	for version, want := range map[uint32]byte{version72: tokenRow, 0x730A0003: tokenRow, version73B: tokenNullableRow, version74: tokenNullableRow} {
		c := s.rawLogin(t, rawLoginOptions{version: version})
		c.receive()
		c.send(packetBatch, statusEnd, batchBody("nulls"))
		answer := c.receive()
		body := answer[3+20*(4+2+2+1+2) : len(answer)-13]
		if body[0] != want {
			t.Errorf("%#x: row token %#x, want %#x", version, body[0], want)
		}
	}
}

// TestMalformedRequests: what can be answered is, what cannot ends the connection.
func TestMalformedRequests(t *testing.T) {
	s := newSite(t, func(c *Config) { c.MaxRequest = 10_000 })
	tests := []struct {
		name   string
		kind   byte
		body   []byte
		number uint32 // 0: the connection ends without an answer
		fatal  bool
	}{
		{"batch without headers", packetBatch, nil, 4002, false},
		{"headers longer than the batch", packetBatch, []byte{0xFF, 0xFF, 0xFF, 0x7F, 0}, 4002, false},
		{"batch too long", packetBatch, make([]byte, 20_000), 4002, true},
		{"call without a procedure", packetRPC, headers(), 4002, false},
		{"call of an unknown number", packetRPC, append(headers(), 0xFF, 0xFF, 99, 0, 0, 0), 4002, false},
		{"call of a cursor", packetRPC, append(headers(), 0xFF, 0xFF, 2, 0, 0, 0), 208, false},
		{"name cut off", packetRPC, append(headers(), 0x05, 0x00, 'a', 0), 4002, false},
		{"unknown type", packetRPC, append(headers(), 0xFF, 0xFF, 10, 0, 0, 0, 0, 0, 0xF3), 8009, false},
		{"wrong length", packetRPC, append(headers(), 0xFF, 0xFF, 10, 0, 0, 0, 0, 0, wireIntN, 4, 3, 1, 2, 3), 4002, false},
		{"huge chunk", packetRPC, append(append(headers(), 0xFF, 0xFF, 10, 0, 0, 0, 0, 0, wireVarBinary, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x7F), 0xFF, 0xFF, 0xFF, 0x7F), 4002, false},
		{"sp_executesql without text", packetRPC, append(headers(), 0xFF, 0xFF, 10, 0, 0, 0), 214, false},
		{"handle that does not exist", packetRPC, append(headers(), 0xFF, 0xFF, 12, 0, 0, 0, 0, 0, wireInt4, 7, 0, 0, 0), 8179, false},
		{"transaction request cut off", packetTransaction, headers(), 4002, false},
		{"savepoint", packetTransaction, append(headers(), 9, 0, 0), 3962, false},
		{"bulk load of nothing", packetBulk, nil, 4804, true},
		{"bulk load without columns", packetBulk, []byte{tokenColumns, 0, 0}, 4804, true},
		{"bulk row of an odd token", packetBulk, []byte{tokenColumns, 1, 0, 0, 0, 0, 0, 0, 0, wireInt4, 1, 'a', 0, 0x55}, 4804, true},
		{"login in the middle", packetLogin, loginBody(rawLoginOptions{}), 0, true},
		{"unknown packet", 0x77, nil, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := s.rawLogin(t, rawLoginOptions{})
			c.receive()
			c.send(test.kind, statusEnd, test.body)
			if test.number != 0 {
				answer := c.receive()
				if answer[0] != tokenError || binary.LittleEndian.Uint32(answer[3:]) != test.number {
					t.Errorf("got % x", answer[:min(len(answer), 60)])
				}
				if got := lastDone(t, answer); got&doneError == 0 || (got&doneServerError != 0) != test.fatal {
					t.Errorf("status %#x", got)
				}
			}
			if test.fatal {
				if _, err := c.c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("the connection goes on: %v", err)
				}
				return
			}
			c.send(packetBatch, statusEnd, batchBody("select 1"))
			if got := lastDone(t, c.receive()); got != doneCount {
				t.Errorf("the next answer has status %#x", got)
			}
		})
	}
}

// TestCallByPosition: values without names get those of the declaration, and an
// untyped NULL gets its type.
func TestCallByPosition(t *testing.T) {
	s := newSite(t, nil)
	var got []Param
	s.on("text", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		got = params
		return 0, w.Done(0, false)
	})
	text := func(v string) []byte {
		b := append([]byte{0, 0, wireNVarChar, 0x40, 0x1F}, defaultCollation[:]...)
		b = binary.LittleEndian.AppendUint16(b, uint16(2*len(v)))
		return appendUTF16(b, v)
	}
	body := slices.Concat(headers(), []byte{0xFF, 0xFF, 10, 0, 0, 0}, text("text"),
		text("@first int, @second as decimal(12, 3) OUTPUT"), []byte{0, 0, wireInt4, 5, 0, 0, 0}, []byte{0, 0, wireNull})
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	// The same call twice in one request.
	c.send(packetRPC, statusEnd, slices.Concat(body, []byte{rpcSeparator}, body[len(headers()):]))
	answer := c.receive()
	if got := lastDone(t, answer); got != 0 || bytes.Count(answer, []byte{tokenReturnStatus, 0, 0, 0, 0, tokenDoneProc}) != 2 {
		t.Errorf("status %#x in % x", got, answer)
	}
	want := []Param{
		{Name: "@first", Type: Type{Kind: Int}, Value: int64(5)},
		{Name: "@second", Type: Type{Kind: Decimal, Precision: 12, Scale: 3}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseDeclarations(t *testing.T) {
	tests := map[string][]Param{
		"": nil,
		"@a int,@b nvarchar(max) output , @c sysname": {
			{Name: "@a", Type: Type{Kind: Int}},
			{Name: "@b", Type: Type{Kind: NVarChar, Length: -1}, Output: true},
			{Name: "@c", Type: Type{Kind: NVarChar, Length: 128}},
		},
		"@d numeric(10,2) = 1.5, @e [varbinary] (20) OUT": {
			{Name: "@d", Type: Type{Kind: Decimal, Precision: 10, Scale: 2}},
			{Name: "@e", Type: Type{Kind: VarBinary, Length: 20}, Output: true},
		},
		"@f datetime2, @g dbo.people readonly, @h time(3)": {
			{Name: "@f", Type: Type{Kind: DateTime2, Scale: 7}},
			{Name: "@g"},
			{Name: "@h", Type: Type{Kind: Time, Scale: 3}},
		},
	}
	for text, want := range tests {
		if got := parseDeclarations(text); !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", text, got, want)
		}
	}
}

// TestTypeNames: what String writes, ParseType reads.
func TestTypeNames(t *testing.T) {
	for kind := Bit; kind <= SQLVariant; kind++ {
		typ := withFacets(kind, "")
		if got, ok := ParseType(typ.String()); !ok || got != typ {
			t.Errorf("%s came back as %s, %t", typ, got, ok)
		}
	}
	for _, text := range []string{"", "null", "int32", "table", "hierarchyid"} {
		if got, ok := ParseType(text); ok {
			t.Errorf("%q is %s", text, got)
		}
	}
}
