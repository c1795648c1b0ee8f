package tds

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

// rpcParam is a parameter as it stands in a call.
func rpcParam(t *testing.T, name string, typ Type, value any) []byte {
	t.Helper()
	b := appendUTF16([]byte{byte(utf16Len(name))}, name)
	b = append(b, 0)
	w := toWire(typ)
	switch typ.Kind {
	case Text, NText, Image: // a parameter has neither a table's name nor a text pointer
		b = w.appendInfo(b)
		b = b[:len(b)-1]
		if value == nil {
			return binary.LittleEndian.AppendUint32(b, 0xFFFFFFFF)
		}
		data, err := w.encode(nil, value)
		if err != nil {
			t.Fatal(err)
		}
		return append(binary.LittleEndian.AppendUint32(b, uint32(len(data))), data...)
	default:
		b, err := w.appendValue(w.appendInfo(b), value, new([]byte))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// TestEveryParameterType calls a procedure with every type of backend.go, also
// with those that no driver of the other tests sends.
func TestEveryParameterType(t *testing.T) {
	s := newSite(t, nil)
	var got []Param
	s.on("take", func(_ context.Context, _ *fakeSession, params []Param, _ ResultWriter) (int32, error) {
		got = params
		return 0, nil
	})
	early := time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)
	tests := []struct {
		typ   Type
		value any
	}{
		{Type{Kind: Bit}, true},
		{Type{Kind: TinyInt}, int64(255)},
		{Type{Kind: SmallInt}, int64(-1)},
		{Type{Kind: Int}, int64(-5)},
		{Type{Kind: BigInt}, int64(1) << 60},
		{Type{Kind: Real}, 0.5},
		{Type{Kind: Float}, 0.1},
		{Type{Kind: Decimal, Precision: 38, Scale: 10}, Number("-1234567890123456789012345678.0123456789")},
		{Type{Kind: Decimal, Precision: 5, Scale: 0}, Number("0")},
		{Type{Kind: Money}, Number("-0.0001")},
		{Type{Kind: SmallMoney}, Number("1.5000")},
		{Type{Kind: Char, Length: 3}, "ab€"},
		{Type{Kind: VarChar, Length: 30}, "Grüße"},
		{Type{Kind: VarChar, Length: -1}, "Grüße"},
		{Type{Kind: Text, Length: -1}, "text"},
		{Type{Kind: NChar, Length: 2}, "ł "},
		{Type{Kind: NVarChar, Length: 30}, "ł😀"},
		{Type{Kind: NText, Length: -1}, "ntext ł"},
		{Type{Kind: Binary, Length: 2}, []byte{1, 2}},
		{Type{Kind: VarBinary, Length: -1}, []byte{}},
		{Type{Kind: Image, Length: -1}, []byte{3}},
		{Type{Kind: DateTime}, early.Add(time.Second)},
		{Type{Kind: SmallDateTime}, early},
		{Type{Kind: Date}, early.Truncate(24 * time.Hour)},
		{Type{Kind: Time, Scale: 4}, time.Date(1, 1, 1, 1, 2, 3, 456700000, time.UTC)},
		{Type{Kind: DateTime2, Scale: 3}, early.Add(123 * time.Millisecond)},
		{Type{Kind: DateTimeOffset, Scale: 0}, early.In(time.FixedZone("", 2*3600))},
		{Type{Kind: UniqueIdentifier}, guid},
		{Type{Kind: XML, Length: -1}, "<a/>"},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: NVarChar, Length: 20}, "ł"}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: VarChar, Length: 20}, "é"}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: Int}, int64(7)}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: Bit}, true}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: Decimal, Precision: 10, Scale: 2}, Number("1.25")}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: UniqueIdentifier}, guid}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: VarBinary, Length: 8}, []byte{1}}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: DateTime2, Scale: 7}, early}},
		{Type{Kind: SQLVariant}, Variant{Type{Kind: Money}, Number("2.0000")}},
	}
	body := append(appendUTF16(append(headers(), 4, 0), "take"), 0, 0)
	for _, test := range tests {
		body = append(body, rpcParam(t, "@v", test.typ, test.value)...)
		body = append(body, rpcParam(t, "@n", test.typ, nil)...)
	}
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	c.send(packetRPC, statusEnd, body)
	if answer := c.receive(); lastDone(t, answer) != 0 {
		t.Fatalf("got % x", answer)
	}
	if len(got) != 2*len(tests) {
		t.Fatalf("%d parameters arrived of %d", len(got), 2*len(tests))
	}
	for i, test := range tests {
		value, null := got[2*i], got[2*i+1]
		if !same(value.Value, test.value) || value.Type.Kind != test.typ.Kind || value.Type.Length != test.typ.Length || value.Name != "@v" {
			t.Errorf("%s: got %s %s, want %s", test.typ, value.Type, show(value.Value), show(test.value))
		}
		if null.Value != nil || null.Type.Kind != test.typ.Kind {
			t.Errorf("%s: got %s %s, want NULL", test.typ, null.Type, show(null.Value))
		}
	}
}

// TestUTF8Parameter: a char parameter with a UTF-8 collation, which a client may
// use once the server has said that it understands them.
func TestUTF8Parameter(t *testing.T) {
	s := newSite(t, nil)
	var got any
	s.on("take", func(_ context.Context, _ *fakeSession, params []Param, _ ResultWriter) (int32, error) {
		got = params[0].Value
		return 0, nil
	})
	text := "Grüße ł😀"
	body := append(appendUTF16(append(headers(), 4, 0), "take"), 0, 0, 0, 0, wireVarChar, 0x40, 0x1F, 9, 4, 0xD0, collationUTF8, 0)
	body = append(binary.LittleEndian.AppendUint16(body, uint16(len(text))), text...)
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	c.send(packetRPC, statusEnd, body)
	if c.receive(); got != text {
		t.Errorf("got %q", got)
	}
}

// TestPrepared: prepare and execute in one call, execute again, give back.
func TestPrepared(t *testing.T) {
	s := newSite(t, nil)
	var got []string
	s.on("do it", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		got = append(got, params[0].Name+" "+params[0].Type.String()+" "+show(params[0].Value))
		return 0, w.Done(0, false)
	})
	text := Type{Kind: NVarChar, Length: 100}
	integer := Type{Kind: Int}
	call := func(id byte, params ...[]byte) []byte {
		return append(append(headers(), 0xFF, 0xFF, id, 0, 0, 0), bytes.Join(params, nil)...)
	}
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	c.send(packetRPC, statusEnd, call(13, rpcParam(t, "", integer, nil), rpcParam(t, "", text, "@a int"),
		rpcParam(t, "", text, "do it"), rpcParam(t, "", integer, int64(1))))
	answer := c.receive()
	handle := []byte{wireIntN, 4, 4, 1, 0, 0, 0}
	if !bytes.Contains(answer, append([]byte{tokenReturnValue, 0, 0, 0, 1}, 0, 0, 0, 0, 1, 0)) || !bytes.Contains(answer, handle) {
		t.Errorf("no handle in % x", answer)
	}
	c.send(packetRPC, statusEnd, call(12, rpcParam(t, "", integer, int64(1)), rpcParam(t, "", integer, int64(2))))
	if status := lastDone(t, c.receive()); status != 0 {
		t.Errorf("execute: status %#x", status)
	}
	c.send(packetRPC, statusEnd, call(12, rpcParam(t, "", integer, int64(1)), rpcParam(t, "", integer, int64(2)), rpcParam(t, "", integer, int64(3))))
	if answer := c.receive(); binary.LittleEndian.Uint32(answer[3:]) != 8144 {
		t.Errorf("too many values: % x", answer)
	}
	c.send(packetRPC, statusEnd, call(15, rpcParam(t, "", integer, int64(1))))
	if status := lastDone(t, c.receive()); status != 0 {
		t.Errorf("unprepare: status %#x", status)
	}
	c.send(packetRPC, statusEnd, call(12, rpcParam(t, "", integer, int64(1))))
	if answer := c.receive(); binary.LittleEndian.Uint32(answer[3:]) != 8179 {
		t.Errorf("after unprepare: % x", answer)
	}
	if want := []string{"@a int int64 1", "@a int int64 2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStateTokens: a batch that changes the database and the transaction makes
// the tokens by which clients keep track of both.
func TestStateTokens(t *testing.T) {
	s := newSite(t, nil)
	step := func(text string, change func(*fakeSession)) {
		s.on(text, func(_ context.Context, f *fakeSession, _ []Param, w ResultWriter) (int32, error) {
			change(f)
			return 0, w.Done(0, false)
		})
	}
	step("use other", func(f *fakeSession) { f.database = "other" })
	step("begin tran", func(f *fakeSession) { f.tran = 0x1122334455667788 })
	step("commit", func(f *fakeSession) { f.tran = 0 })
	step("ROLLBACK tran", func(f *fakeSession) { f.tran = 0 })
	id := []byte{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}
	tests := []struct {
		text   string
		want   []byte
		status uint16
	}{
		{"use other", appendEnvironmentText(nil, envDatabase, "other", "ADSync"), 0},
		{"begin tran", appendEnvironment(nil, envBegin, id, nil), doneTransaction},
		{"commit", appendEnvironment(nil, envCommit, nil, id), 0},
		{"begin tran", appendEnvironment(nil, envBegin, id, nil), doneTransaction},
		{"rollback tran", appendEnvironment(nil, envRollback, nil, id), 0},
	}
	c := s.rawLogin(t, rawLoginOptions{})
	c.receive()
	for _, test := range tests {
		c.send(packetBatch, statusEnd, batchBody(test.text))
		answer := c.receive()
		if !bytes.HasPrefix(answer, test.want) || lastDone(t, answer) != test.status {
			t.Errorf("%s: got % x\nwant % x first and status %#x", test.text, answer, test.want, test.status)
		}
	}
	c.send(packetBatch, statusEnd|statusReset, batchBody("select 1"))
	if answer := c.receive(); !bytes.HasPrefix(answer, appendEnvironment(nil, envReset, nil, nil)) {
		t.Errorf("reset: got % x", answer)
	}
	// With a transaction open, "reset but keep the transaction" leaves it alone.
	c.send(packetBatch, statusEnd, batchBody("begin tran"))
	c.receive()
	c.send(packetBatch, statusEnd|statusResetKeepTran, batchBody("select 1"))
	if answer := c.receive(); lastDone(t, answer)&doneTransaction == 0 {
		t.Errorf("the transaction is gone: % x", answer)
	}
	if got := strings.Count(s.noted(), "reset"); got != 1 {
		t.Errorf("%d resets", got)
	}
}

// TestOutputIsCut: text that is too long for an output parameter is cut, as when
// T-SQL assigns to a variable.
func TestOutputIsCut(t *testing.T) {
	for _, test := range []struct {
		typ         Type
		value, want any
	}{
		{Type{Kind: NVarChar, Length: 3}, "ab😀", "ab"},
		{Type{Kind: NVarChar, Length: -1}, "abcd", "abcd"},
		{Type{Kind: VarChar, Length: 2}, "abc", "ab"},
		{Type{Kind: VarBinary, Length: 2}, []byte{1, 2, 3}, []byte{1, 2}},
		{Type{Kind: NVarChar, Length: 3}, nil, nil},
		{Type{Kind: Int}, int64(5), int64(5)},
	} {
		if got := cutToType(toWire(test.typ), test.value); !same(got, test.want) {
			t.Errorf("%s: got %s, want %s", test.typ, show(got), show(test.want))
		}
	}
}
